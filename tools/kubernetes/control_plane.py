"""A Kubernetes control plane on 127.0.0.1 without containers, for tests, from the project's environment.

    with control_plane(tools, folder, certificate, key, stages) as cluster:
        cluster.kubectl("get", "nodes")

etcd, kube-apiserver, kube-controller-manager and kube-scheduler are real: what they admit, store, schedule, roll out
and delete is what a cluster would. Nodes are only names: kwok plays their kubelets, by stages that say which status a
pod gets and when. No container, network or volume exists.
"""

import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from biorl.standalone.runs.ports import free_ports

READY_S = 120.0
USERS = {
    "admin": "system:masters",
    "system:kube-controller-manager": "",
    "system:kube-scheduler": "",
}
"""Who may speak to the API server, and the group that says what they may do where the name does not."""

KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{{name: local, cluster: {{server: "https://127.0.0.1:{port}", certificate-authority: "{authority}"}}}}]
users: [{{name: "{user}", user: {{token: "{token}"}}}}]
contexts: [{{name: local, context: {{cluster: local, user: "{user}"}}}}]
current-context: local
"""


class Refused(Exception):  # noqa: N818
    """What a tool said when it failed."""


@contextmanager
def control_plane(
    tools: Path, folder: Path, certificate: Path, key: Path, stages: list[Path]
) -> "Iterator[ControlPlane]":
    """Starts in its folder, which is its to fill, and is killed at the end: nothing in there is worth keeping.

    `certificate` is for 127.0.0.1 and its own authority; its key signs the tokens of service accounts too.
    """
    plane = ControlPlane(tools, folder, certificate, key, stages)
    try:
        plane.start()
        yield plane
    finally:
        plane.kill()


class ControlPlane:
    """Its processes, and the tools that speak to them."""

    def __init__(self, tools: Path, folder: Path, certificate: Path, key: Path, stages: list[Path]) -> None:
        self._tools, self._folder, self._certificate, self._key = tools, folder, certificate, key
        self._stages = stages
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._etcd, self._etcd_peer, self._api = free_ports(3)

    def kubectl(self, *arguments: str | Path, given: str = "") -> str:
        """Its output. `given` is what `-f -` reads."""
        return self.run("kubectl", *arguments, given=given)

    def helm(self, *arguments: str | Path) -> str:
        return self.run("helm", *arguments)

    def run(self, tool: str, *arguments: str | Path, given: str = "") -> str:
        """As an administrator, with a home of its own: the user's own clusters are never touched."""
        environment = {"HOME": str(self._folder), "KUBECONFIG": str(self._kubeconfig("admin"))}
        command = [self._tools / tool, *arguments]
        done = subprocess.run(command, input=given, env=environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise Refused(f"{tool} {arguments[0]}: {done.stderr or done.stdout}")
        return done.stdout

    def start(self) -> None:
        """Returns when pods are let in. Raises RuntimeError with the last words of what died."""
        self._introduce_users()
        self._launch("etcd", *self._etcd_flags())
        self._launch("kube-apiserver", *self._api_flags())
        self._until(lambda: self.kubectl("get", "--raw", "/readyz"))  # others leave when roles are not there yet
        self._launch("kube-controller-manager", *self._controller_flags())
        self._launch("kube-scheduler", *self._speaking_as("system:kube-scheduler"))
        self._launch("kwok", *self._kwok_flags())
        self._until(lambda: self.kubectl("get", "serviceaccount", "default"))  # pods are refused without

    def _introduce_users(self) -> None:
        lines = []
        for user, group in USERS.items():
            token = secrets.token_hex(16)
            lines.append(f'{token},{user},{user},"{group}"')
            filled = KUBECONFIG.format(port=self._api, authority=self._certificate, user=user, token=token)
            self._kubeconfig(user).write_text(filled)
        (self._folder / "tokens.csv").write_text("\n".join(lines))

    def _kubeconfig(self, user: str) -> Path:
        return self._folder / f"{user.replace(':', '-')}.kubeconfig"

    def _etcd_flags(self) -> list[str]:
        clients, peers = f"http://127.0.0.1:{self._etcd}", f"http://127.0.0.1:{self._etcd_peer}"
        return [
            f"--data-dir={self._folder / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=warn",
            "--name=only",
            f"--initial-cluster=only={peers}",
            *(f"--{kind}-client-urls={clients}" for kind in ("listen", "advertise")),
            *(f"--{kind}-peer-urls={peers}" for kind in ("listen", "initial-advertise")),
        ]

    def _api_flags(self) -> list[str]:
        return [
            f"--etcd-servers=http://127.0.0.1:{self._etcd}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self._api}",
            f"--tls-cert-file={self._certificate}",
            f"--tls-private-key-file={self._key}",
            f"--client-ca-file={self._certificate}",
            f"--token-auth-file={self._folder / 'tokens.csv'}",
            "--authorization-mode=Node,RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self._certificate}",
            f"--service-account-signing-key-file={self._key}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",
        ]

    def _controller_flags(self) -> list[str]:
        return [
            *self._speaking_as("system:kube-controller-manager"),
            "--use-service-account-credentials",
            f"--service-account-private-key-file={self._key}",
            f"--root-ca-file={self._certificate}",
            "--kube-api-qps=500",  # the default lets a fresh cluster wait seconds for its first service account
            "--kube-api-burst=1000",
        ]

    def _speaking_as(self, user: str) -> list[str]:
        """Without a port of its own, which nobody would ask."""
        return [f"--kubeconfig={self._kubeconfig(user)}", "--leader-elect=false", "--secure-port=0"]

    def _kwok_flags(self) -> list[str]:
        return [
            f"--kubeconfig={self._kubeconfig('admin')}",
            *(f"--config={path}" for path in self._stages),
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            "--node-lease-duration-seconds=40",
            "--cidr=10.64.0.0/16",
            "--node-ip=10.65.0.1",
        ]

    def _launch(self, part: str, *flags: str) -> None:
        with self._log(part).open("ab") as log:
            self._processes[part] = subprocess.Popen(
                [self._tools / part, *flags],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is for whoever started it, and they stop it
            )

    def _until(self, answered: Callable[[], str]) -> None:
        deadline = time.monotonic() + READY_S
        while True:
            try:
                answered()
            except Refused as refused:
                if self._died() or time.monotonic() > deadline:
                    raise RuntimeError(f"no control plane came up: {refused}\n{self._died()}") from refused
                time.sleep(0.1)
            else:
                return

    def _died(self) -> str:
        """Who is no longer there, with the end of what it said."""
        gone = [part for part, process in self._processes.items() if process.poll() is not None]
        return "\n".join(f"{part} died: {self._log(part).read_text(errors='replace')[-2000:]}" for part in gone)

    def _log(self, part: str) -> Path:
        return self._folder / f"{part}.log"

    def kill(self) -> None:
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait()
        self._processes.clear()
