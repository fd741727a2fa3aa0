"""What a pod may do, how it is probed and ended, where it runs and what it keeps."""

import json
import math

import pytest
import yaml

from biorl.chassis.grpc.config import GrpcServerConfig
from biorl.reward_aggregator.config import Config as RewardAggregator
from tests.charts.conftest import (
    EXAMPLES,
    Manifest,
    Render,
    configuration,
    container,
    named,
    of_kind,
    pod,
    runs,
    services_of_biorl,
    workloads,
)

RESTRICTED_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected"}
RESTRICTED_VOLUMES |= {"secret"}
"""What Pod Security's strictest level lets a pod mount; not nfs and not hostPath."""

each_example = pytest.mark.parametrize("example", EXAMPLES)


@each_example
def test_every_pod_is_restricted_as_the_strictest_level_of_pod_security_asks(render: Render, example: str) -> None:
    for workload in workloads(render(example)):
        whole, only = pod(workload)["securityContext"], container(workload)["securityContext"]
        assert whole["runAsNonRoot"]
        assert whole["runAsUser"] > 0
        assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
        assert only == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod(workload).keys()
        assert all(volume.keys() - {"name"} <= RESTRICTED_VOLUMES for volume in pod(workload).get("volumes", []))
        assert pod(workload)["automountServiceAccountToken"] is False


@each_example
def test_every_service_is_probed_on_a_port_that_a_kubelet_can_speak_to(render: Render, example: str) -> None:
    manifests = render(example)
    for workload in services_of_biorl(manifests):
        given = yaml.safe_load(configuration(manifests, workload))
        ports = {port["name"]: port["containerPort"] for port in container(workload)["ports"]}
        assert ports["http"] == given["http"]["port"]
        probes = [container(workload)[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")]
        if "grpc" in given:
            assert ports["grpc"] == given["grpc"]["port"]
            assert ports["health"] == given["grpc"]["health_port"], "a kubelet speaks no TLS"
            assert all(probe["grpc"]["port"] == ports["health"] for probe in probes)
        else:
            assert all(probe["httpGet"]["port"] == "http" for probe in probes)


@pytest.mark.parametrize("service", ["soft-verifier", "reward-aggregator"])
def test_a_pod_is_killed_only_after_its_calls_had_their_time(render: Render, service: str) -> None:
    manifests = render("minimal", 'softVerifier.defaults.config={"grpc": {"drain_s": 99.5}}')
    workload = runs(manifests, service)
    given = yaml.safe_load(configuration(manifests, workload))
    server = GrpcServerConfig(**given["grpc"])
    assert server.linger_s > 0, "callers must notice before the port closes"
    audit_s = RewardAggregator(**given).audit_drain_s if service == "reward-aggregator" else 0
    assert pod(workload)["terminationGracePeriodSeconds"] > math.ceil(server.linger_s + server.drain_s + audit_s)


def test_a_model_that_loads_slowly_is_given_its_time(render: Render) -> None:
    probe = container(named(render("gpu"), "Deployment", "soft-verifier-molecules"))["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 900


def test_world_models_and_the_trainer_run_where_the_gpus_are(render: Render) -> None:
    manifests = render("gpu")
    pools = {name: named(manifests, "Deployment", f"soft-verifier-{name}") for name in ("tables", "genes", "molecules")}
    trainer = runs(manifests, "rl-trainer")
    assert gpus(pools["tables"]) == {}
    assert gpus(pools["genes"]) == {"nvidia.com/mig-1g.18gb": 1}
    assert gpus(pools["molecules"]) == {"nvidia.com/gpu": 1}
    assert gpus(trainer) == {"nvidia.com/gpu": 1}
    assert "tolerations" not in pod(pools["tables"])
    for workload in (pools["genes"], pools["molecules"], trainer):
        taints = [toleration["key"] for toleration in pod(workload)["tolerations"]]
        assert taints[0] == "nvidia.com/gpu"
    assert pod(pools["molecules"])["tolerations"][1]["key"] == "dedicated"
    assert pod(pools["molecules"])["nodeSelector"] == {"pool": "l4"}
    assert pod(pools["genes"])["nodeSelector"] == {"nvidia.com/gpu.product": "NVIDIA-H200"}
    assert pod(trainer)["nodeSelector"] == {"nvidia.com/gpu.product": "NVIDIA-H200"}
    assert pod(trainer)["runtimeClassName"] == "nvidia"


def gpus(workload: Manifest) -> dict[str, int]:
    limits = container(workload)["resources"]["limits"]
    return {name: number for name, number in limits.items() if name.startswith("nvidia.com/")}


@each_example
def test_every_path_that_is_written_lies_in_a_store_or_in_tmp(render: Render, example: str) -> None:
    manifests = render(example)
    for workload in services_of_biorl(manifests):
        given = yaml.safe_load(configuration(manifests, workload))
        writable = [m["mountPath"] for m in container(workload)["volumeMounts"] if not m.get("readOnly")]
        written = [given[key] for key in WRITTEN[container(workload)["name"]]]
        assert all(any(path.startswith(f"{place}/") or path == place for place in writable) for path in written)


WRITTEN = {
    "ingester": ("ledger", "objects"),
    "question-generator": ("state",),
    "soft-verifier": (),
    "reward-aggregator": (),
    "rl-trainer": ("run_dir",),
}
"""Keys of each service's configuration that name what it writes."""


@each_example
def test_a_store_is_claimed_once_and_outlives_the_release_unless_it_was_brought(render: Render, example: str) -> None:
    manifests = render(example)
    claims = {claim["metadata"]["name"]: claim for claim in of_kind(manifests, "PersistentVolumeClaim")}
    wanted = {
        volume["persistentVolumeClaim"]["claimName"]
        for workload in services_of_biorl(manifests)
        for volume in pod(workload)["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert claims.keys() <= wanted, "nothing is claimed that nobody uses"
    assert wanted - claims.keys() <= {"my-ledger", "hf-models", "papers", "biology"}, "only what the values bring"
    assert all(claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for claim in claims.values())


def test_the_processes_that_own_a_database_never_run_twice(render: Render) -> None:
    for service in ("ingester", "question-generator"):
        spec = runs(render("everything"), service)["spec"]
        assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_a_training_run_that_was_moved_is_not_taken_for_a_failure(render: Render) -> None:
    rules = runs(render("gpu"), "rl-trainer")["spec"]["podFailurePolicy"]["rules"]
    actions = {code: rule["action"] for rule in rules for code in rule.get("onExitCodes", {}).get("values", [])}
    assert actions == {75: "Ignore", 2: "FailJob"}
    assert pod(runs(render("gpu"), "rl-trainer"))["restartPolicy"] == "Never", "podFailurePolicy asks for it"


def test_a_variable_that_the_chart_sets_too_is_set_once_and_as_it_was_asked_for(render: Render) -> None:
    asked = [{"name": "HF_HOME", "value": "/models"}, {"name": "LOG", "value": "1"}]
    own = {"name": "HOME", "value": "/tmp"}  # noqa: S108 - in the pod
    assert container(runs(render("gpu"), "rl-trainer"))["env"][0] == own
    trainer = runs(render("gpu", f"rlTrainer.env={json.dumps(asked)}"), "rl-trainer")
    assert container(trainer)["env"] == [own, *asked]
