"""What the Prometheus operator is given: an API server that knows its kinds takes it, and it means these pods."""

from collections.abc import Iterator

import pytest
from control_plane import ControlPlane

from tests.charts.conftest import Manifest
from tests.cluster.conftest import Namespace, new_namespace, refusal
from tests.prometheus.conftest import alerts


@pytest.fixture(scope="module")
def installed(cluster: ControlPlane) -> Iterator[Namespace]:
    with new_namespace(cluster) as namespace:
        namespace.install("everything")
        yield namespace


def test_the_monitor_selects_every_pod_of_the_release_and_names_a_port_of_each(installed: Namespace) -> None:
    (monitor,) = installed.all("podmonitors")
    wanted = ",".join(f"{key}={value}" for key, value in monitor["spec"]["selector"]["matchLabels"].items())
    selected = installed.all("pods", f"--selector={wanted}")
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    assert {name(pod) for pod in selected} == {name(pod) for pod in installed.all("pods")}
    assert all(endpoint["port"] in ports(pod) for pod in selected)
    assert monitor["metadata"]["labels"]["release"] == "monitoring"


def name(pod: Manifest) -> str:
    return str(pod["metadata"]["name"])


def ports(pod: Manifest) -> set[str]:
    return {port["name"] for container in pod["spec"]["containers"] for port in container["ports"]}


def test_the_rules_are_there_word_for_word(installed: Namespace) -> None:
    (rules,) = installed.all("prometheusrules")
    assert [rule for group in rules["spec"]["groups"] for rule in group["rules"]] == alerts()


def test_dashboards_are_found_by_their_label(installed: Namespace) -> None:
    found = installed.all("configmaps", "--selector=grafana_dashboard=1")
    assert {key for item in found for key in item["data"]} == {
        f"biorl-{n}.json" for n in ("flow", "rewards", "training")
    }


def test_an_interval_that_is_none_is_refused_before_anything_is_made(namespace: Namespace) -> None:
    monitoring = 'monitoring.podMonitor={"enabled": true, "interval": "often"}'
    assert "at '/monitoring/podMonitor/interval'" in refusal(lambda: namespace.install("minimal", monitoring))
    assert namespace.all("podmonitors,deployments") == []
