"""What the chart gives a service is what that service reads: parsed by its own class, and by its own process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from biorl.chassis.config import ServiceConfig, load_config
from biorl.ingester.config import Config as Ingester
from biorl.question_generator.config import Config as QuestionGenerator
from biorl.reward_aggregator.adapters.compositions import load_compositions
from biorl.reward_aggregator.config import Config as RewardAggregator
from biorl.rl_trainer.config import Config as RlTrainer
from biorl.soft_verifier.config import Config as SoftVerifier
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
)

CLASSES: dict[str, type[ServiceConfig]] = {
    "ingester": Ingester,
    "question-generator": QuestionGenerator,
    "soft-verifier": SoftVerifier,
    "reward-aggregator": RewardAggregator,
    "rl-trainer": RlTrainer,
}


def parsed(manifests: list[Manifest], workload: Manifest, folder: Path) -> ServiceConfig:
    """As the process in the pod would, but for the environment."""
    service = container(workload)["name"]
    file = folder / f"{workload['metadata']['name']}.yaml"
    file.write_text(configuration(manifests, workload), encoding="utf-8")
    return load_config(CLASSES[service], file, service)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_rendered_configuration_is_one_of_its_services(render: Render, tmp_path: Path, example: str) -> None:
    manifests = render(example)
    found = services_of_biorl(manifests)
    assert all(isinstance(parsed(manifests, item, tmp_path), CLASSES[container(item)["name"]]) for item in found)


@pytest.mark.parametrize("service", sorted(CLASSES))
def test_the_process_of_the_pod_takes_its_file_and_its_environment(
    render: Render, tmp_path: Path, service: str
) -> None:
    manifests = render("everything" if service == "ingester" else "secured")
    workload = runs(manifests, service)
    (tmp_path / "config.yaml").write_text(configuration(manifests, workload), encoding="utf-8")
    assert container(workload)["args"] == ["--config", "/etc/biorl/config/config.yaml"]
    (command,) = container(workload)["command"]
    command_line = [Path(sys.executable).parent / command, "--config", tmp_path / "config.yaml", "--check-config"]
    literal = {item["name"]: item["value"] for item in container(workload)["env"] if "value" in item}
    environment = literal | {f"BIORL_{service.upper().replace('-', '_')}__LOG__LEVEL": "warning"}
    done = subprocess.run(command_line, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = yaml.safe_load(done.stdout)
    assert told["log"]["level"] == "warning"
    assert told["http"]["port"] == 9090
    if service == "ingester":
        assert told["batch_size"] == 128, "an environment variable of the chart wins over the file"


def test_files_that_a_configuration_names_are_mounted(render: Render) -> None:
    manifests = render("secured")
    for workload in services_of_biorl(manifests):
        mounts = [mount["mountPath"] for mount in container(workload)["volumeMounts"]]
        files = [value for value in leaves(yaml.safe_load(configuration(manifests, workload))) if "/etc/" in value]
        assert all(any(file.startswith(f"{mount}/") for mount in mounts) for file in files), files
        assert files, "this example mounts certificates into every service"


def leaves(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in leaves(value)]
    return [leaf for value in tree for leaf in leaves(value)] if isinstance(tree, list) else [str(tree)]


MODELS = {
    "author": {"endpoint": "http://vllm/v1", "model": "m", "api_key_file": "/run/key/key"},
    "dataset": {"embeddings": {"endpoint": "http://vllm/v1", "model": "e"}},
}


def test_what_models_were_paid_for_lies_where_the_state_does_and_their_key_is_mounted(
    render: Render, tmp_path: Path
) -> None:
    manifests = render(
        "minimal",
        f"questionGenerator.config={json.dumps(MODELS)}",
        'questionGenerator.volumes=[{"name": "key", "secret": {"secretName": "llm"}}]',
        'questionGenerator.volumeMounts=[{"name": "key", "mountPath": "/run/key", "readOnly": true}]',
    )
    workload = runs(manifests, "question-generator")
    found = parsed(manifests, workload, tmp_path)
    assert isinstance(found, QuestionGenerator)
    assert found.author is not None
    assert found.dataset.embeddings is not None
    assert found.author.replies.parent == found.dataset.embeddings.vectors.parent == found.state.parent
    mounted = {item["mountPath"]: item["name"] for item in container(workload)["volumeMounts"]}
    assert mounted["/run/key"] == "key"
    assert {"name": "key", "secret": {"secretName": "llm"}} in pod(workload)["volumes"]


def test_everything_encrypted_means_every_server_and_every_client(render: Render, tmp_path: Path) -> None:
    manifests = render("secured")
    by_service = {container(item)["name"]: parsed(manifests, item, tmp_path) for item in services_of_biorl(manifests)}
    rewards, verifier = by_service["reward-aggregator"], by_service["soft-verifier"]
    trainer = by_service["rl-trainer"]
    assert isinstance(rewards, RewardAggregator)
    assert isinstance(verifier, SoftVerifier)
    assert isinstance(trainer, RlTrainer)
    for server in (rewards.grpc, verifier.grpc):
        assert server.tls is not None
        assert server.tls.client_ca_file is not None
        assert server.token_file is not None
    for client in (rewards.verifier, trainer.rewards):
        assert client.tls is not None
        assert client.tls.cert_file is not None
        assert client.token_file is not None


def test_callers_find_each_verifier_at_the_pool_that_serves_it(render: Render, tmp_path: Path) -> None:
    manifests = render("gpu")
    rewards = parsed(manifests, runs(manifests, "reward-aggregator"), tmp_path)
    trainer = parsed(manifests, runs(manifests, "rl-trainer"), tmp_path)
    assert isinstance(rewards, RewardAggregator)
    assert isinstance(trainer, RlTrainer)
    pools = {"my-network": "genes", "gears-k562": "genes", "molecule": "molecules"}
    assert {name: client.target for name, client in rewards.verifiers.items()} == {
        name: target(manifests, f"soft-verifier-{pool}") for name, pool in pools.items()
    }
    assert rewards.verifier.target == target(manifests, "soft-verifier-tables"), "all others"
    assert rewards.verifier.timeout_s == 60
    assert trainer.rewards.target == target(manifests, "reward-aggregator")
    assert trainer.verifier is not None
    assert trainer.verifier.target == target(manifests, "soft-verifier-tables"), "which serves perturbation-knn"


def target(manifests: list[Manifest], component: str) -> str:
    service = named(manifests, "Service", component)
    (port,) = [port["port"] for port in service["spec"]["ports"] if port["name"] == "grpc"]
    return f"dns:///{service['metadata']['name']}.bio.svc:{port}"


def test_a_trainer_without_the_verifier_that_stands_beside_it_has_no_address_for_it(
    render: Render, tmp_path: Path
) -> None:
    manifests = render("minimal", "rlTrainer.enabled=true")
    trainer = parsed(manifests, runs(manifests, "rl-trainer"), tmp_path)
    assert isinstance(trainer, RlTrainer)
    assert trainer.verifier is None


def test_own_compositions_are_read_by_the_reward_service(render: Render, tmp_path: Path) -> None:
    manifests = render("everything")
    (volume,) = [v for v in pod(runs(manifests, "reward-aggregator"))["volumes"] if v["name"] == "compositions"]
    (given,) = [m for m in of_kind(manifests, "ConfigMap") if m["metadata"]["name"] == volume["configMap"]["name"]]
    for name, text in given["data"].items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert "mine" in load_compositions(tmp_path)
