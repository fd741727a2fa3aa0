"""A training run is a Job: which ends of its pod count against it says the job controller, by the chart's rules."""

from tests.charts.conftest import Manifest
from tests.cluster.conftest import Namespace, condition, eventually

TRAINING = "rlTrainer.enabled=true"


def leaves_with(status: str) -> str:
    return f'rlTrainer.podAnnotations={{"leaves-with": "{status}"}}'


def counted(pod: Manifest) -> bool:
    """Whether it has ended and the controller has made up its mind about it."""
    return pod["status"]["phase"] == "Failed" and not pod["metadata"].get("finalizers")


def job(namespace: Namespace) -> Manifest:
    (only,) = namespace.all("jobs")
    return only


def test_nothing_is_held_against_a_run_that_was_asked_to_stop(namespace: Namespace) -> None:
    namespace.start("minimal", TRAINING, leaves_with("75"))
    eventually(lambda: any(counted(pod) for pod in namespace.pods("rl-trainer")))
    assert job(namespace)["status"].get("failed", 0) == 0
    assert not condition(job(namespace), "Failed")


def test_a_run_that_cannot_use_its_configuration_is_given_up_at_once(namespace: Namespace) -> None:
    namespace.start("minimal", TRAINING, leaves_with("2"))
    assert eventually(lambda: condition(job(namespace), "Failed"))["reason"] == "PodFailurePolicy"
    assert len(namespace.pods("rl-trainer")) == 1
