"""The chart renders to what Kubernetes takes, whichever values are given, and its parts find each other."""

import json

import pytest

from tests.charts.conftest import (
    CHART,
    EXAMPLES,
    Helm,
    Kubeconform,
    Manifest,
    Render,
    container,
    of_kind,
    pod,
    runs,
    services_of_biorl,
    values_file,
    workloads,
)

OLDEST, NEWEST = "1.31.0", "1.37.0"
"""Versions of Kubernetes: what Chart.yaml asks for at least, and the newest whose schemas are known."""

each_example = pytest.mark.parametrize("example", EXAMPLES)


@each_example
def test_helm_finds_nothing_to_complain_about(helm: Helm, example: str) -> None:
    assert "0 chart(s) failed" in helm("lint", CHART, "--strict", "--values", values_file(example))


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_manifest_fits_the_schemas_of_kubernetes(render: Render, kubeconform: Kubeconform, version: str) -> None:
    assert kubeconform([manifest for example in EXAMPLES for manifest in render(example)], version) == ""


def test_the_check_against_kubernetes_finds_a_misspelt_field(render: Render, kubeconform: Kubeconform) -> None:
    trainer = runs(render("gpu"), "rl-trainer")
    pod(trainer)["runtimeClass"] = "nvidia"
    assert "runtimeClass" in kubeconform([trainer], NEWEST)


def test_each_of_the_five_services_runs(render: Render) -> None:
    kinds = {container(item)["name"]: item["kind"] for item in services_of_biorl(render("everything"))}
    assert kinds == {
        "ingester": "Deployment",
        "question-generator": "Deployment",
        "soft-verifier": "Deployment",
        "reward-aggregator": "Deployment",
        "rl-trainer": "Job",
    }


@each_example
def test_every_grpc_port_has_a_headless_service_that_finds_its_pods(render: Render, example: str) -> None:
    manifests = render(example)
    for workload in services_of_biorl(manifests):
        (service,) = services_for(workload, manifests)
        assert service["spec"]["clusterIP"] == "None", "a client must see every pod to go round them"
        offered = {port["name"] for port in container(workload)["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} == offered - {"health"}


def services_for(workload: Manifest, manifests: list[Manifest]) -> list[Manifest]:
    labels = workload["spec"]["template"]["metadata"]["labels"].items()
    return [item for item in of_kind(manifests, "Service") if item["spec"]["selector"].items() <= labels]


@each_example
def test_what_is_mounted_is_declared_and_what_is_declared_is_there(render: Render, example: str) -> None:
    manifests = render(example)
    maps = {item["metadata"]["name"] for item in of_kind(manifests, "ConfigMap")}
    for workload in workloads(manifests):
        declared = pod(workload).get("volumes", [])
        mounted = {mount["name"] for mount in container(workload).get("volumeMounts", [])}
        assert mounted == {volume["name"] for volume in declared}
        assert {volume["configMap"]["name"] for volume in declared if "configMap" in volume} <= maps


@each_example
def test_no_two_manifests_have_one_name_and_every_name_is_short_enough(render: Render, example: str) -> None:
    names = [(item["kind"], item["metadata"]["name"]) for item in render(example)]
    assert len(names) == len(set(names))
    assert all(len(name) <= 63 for _, name in names)


@each_example
def test_secrets_are_only_referred_to(render: Render, example: str) -> None:
    assert not of_kind(render(example), "Secret")


def test_a_changed_configuration_restarts_its_pods_and_no_others(render: Render) -> None:
    changed = 'rewardAggregator.compositions={"mine.yaml":"name: mine"}'
    before, after = digests(render("everything")), digests(render("everything", changed))
    assert {name for name in before if before[name] != after[name]} == {"test-bio-reward-aggregator"}


def digests(manifests: list[Manifest]) -> dict[str, str]:
    pods = {item["metadata"]["name"]: item["spec"]["template"] for item in of_kind(manifests, "Deployment")}
    return {name: template["metadata"]["annotations"]["checksum/config"] for name, template in pods.items()}


def test_a_training_run_is_left_alone_until_its_values_change(render: Render) -> None:
    def job(*settings: str) -> str:
        name: str = runs(render("gpu", *settings), "rl-trainer")["metadata"]["name"]
        return name

    assert job() == job("rewardAggregator.replicas=5")
    assert job() != job("rlTrainer.config.seed=5")


def test_what_helm_test_made_does_not_outlive_its_answer(render: Render) -> None:
    """Helm removes no hook with its release."""
    (asks,) = [item for item in workloads(render("minimal")) if "annotations" in item["metadata"]]
    assert "hook-succeeded" in asks["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
    assert asks["spec"]["ttlSecondsAfterFinished"], "one that failed stays to be looked at, for a while"


def test_no_replica_at_all_is_a_number_of_replicas(render: Render) -> None:
    idle = runs(render("minimal", "softVerifier.defaults.replicas=0"), "soft-verifier")
    assert idle["spec"]["replicas"] == 0


@pytest.mark.parametrize("others", ["[]", '[{"namespaceSelector": {}}]'])
def test_the_parts_of_a_release_may_call_each_other_whoever_else_may(render: Render, others: str) -> None:
    manifests = render("minimal", f"networkPolicy.grpcFrom={others}")
    (policy,) = of_kind(manifests, "NetworkPolicy")
    (callers,) = [rule["from"] for rule in policy["spec"]["ingress"] if rule["ports"][0]["port"] == "grpc"]
    own = callers[0]["podSelector"]["matchLabels"].items()
    assert all(own <= item["spec"]["template"]["metadata"]["labels"].items() for item in workloads(manifests))
    assert len(callers) == 1 + len(json.loads(others))


def test_metrics_are_open_to_scrapers_and_grpc_to_those_who_are_named(render: Render) -> None:
    (policy,) = of_kind(render("everything"), "NetworkPolicy")
    by_port = {rule["ports"][0]["port"]: rule.get("from") for rule in policy["spec"]["ingress"]}
    assert by_port["http"] is None
    assert len(by_port["grpc"]) == 3
    assert not of_kind(render("minimal", "networkPolicy.enabled=false"), "NetworkPolicy")
