"""What pages people: each alert fires where it should and nowhere else, and says what to do."""

from pathlib import Path

import yaml

from tests.prometheus.conftest import ALERTS, HERE, Promtool, alerts

CASES = HERE / "alerts.yaml"


def test_prometheus_takes_every_alert(promtool: Promtool) -> None:
    assert promtool("check", "rules", "--lint-fatal", ALERTS) == ""


def test_every_alert_fires_where_something_is_wrong_and_nowhere_else(promtool: Promtool) -> None:
    assert promtool("test", "rules", CASES) == ""


def test_an_alert_that_is_no_longer_what_it_was_is_found(promtool: Promtool, tmp_path: Path) -> None:
    for path, changed in (
        (ALERTS, ("unless max_over_time(biorl_rl_trainer_waiting[30m]) == 1", "")),
        (CASES, ("../../charts/biorl/alerts/", "")),
    ):
        text = path.read_text(encoding="utf-8")
        assert changed[0] in text
        (tmp_path / ("biorl.yaml" if path == ALERTS else "cases.yaml")).write_text(text.replace(*changed))
    assert "BiorlTrainingStalled" in promtool("test", "rules", tmp_path / "cases.yaml")


def test_no_alert_is_without_a_case() -> None:
    (cases,) = yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"]
    fired = " ".join(sample["labels"] for sample in cases["promql_expr_test"][0]["exp_samples"])
    assert [rule["alert"] for rule in alerts() if f'"{rule["alert"]}"' not in fired] == []


def test_every_alert_says_how_urgent_it_is_what_happened_and_what_to_do() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert {"summary", "description"} == rule["annotations"].keys()
        assert all(len(text) > 20 for text in rule["annotations"].values())
