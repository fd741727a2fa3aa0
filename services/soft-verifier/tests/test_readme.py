"""The README's world model is one: it trains, loads, believes and abstains."""

import re
from pathlib import Path
from typing import Any

from biorl.soft_verifier.domain.belief import Belief
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.testing import MemoryArtifacts, annotation, claim, gene, screen
from biorl.soft_verifier.training import train

README = Path(__file__).parents[1] / "README.md"


def readout_rate() -> Any:
    """The class that the README shows first."""
    section = README.read_text(encoding="utf-8").partition("## Add a world model")[2]
    (code,) = re.findall(r"```python\n(.*?class ReadoutRate.*?)```", section, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own file
    return names["ReadoutRate"]


def test_the_world_model_of_the_readme_trains_and_ranks_as_a_base_rate_does() -> None:
    kind, store = readout_rate(), MemoryArtifacts()
    train("readout-rate", screen(), annotation(), store, verifiers={"readout-rate": kind})
    artifact = store.load("readout-rate")
    model = kind(artifact)
    reports = evaluate(model, screen(), artifact)
    assert [(report["coverage"], report["ranking"]["auc_per_gene"]) for report in reports] == [(1, 0.5)] * 2
    assert [report["leakage"]["learnt_in_this_line"] for report in reports] == [0, 0]
    assert model.believe([claim(gene(0, 0), "NEVERREAD")]) == [Belief.abstained("readout_not_covered")]
