"""A real Triton server for tests: the one inside the nvidia-pytriton wheel, on the CPU, with the python backend alone.

The wheel needs numpy < 2, so it lives in an environment of its own (`make triton`), never in the project's. Models run
inside that environment: numpy is there, torch is not.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Path(os.environ.get("BIORL_TRITON", ROOT / ".cache" / "triton"))
"""A virtual environment with nvidia-pytriton."""


class TritonMissingError(RuntimeError):
    """There is no Triton on this machine; says how to get one."""


def installed() -> Path:
    """The wheel's folder `tritonserver`. Raises TritonMissingError."""
    found = sorted(ENVIRONMENT.glob("lib/python3*/site-packages/pytriton/tritonserver"))
    if not found:
        msg = f"no nvidia-pytriton in {ENVIRONMENT}: run `make triton` (Linux on x86-64, glibc 2.35 or newer)"
        raise TritonMissingError(msg)
    return found[0]


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in opened:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in opened]


class TritonServer:
    """Serves one folder of models until it is closed; `folder` is its scratch."""

    def __init__(self, models: Path, folder: Path) -> None:
        self._home, self._models, self._folder = installed(), models, folder
        self.http_port, self.grpc_port = _free_ports(2)
        self.log = folder / "triton.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Of its gRPC endpoint."""
        return f"127.0.0.1:{self.grpc_port}"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self, within_s: float = 60) -> None:
        """Returns when it is ready. Raises RuntimeError with the end of its log when that takes too long."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command(), stdout=log, stderr=log, env=self._environment())
        until = time.monotonic() + within_s
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/v2/health/ready", timeout=1).close()
                return
            time.sleep(0.1)
        msg = f"Triton is not ready after {within_s} s:\n{self.log.read_text()[-3000:]}"
        raise RuntimeError(msg)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _command(self) -> list[str]:
        return [
            str(self._home / "bin" / "tritonserver"),
            f"--model-repository={self._models}",
            f"--backend-directory={self._backends()}",
            f"--http-port={self.http_port}",
            f"--grpc-port={self.grpc_port}",
            "--http-address=127.0.0.1",
            "--grpc-address=127.0.0.1",
            "--allow-metrics=false",
            "--exit-timeout-secs=5",
        ]

    def _backends(self) -> Path:
        """The python backend beside the stub for the environment's Python, where the server looks for it."""
        place = self._folder / "backends" / "python"
        if not place.exists():
            shutil.copytree(self._home / "backends" / "python", place)
            stub = self._home / "python_backend_stubs" / self._version() / "triton_python_backend_stub"
            shutil.copy2(stub, place)
        return place.parent

    def _version(self) -> str:
        """Of the environment's Python: "3.11"."""
        return self._home.parents[2].name.removeprefix("python")

    def _environment(self) -> dict[str, str]:
        """The stub must find the environment's own libpython and packages, not the system's."""
        python = ENVIRONMENT / "bin" / "python"
        ask = "import sysconfig; print(sysconfig.get_config_var('LIBDIR'))"
        library = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
        packages = self._home.parents[1]
        paths = [str(packages / "nvidia_pytriton.libs"), library, os.environ.get("LD_LIBRARY_PATH", "")]
        return os.environ | {
            "LD_LIBRARY_PATH": ":".join(filter(None, paths)),
            "PYTHONPATH": str(packages),
            "PATH": f"{python.parent}:{os.environ['PATH']}",
        }
