"""The chart as helm renders it. Tests that ask for `helm` or `kubeconform` need what tools/kubernetes builds."""

import functools
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "biorl"
BIN = ROOT / ".cache" / "kubernetes" / "bin"
EXAMPLES = sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))
"""Combinations of values that must work, by name of their file in charts/biorl/ci."""

OPERATORS = "PodMonitor,PrometheusRule"
"""Kinds that are none of Kubernetes' own; tests/cluster has an API server that knows them."""

Manifest = dict[str, Any]
Helm = Callable[..., str]
Render = Callable[..., list[Manifest]]
Kubeconform = Callable[[list[Manifest], str], str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"helm", "kubeconform"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("charts")


def tool(name: str, folder: Path = BIN, how: str = "`make chart` builds it (needs Go)") -> Path:
    path = folder / name
    if not path.is_file():
        pytest.skip(f"no {path}: {how}")
    return path


@pytest.fixture(scope="session")
def helm() -> Helm:
    """Runs helm; its output. Raises CalledProcessError, whose `stderr` says why."""
    path = tool("helm")

    def run(*arguments: str | Path) -> str:
        return subprocess.run([path, *arguments], check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture(scope="session")
def render(helm: Helm) -> Render:
    """`render("gpu", 'image.tag="2"')`: the manifests of charts/biorl/ci/gpu-values.yaml with further values set."""

    @functools.cache
    def rendered(example: str, *settings: str) -> str:
        given = [part for setting in settings for part in ("--set-json", setting)]
        return helm("template", "test", CHART, "--namespace", "bio", "--values", values_file(example), *given)

    def manifests(example: str, *settings: str) -> list[Manifest]:
        return [document for document in yaml.safe_load_all(rendered(example, *settings)) if document]

    return manifests


@pytest.fixture(scope="session")
def kubeconform(tmp_path_factory: pytest.TempPathFactory) -> Kubeconform:
    """Checks manifests strictly against the schemas of a version of Kubernetes, offline; what is wrong, or ""."""
    path = tool("kubeconform")

    @functools.cache
    def schemas(version: str) -> Path:
        return kubernetes_schemas(version, tmp_path_factory.mktemp(f"kubernetes-{version}"))

    def check(manifests: list[Manifest], version: str) -> str:
        location = f"{schemas(version)}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
        command = [
            path,
            "-strict",
            "-skip",
            OPERATORS,
            "-kubernetes-version",
            version,
            "-schema-location",
            location,
            "-",
        ]
        given = yaml.safe_dump_all(manifests)
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr if done.returncode else ""

    return check


def kubernetes_schemas(version: str, folder: Path) -> Path:
    """The schemas of the package kubernetes-validate, without the absolute ids that would send a validator online."""
    package = Path(kubernetes_validate.__file__).parent
    for file in (package / "kubernetes-json-schema" / f"v{version}-local-strict").glob("*.json"):
        schema = json.loads(file.read_text().replace('"/api/_definitions.json#', '"_definitions.json#'))
        schema.pop("$id", None)
        (folder / file.name).write_text(json.dumps(schema))
    return folder


def values_file(example: str) -> Path:
    return CHART / "ci" / f"{example}-values.yaml"


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """The only one whose name ends like this."""
    (found,) = [item for item in of_kind(manifests, kind) if item["metadata"]["name"].endswith(name)]
    return found


def workloads(manifests: list[Manifest]) -> list[Manifest]:
    """Deployments and Jobs, `helm test`'s too."""
    return of_kind(manifests, "Deployment", "Job")


def services_of_biorl(manifests: list[Manifest]) -> list[Manifest]:
    """Deployments and Jobs that run one of the five services."""
    return [item for item in workloads(manifests) if "helm.sh/hook" not in item["metadata"].get("annotations", {})]


def runs(manifests: list[Manifest], service: str) -> Manifest:
    """The only Deployment or Job that runs this service."""
    (found,) = [item for item in services_of_biorl(manifests) if container(item)["name"] == service]
    return found


def pod(workload: Manifest) -> Manifest:
    spec: Manifest = workload["spec"]["template"]["spec"]
    return spec


def container(workload: Manifest) -> Manifest:
    (only,) = pod(workload)["containers"]
    found: Manifest = only
    return found


def configuration(manifests: list[Manifest], workload: Manifest) -> str:
    """The text of the file that the workload's process is given."""
    (volume,) = [volume for volume in pod(workload)["volumes"] if volume["name"] == "config"]
    (found,) = [m for m in of_kind(manifests, "ConfigMap") if m["metadata"]["name"] == volume["configMap"]["name"]]
    text: str = found["data"]["config.yaml"]
    return text
