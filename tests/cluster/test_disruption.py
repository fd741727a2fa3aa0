"""What emptying a node does to services that must go on answering, and to a training run."""

from collections.abc import Iterator

import pytest

from tests.cluster.conftest import PATIENCE_S, SOON_S, Namespace, condition, eventually, ready, refusal


@pytest.fixture
def emptied(namespace: Namespace) -> Iterator[Namespace]:
    """The nodes that a test empties take pods again afterwards."""
    yield namespace
    refill(namespace)


def empty(namespace: Namespace, node: str, component: str, patience_s: int = PATIENCE_S) -> None:
    only = f"--pod-selector=app.kubernetes.io/component={component}"
    namespace.kubectl("drain", node, only, "--delete-emptydir-data", f"--timeout={patience_s}s")


def refill(namespace: Namespace) -> None:
    namespace.kubectl("uncordon", "--selector=kubernetes.io/os=linux")


def test_one_of_two_pods_answers_until_the_other_is_back(emptied: Namespace) -> None:
    emptied.install("minimal")
    said = refusal(lambda: empty(emptied, "cpu-0", "reward-aggregator", SOON_S))
    assert "violate the pod's disruption budget" in said
    assert len([pod for pod in emptied.pods("reward-aggregator") if ready(pod)]) == 1
    refill(emptied)
    eventually(lambda: all(ready(pod) for pod in emptied.pods()))


def test_pods_that_serve_nobody_hold_no_node_back(emptied: Namespace) -> None:
    broken = 'softVerifier.defaults={"replicas": 3, "podAnnotations": {"never-ready": "its model is missing"}}'
    emptied.start("minimal", broken)
    eventually(lambda: {pod["status"]["phase"] for pod in emptied.pods("soft-verifier-exact")} == {"Running"})
    empty(emptied, "cpu-0", "soft-verifier-exact")
    assert not any("nodeName" in pod["spec"] for pod in emptied.pods("soft-verifier-exact"))


def test_a_training_run_goes_on_elsewhere_and_nothing_is_held_against_it(emptied: Namespace) -> None:
    emptied.install(
        "minimal", "rlTrainer.enabled=true", 'rlTrainer.tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists"}]'
    )
    (here,) = eventually(lambda: running(emptied))
    empty(emptied, here, "rl-trainer")
    eventually(lambda: running(emptied) - {here})
    (job,) = emptied.all("jobs")
    assert job["status"].get("failed", 0) == 0
    assert not condition(job, "Failed")


def running(namespace: Namespace) -> set[str]:
    """Where the training run is."""
    return {pod["spec"]["nodeName"] for pod in namespace.pods("rl-trainer") if ready(pod)}
