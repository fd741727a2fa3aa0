"""The service as a process: what is wrong with a recipe is one line and no restart."""

from pathlib import Path

import pytest
import yaml

from biorl.reward_aggregator.__main__ import main

MISSPELT = "name: mine\nparts: [{name: a, role: primary, verifer: perturbation-knn}]"
ONLY_FORM = "name: mine\nparts: [{name: a, role: auxiliary, check: format}]"


@pytest.mark.parametrize(
    ("composition", "settings", "says"),
    [
        (MISSPELT, {}, "mine.yaml: composition 'mine': part 'a': needs a `verifier` or a `check`"),
        (ONLY_FORM, {}, "mine.yaml: composition 'mine': no part is primary"),
        ("", {"default": "mine", "compositions": None}, "no composition 'mine'; there are: composed, default, "),
        ("", {"compositions": "nowhere"}, "nowhere is no folder"),
    ],
)
def test_a_composition_that_cannot_be_used_is_exit_status_2_and_one_line(
    composition: str,
    settings: dict[str, str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(composition)
    bus = {"type": "sqlite", "path": "bus.sqlite"}
    content = {"bus": bus, "verifier": {"target": "localhost:1"}, "compositions": ".", **settings}
    Path("config").write_text(yaml.safe_dump(content))
    monkeypatch.setattr("sys.argv", ["biorl-reward-aggregator", "--config", "config"])
    assert main() == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("biorl-reward-aggregator: ")]
    assert says in told[0]
