"""`biorl verifier calibrate`: a network that somebody else made, by settings alone."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import save_file
from typer.testing import CliRunner

from biorl.standalone.commands.verifier import app
from biorl.standalone.errors import BadRequestError

GENES = [f"GENE{number:02d}" for number in range(40)]
READOUTS = ["UP", "DOWN", "STAYS"]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Even genes raise UP and lower DOWN, and the network knows."""
    tensors = {
        "embedding": torch.tensor([[float(number % 2 == 0)] for number in range(40)]),
        "layers.0.weight": torch.tensor([[2.0], [-2.0], [0.0]]),
        "layers.0.bias": torch.zeros(3),
    }
    about = {"symbols": "\n".join(GENES), "inputs": "PERTURBATION", "output": "SHIFT"}
    save_file(tensors, tmp_path / "network.safetensors", metadata=about)
    (tmp_path / "readouts.txt").write_text("\n".join(READOUTS))
    behind = {
        "torch": {"weights": str(tmp_path / "network.safetensors")},
        "inputs": {"perturbation": "PERTURBATION"},
        "output": "SHIFT",
        "readouts": str(tmp_path / "readouts.txt"),
    }
    content = {"artifacts": str(tmp_path / "artifacts"), "verifiers": [{"name": "theirs", "behind": behind}]}
    (tmp_path / "soft-verifier.yaml").write_text(yaml.safe_dump(content))
    (tmp_path / "sets.gmt").write_text("\t".join(["even", "", *GENES[::2]]))
    rng = np.random.default_rng(3)
    rows = [
        f"{name},{readout},{int((readout != 'STAYS' and at % 2 == 0) != (rng.random() < 0.1))},HEAP,crispri"
        for at, name in enumerate(GENES)
        for readout in READOUTS
    ]
    (tmp_path / "effects.csv").write_text("\n".join(["perturbation,readout,de,cell_line,perturbation_kind", *rows]))
    return tmp_path


def biorl(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False, color=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_settings_alone_make_a_calibrated_verifier_of_it(settings: Path) -> None:
    files = ("--config", settings / "soft-verifier.yaml", "--effects", settings / "effects.csv")
    said = biorl("calibrate", "theirs", *files, "--out", settings / "report.json")
    assert "theirs@" in said
    assert "HEAP de" in said
    assert "report:" in said
    (report,) = json.loads((settings / "report.json").read_text())
    assert report["ranking"]["auc_per_gene"] > 0.6
    (card,) = (settings / "artifacts" / "theirs").glob("*/card.json")
    assert json.loads(card.read_text())["served"]["protocol"] == "in process"


def test_a_name_that_the_settings_do_not_have_is_refused_with_those_that_they_have(settings: Path) -> None:
    files = ["--config", str(settings / "soft-verifier.yaml"), "--effects", str(settings / "effects.csv")]
    with pytest.raises(BadRequestError, match=r"there is \['theirs'\]"):
        CliRunner().invoke(app, ["calibrate", "ours", *files], catch_exceptions=False)


def test_a_folder_without_annotation_is_refused_with_what_to_give(settings: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    files = ("--config", settings / "soft-verifier.yaml", "--effects", settings / "effects.csv")
    with pytest.raises(BadRequestError, match=r"empty: holds no gene sets.*--annotation takes a folder"):
        biorl("calibrate", "theirs", *files, "--annotation", tmp_path / "empty")
