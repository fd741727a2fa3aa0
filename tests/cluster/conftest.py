"""The chart on a control plane of this session's own: its API server, controllers and scheduler are real, its nodes are
only names, and no container ever starts. So pods become ready because they were admitted and placed, not because biorl
ran in them.
"""

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import yaml

from tests.charts.conftest import CHART, ROOT, Manifest, values_file

sys.path.insert(0, str(ROOT / "tools" / "kubernetes"))

from control_plane import ControlPlane, Refused, control_plane

BIN = ROOT / ".cache" / "kubernetes" / "bin"
HERE = Path(__file__).parent
PATIENCE_S = 60
SOON_S = 5
"""For what will not happen."""
BROUGHT = ("my-ledger", "hf-models", "papers", "biology")
"""Claims that the examples expect to find."""

T = TypeVar("T")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, self_signed: Callable[..., tuple[Path, Path]]
) -> Iterator[ControlPlane]:
    if not (BIN / "kube-apiserver").is_file():
        pytest.skip(f"no {BIN}/kube-apiserver: `make kubernetes-tools` builds it (needs Go)")
    folder = tmp_path_factory.mktemp("cluster")
    certificate, key = self_signed(folder, "kubernetes")
    with control_plane(BIN, folder, certificate, key, [BIN / "stages.yaml", HERE / "pods.yaml"]) as started:
        started.kubectl("create", "-f", HERE / "cluster.yaml")
        define(
            started, "prometheus-operator", "podmonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com"
        )
        started.kubectl("wait", "node", "--all", "--for=condition=Ready", f"--timeout={PATIENCE_S}s")
        yield started


def define(cluster: ControlPlane, operator: str, *kinds: str) -> None:
    """Makes the kinds known that an operator works on."""
    cluster.kubectl("create", "-f", BIN / f"{operator}.yaml")
    for kind in kinds:
        cluster.kubectl("wait", f"crd/{kind}", "--for=condition=Established", f"--timeout={PATIENCE_S}s")


def volumes(test: str) -> list[Manifest]:
    """One test's, enough for two releases: a volume that was bound once is never bound again."""
    kinds = {"": 1, "nfs": 1, "standard": 12}
    return [volume(f"{test}-{kind}{n}", kind) for kind, count in kinds.items() for n in range(count)]


def volume(name: str, storage_class: str) -> Manifest:
    spec = {
        "storageClassName": storage_class,
        "capacity": {"storage": "1Ti"},
        "accessModes": ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"],
        "persistentVolumeReclaimPolicy": "Retain",
        "nfs": {"server": "nas.example", "path": f"/{name}"},
    }
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec}


def claim(name: str) -> Manifest:
    spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def listed(manifests: list[Manifest]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})


@dataclass(frozen=True)
class Namespace:
    """Where one test installs."""

    cluster: ControlPlane
    name: str

    def kubectl(self, *arguments: str | Path, given: str = "") -> str:
        return self.cluster.kubectl("--namespace", self.name, *arguments, given=given)

    def helm(self, *arguments: str | Path) -> str:
        return self.cluster.helm("--namespace", self.name, *arguments)

    def install(self, example: str, *settings: str, release: str = "test", patience_s: int = PATIENCE_S) -> None:
        """Returns when helm says that all is ready."""
        self.helm("install", release, CHART, *waiting(patience_s), *given(example, settings))

    def start(self, example: str, *settings: str) -> None:
        self.helm("install", "test", CHART, *given(example, settings))

    def upgrade(self, example: str, *settings: str, patience_s: int = PATIENCE_S, rolling_back: bool = False) -> None:
        on_failure = ["--rollback-on-failure"] if rolling_back else []
        self.helm("upgrade", "test", CHART, *waiting(patience_s), *on_failure, *given(example, settings))

    def all(self, kinds: str, *selection: str) -> list[Manifest]:
        found: list[Manifest] = json.loads(self.kubectl("get", kinds, "--output=json", *selection))["items"]
        return found

    def pods(self, component: str = "") -> list[Manifest]:
        """Those that are not on their way out."""
        selection = [f"--selector=app.kubernetes.io/component={component}"] if component else []
        return [pod for pod in self.all("pods", *selection) if "deletionTimestamp" not in pod["metadata"]]

    def events(self) -> str:
        return "\n".join(event.get("message", "") for event in self.all("events"))


def waiting(patience_s: int) -> list[str]:
    return ["--wait", f"--timeout={patience_s}s"]


def given(example: str, settings: tuple[str, ...]) -> list[str | Path]:
    return ["--values", values_file(example), *(part for setting in settings for part in ("--set-json", setting))]


@contextmanager
def new_namespace(cluster: ControlPlane, name: str = "") -> Iterator[Namespace]:
    """As k8s/namespace.yaml makes one: it enforces Pod Security's strictest level."""
    made = yaml.safe_load((ROOT / "k8s" / "namespace.yaml").read_text(encoding="utf-8"))
    made["metadata"]["name"] = name = name or f"bio-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "-f", "-", given=json.dumps(made))
    found = Namespace(cluster, name)
    found.kubectl("create", "-f", "-", given=listed([*volumes(name), *map(claim, BROUGHT)]))
    try:
        yield found
    finally:  # pytest shows the output of what failed, an install in a fixture too
        sys.stdout.write(found.kubectl("get", "pods,jobs,events", "--output=wide"))
        cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def namespace(cluster: ControlPlane) -> Iterator[Namespace]:
    with new_namespace(cluster) as made:
        yield made


def ready(pod: Manifest) -> bool:
    return {"type": "Ready", "status": "True"}.items() <= condition(pod, "Ready").items()


def condition(thing: Manifest, kind: str) -> Manifest:
    found: list[Manifest] = [each for each in thing["status"].get("conditions", []) if each["type"] == kind]
    return found[0] if found else {}


def component(thing: Manifest) -> str:
    label: str = thing["metadata"]["labels"]["app.kubernetes.io/component"]
    return label


def refusal(act: Callable[[], object]) -> str:
    """What helm or kubectl says when it fails."""
    with pytest.raises(Refused) as refused:
        act()
    return str(refused.value)


def eventually(answer: Callable[[], T]) -> T:
    """The first answer that is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := answer()):
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.1)
    return found
