"""A whole run, scraped by a real Prometheus: every panel shows something, and nobody is paged."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.pipeline.conftest import (
    StartDemo,
    start_demo,  # noqa: F401 - a fixture
)
from tests.prometheus.conftest import Prometheus, as_shown, panels, prometheus, variables

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SERVICES = ("ingester", "question-generator", "soft-verifier", "reward-aggregator", "rl-trainer")

MAY_BE_EMPTY = {
    "Tokens of the language model a minute",
    "Without a score in an hour, by reason",
    "Candidates beside the live version",
    "Certificates end in",
}
"""Of what this run has not."""
MAY_STAY_ZERO = {
    "Records that wait",
    "Waiting records",
    "Dead letters, 24 h",
    "Questions retired, 24 h",
    "Trouble in an hour",
    "Trouble of models in an hour",
    "Without a reward, for a failure",
    "Abstained",
    "Rollouts lost to the audit, 24 h",
    "Waits for rewards",
    "Rollouts without a reward",
    "gRPC calls of this moment",
    "Records dealt with a second",
    "Records in a commit",
}
"""Where nothing goes wrong, or what is over between two scrapes. Every other panel shows numbers."""
MAY_BE_PENDING = {"BiorlDown", "BiorlConsumerStalled"}
"""What is so for the first seconds, and has fifteen minutes."""


@pytest.fixture(scope="module")
def watched(start_demo: StartDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:  # noqa: F811
    with prometheus(tmp_path_factory.mktemp("prometheus")) as found:
        run = start_demo("watched", "--steps", "20")
        configs = {name: run.place.config(name) for name in SERVICES}
        run.until(lambda: all(path.is_file() for path in configs.values()), "its configuration")
        found.scrape({name: yaml.safe_load(path.read_text())["http"]["port"] for name, path in configs.items()})
        assert run.wait() == 0, run.said()
        yield found


def test_every_panel_shows_what_happened(watched: Prometheus) -> None:
    shown = {
        panel.title: [series for target in panel.targets for series in watched.series(as_shown(target["expr"]))]
        for panel in panels()
    }
    assert shown.keys() >= MAY_BE_EMPTY | MAY_STAY_ZERO
    assert {title for title, series in shown.items() if not series} <= MAY_BE_EMPTY
    assert {title for title, series in shown.items() if not any(map(rises, series))} <= MAY_BE_EMPTY | MAY_STAY_ZERO


def rises(series: dict[str, Any]) -> bool:
    return any(abs(float(value)) > 0 for _, value in series["values"])


def test_every_variable_has_something_to_choose(watched: Prometheus) -> None:
    for variable in variables():
        series, label = re.findall(r"label_values\((.*), (\w+)\)", variable)[0]
        assert {found["metric"].get(label, "") for found in watched.series(as_shown(series))} - {""}, variable


def test_a_run_in_which_nothing_is_wrong_pages_nobody_nor_would_if_it_went_on(watched: Prometheus) -> None:
    assert watched.broken_rules() == []
    assert watched.alerts("firing") == set()
    assert watched.alerts("pending") <= MAY_BE_PENDING
