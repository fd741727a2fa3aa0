"""What must exist before the chart: k8s/ fits the chart and the services, and images are made of what is there."""

import re
from importlib.metadata import entry_points

import pytest
import yaml
from pydantic import BaseModel

from biorl.chassis.bus.config import SqliteBusConfig
from biorl.chassis.bus.dead_letters import SUFFIX
from biorl.chassis.bus.port import TopicSpec
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.ingester.adapters.publisher import Topics
from biorl.ingester.config import Config as Ingester
from biorl.question_generator.config import Config as QuestionGenerator
from biorl.reward_aggregator.config import Config as RewardAggregator
from biorl.rl_trainer.config import Config as RlTrainer
from tests.charts.conftest import ROOT, Helm, Kubeconform, Manifest, container, of_kind, pod, services_of_biorl

BEFORE = ROOT / "k8s"
DOCKERFILE = (ROOT / "services" / "Dockerfile").read_text(encoding="utf-8")
SERVICES = ("ingester", "question-generator", "soft-verifier", "reward-aggregator", "rl-trainer")


def manifests() -> list[Manifest]:
    files = [path for path in sorted(BEFORE.rglob("*.yaml")) if path.name != "values.yaml"]
    return [found for path in files for found in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def of_kubernetes() -> list[Manifest]:
    """Those that no operator defines."""
    return [item for item in manifests() if not re.match(r"kafka\.strimzi\.io|cert-manager\.io", item["apiVersion"])]


@pytest.fixture
def installed(helm: Helm) -> list[Manifest]:
    """The chart as k8s/README.md installs it."""
    text = helm("template", "biorl", ROOT / "charts" / "biorl", "-n", "biorl", "-f", BEFORE / "values.yaml")
    return [document for document in yaml.safe_load_all(text) if document]


def test_manifests_and_chart_fit_the_schemas_of_kubernetes(installed: list[Manifest], kubeconform: Kubeconform) -> None:
    assert kubeconform([*of_kubernetes(), *installed], "1.37.0") == ""


def test_what_the_chart_refers_to_is_made_before(installed: list[Manifest]) -> None:
    (kafka,), (user,) = of_kind(manifests(), "Kafka"), of_kind(manifests(), "KafkaUser")
    made = {f"{kafka['metadata']['name']}-cluster-ca-cert", user["metadata"]["name"]}
    made |= {item["spec"]["secretName"] for item in of_kind(manifests(), "Certificate")}
    made |= set(re.findall(r"create secret generic (\S+)", (BEFORE / "README.md").read_text(encoding="utf-8")))
    made |= {item["metadata"]["name"] for item in of_kind([*manifests(), *installed], "PersistentVolumeClaim")}
    volumes = [volume for item in services_of_biorl(installed) for volume in pod(item)["volumes"]]
    wanted = {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}
    wanted |= {v["persistentVolumeClaim"]["claimName"] for v in volumes if "persistentVolumeClaim" in v}
    assert {"biorl", "biorl-grpc", "biorl-token", "world-models"} <= wanted
    assert wanted <= made


def test_the_certificate_names_every_grpc_service(installed: list[Manifest]) -> None:
    (names,) = [item["spec"]["dnsNames"] for item in of_kind(manifests(), "Certificate") if "dnsNames" in item["spec"]]
    targets = re.findall(r"target: dns:///(\S+):", str([yaml.dump(item) for item in of_kind(installed, "ConfigMap")]))
    assert targets
    assert names == ["*.biorl.svc"]
    assert all(re.fullmatch(r"[^.]+\.biorl\.svc", target) for target in targets)


def test_every_pod_that_is_run_by_hand_is_allowed_in_the_namespace() -> None:
    (namespace,) = of_kind(manifests(), "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    pods = [item["spec"] for item in of_kind(manifests(), "Pod")] + [pod(item) for item in of_kind(manifests(), "Job")]
    assert len(pods) == 2
    for spec in pods:
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert spec["containers"][0]["securityContext"]["allowPrivilegeEscalation"] is False


def test_the_topics_are_those_that_the_services_use() -> None:
    listed = {item["metadata"]["name"]: item["spec"] for item in of_kind(manifests(), "KafkaTopic")}
    read_by_a_group = set(topic_names(QuestionGenerator())) - {QuestionGenerator().topics.questions}
    dead_letters = {name + SUFFIX for name in read_by_a_group}
    assert listed.keys() == used_topics() | dead_letters
    compacted = {spec.name for spec in Topics().specs() if spec.compacted}
    assert {name for name, topic in listed.items() if topic["config"].get("cleanup.policy") == "compact"} == compacted
    few = dead_letters | {"biorl.runs.v1"}
    assert {name: topic["partitions"] for name, topic in listed.items()} == {
        name: 1 if name in few else TopicSpec(name).partitions for name in listed
    }


def used_topics() -> set[str]:
    """Wherever a service's configuration names one."""
    bus, address = SqliteBusConfig(path=ROOT), GrpcClientConfig(target="localhost:1")
    ingester = Ingester.model_validate({"bus": bus.model_dump(), "sources": [{"type": "jats", "path": "x"}]})
    trainer = RlTrainer(bus=bus, rewards=address, run_dir=ROOT)
    others = [QuestionGenerator(), RewardAggregator(bus=bus, verifier=address)]
    return {name for config in (ingester, trainer, *others) for name in topic_names(config)}


def topic_names(config: BaseModel) -> list[str]:
    return re.findall(r"biorl\.\w+\.v\d+", config.model_dump_json())


def test_an_image_is_made_of_what_is_there() -> None:
    sources = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    assert sources
    assert all((ROOT / source).exists() for line in sources for source in line)
    allowed = (ROOT / "services" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{source}" for line in sources for source in line} <= set(allowed)


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_has_a_command_of_its_name(service: str) -> None:
    (command,) = entry_points(group="console_scripts", name=f"biorl-{service}")
    assert command.dist is not None
    assert command.dist.name == f"biorl-{service}"
    assert callable(command.load())


def test_images_and_pods_agree_on_who_runs(installed: list[Manifest]) -> None:
    (user,) = re.findall(r"^USER (\d+):\d+$", DOCKERFILE, re.MULTILINE)
    assert {pod(item)["securityContext"]["runAsUser"] for item in services_of_biorl(installed)} == {int(user)}
    assert {container(item)["name"] for item in services_of_biorl(installed)} <= set(SERVICES)
