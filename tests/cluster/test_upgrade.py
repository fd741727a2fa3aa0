"""What an upgrade, one that fails, and a rollback do to pods that run."""

import json

import yaml

from tests.cluster.conftest import Namespace, component, eventually, ready, refusal

RETUNED = 'rewardAggregator.config={"cached_verdicts": 5}'

Identities = dict[str, frozenset[str]]
"""Of the pods of each component."""


def identities(namespace: Namespace) -> Identities:
    pods = namespace.pods()
    return {
        name: frozenset(pod["metadata"]["uid"] for pod in pods if component(pod) == name)
        for name in {component(pod) for pod in pods}
    }


def replaced(before: Identities, after: Identities) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_a_changed_value_replaces_the_pods_that_read_it_and_no_others(namespace: Namespace) -> None:
    namespace.install("gpu")
    before = identities(namespace)
    namespace.upgrade("gpu", RETUNED)
    after = identities(namespace)
    assert replaced(before, after) == {"reward-aggregator"}
    assert not before["reward-aggregator"] & after["reward-aggregator"]


def test_an_upgrade_that_changes_nothing_replaces_nothing(namespace: Namespace) -> None:
    namespace.install("everything")
    before = identities(namespace)
    namespace.upgrade("everything")
    assert identities(namespace) == before


def test_a_failing_upgrade_is_rolled_back_and_who_answers_calls_never_stopped(namespace: Namespace) -> None:
    namespace.install("minimal")
    before = identities(namespace)
    refusal(lambda: namespace.upgrade("minimal", 'image.tag="missing"', patience_s=15, rolling_back=True))
    assert history(namespace)[-1]["description"] == "Rollback to 1"
    assert replaced(before, identities(namespace)) == {"question-generator"}, "which lets go of its database first"
    assert all(ready(pod) for pod in namespace.pods())


def history(namespace: Namespace) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(namespace.helm("history", "test", "--output=json"))
    return found


def test_a_rollback_brings_the_old_configuration_back(namespace: Namespace) -> None:
    namespace.install("minimal")
    before = configuration(namespace)
    namespace.upgrade("minimal", RETUNED)
    assert configuration(namespace)["cached_verdicts"] == 5
    namespace.helm("rollback", "test", "1", "--wait", "--timeout=60s")
    assert configuration(namespace) == before
    assert all(ready(pod) for pod in namespace.pods())


def configuration(namespace: Namespace) -> dict[str, object]:
    """What the pods of the reward service read."""
    (found,) = namespace.all("configmaps", "--selector=app.kubernetes.io/component=reward-aggregator")
    read: dict[str, object] = yaml.safe_load(found["data"]["config.yaml"])
    return read


def test_a_changed_training_run_takes_the_place_of_the_old_one_on_the_same_store(namespace: Namespace) -> None:
    namespace.install("gpu")
    (before,) = namespace.all("jobs")
    namespace.upgrade("gpu", "rlTrainer.config.seed=5")
    (after,) = namespace.all("jobs")
    assert after["metadata"]["name"] != before["metadata"]["name"]
    (pod,) = eventually(lambda: [pod for pod in namespace.pods("rl-trainer") if ready(pod)])
    assert "test-biorl-runs" in json.dumps(pod["spec"]["volumes"])
