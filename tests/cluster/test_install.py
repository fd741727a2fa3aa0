"""`helm install --wait` succeeds when the cluster admits, places and starts every pod, and fails when it cannot."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from control_plane import ControlPlane

from tests.charts.conftest import EXAMPLES, Manifest
from tests.cluster.conftest import SOON_S, Namespace, component, eventually, new_namespace, ready, refusal

HOST_PATH = 'questionGenerator.volumes=[{"name": "all", "hostPath": {"path": "/"}}]'


@pytest.fixture(scope="module", params=EXAMPLES)
def installed(cluster: ControlPlane, request: pytest.FixtureRequest) -> Iterator[Namespace]:
    """Each example, where only restricted pods are let in. Tests leave it as it is."""
    with new_namespace(cluster) as namespace:
        namespace.install(request.param)
        yield namespace


def test_every_pod_is_let_in_and_becomes_ready(installed: Namespace) -> None:
    expected = Counter({component(item): item["spec"].get("replicas", 1) for item in installed.all("deployments,jobs")})
    eventually(lambda: Counter(component(pod) for pod in installed.pods() if ready(pod)) == expected)
    assert len(expected) >= 3


def test_every_service_leads_to_the_pods_of_its_component(installed: Namespace) -> None:
    def led_to_all() -> bool:
        endpoints = installed.all("endpointslices")
        return {component(item): addresses(item) for item in endpoints} == pod_addresses(installed.pods())

    eventually(led_to_all)


def addresses(endpoints: Manifest) -> set[str]:
    return {address for endpoint in endpoints["endpoints"] or [] for address in endpoint["addresses"]}


def pod_addresses(pods: list[Manifest]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for pod in pods:
        found[component(pod)].add(pod["status"].get("podIP", "none yet"))
    return found


def test_what_helm_test_asks_with_is_let_in_and_goes_when_it_was_answered(installed: Namespace) -> None:
    assert "Phase:          Succeeded" in installed.helm("test", "test", "--timeout=60s")
    assert "test-rewards" not in {component(item) for item in installed.all("jobs")}


def test_a_pod_that_is_not_restricted_is_not_let_in_and_helm_waits_in_vain(namespace: Namespace) -> None:
    said = refusal(lambda: namespace.install("minimal", HOST_PATH, patience_s=SOON_S))
    assert "test-biorl-question-generator not ready" in said
    eventually(lambda: 'violates PodSecurity "restricted:latest"' in namespace.events())
    assert not namespace.pods("question-generator")


def test_two_releases_stand_side_by_side(namespace: Namespace) -> None:
    namespace.install("minimal")
    first = {pod["metadata"]["uid"] for pod in namespace.pods()}
    namespace.install("minimal", release="other")
    both = {pod["metadata"]["uid"] for pod in namespace.pods()}
    assert first < both
    assert len(both) == 2 * len(first)


def test_what_outlives_a_release_are_its_stores_and_the_next_one_takes_them_up(namespace: Namespace) -> None:
    before = everything(namespace)
    namespace.install("gpu")
    held = stores(namespace)
    namespace.helm("uninstall", "test", "--wait", "--timeout=60s")
    eventually(lambda: everything(namespace) - before == {("PersistentVolumeClaim", name) for name in held})
    assert held.keys() == {f"test-biorl-{store}" for store in ("artifacts", "generator", "objects", "runs")}
    namespace.install("gpu")
    assert stores(namespace) == held


KINDS = (
    "all,configmaps,secrets,serviceaccounts,persistentvolumeclaims,networkpolicies,poddisruptionbudgets,endpointslices"
)


def everything(namespace: Namespace) -> set[tuple[str, str]]:
    return {(item["kind"], item["metadata"]["name"]) for item in namespace.all(KINDS)}


def stores(namespace: Namespace) -> dict[str, str]:
    """The volume that each is bound to."""
    claims = namespace.all("persistentvolumeclaims", "--selector=app.kubernetes.io/instance=test")
    return {claim["metadata"]["name"]: claim["spec"]["volumeName"] for claim in claims}
