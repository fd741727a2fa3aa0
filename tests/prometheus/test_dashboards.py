"""Dashboards and alerts ask for what services expose; panels lie beside each other, on no one's own Grafana."""

import re
from collections import Counter
from importlib import import_module
from itertools import combinations

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from tests.prometheus.conftest import DASHBOARDS, dashboard, expressions, panels

MODULES = (
    "biorl.chassis.bus.metrics",
    "biorl.chassis.grpc.metrics",
    "biorl.chassis.http",
    "biorl.ingester.adapters.metrics",
    "biorl.question_generator.adapters.metrics",
    "biorl.soft_verifier.adapters.metrics",
    "biorl.reward_aggregator.adapters.metrics",
    "biorl.rl_trainer.adapters.metrics",
)
METRIC = re.compile(r"\b((?:biorl|grpc_server)_[a-z_]+)\b(?:\{([^}]*)\})?")
OF_THE_TARGET = {"namespace", "release", "pod", "component"}


def exposed() -> dict[str, set[str]]:
    """The labels of each series of every metric."""
    for module in MODULES:
        import_module(module)
    found: dict[str, set[str]] = {}
    for metric in REGISTRY._collector_to_names:
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            labels = OF_THE_TARGET | set(metric._labelnames)
            suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
            found |= {family.name + suffix: labels | ({"le"} if suffix == "_bucket" else set()) for suffix in suffixes}
    return found


def test_every_expression_asks_for_metrics_and_labels_that_services_have() -> None:
    known = exposed()
    for place, expression in expressions().items():
        asked = METRIC.findall(expression)
        assert asked, place
        for name, selection in asked:
            assert name in known, place
            assert set(re.findall(r"(\w+)\s*(?:=|!)", selection)) <= known[name], place
        grouped = {word for by in re.findall(r"\bby \(([^)]*)\)", expression) for word in re.split(r", ?", by)}
        assert grouped <= set.union(*(known[name] for name, _ in asked)), place


def test_every_legend_names_labels_that_are_left() -> None:
    for panel in panels():
        for target in panel.targets:
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            left = {word for by in re.findall(r"\bby \(([^)]*)\)", target["expr"]) for word in re.split(r", ?", by)}
            assert named <= left, (panel.title, target["refId"])


def test_no_two_panels_have_the_same_title() -> None:
    assert Counter(panel.title for panel in panels()).most_common(1)[0][1] == 1


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_found_by_its_name_and_bound_to_no_data_source(path) -> None:
    found = dashboard(path)
    assert found["uid"] == f"biorl-{path.stem}"
    assert "biorl" in found["tags"]
    assert {str(panel["datasource"]) for panel in found["panels"] if "datasource" in panel} == {
        "{'type': 'prometheus', 'uid': '${datasource}'}"
    }
    assert Counter(panel["id"] for panel in found["panels"]).most_common(1)[0][1] == 1
    for one, other in combinations([panel["gridPos"] for panel in found["panels"]], 2):
        apart_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart_x or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert one["x"] + one["w"] <= 24
