"""A real Ray Serve for the bench, in an environment of its own (`make ray-serve`), never in the project's."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Path(os.environ.get("BIORL_RAY_SERVE", ROOT / ".cache" / "ray-serve"))
"""A virtual environment with requirements.txt."""


class RayServeMissingError(RuntimeError):
    """There is no Ray Serve on this machine, or it does not come up; says what to do."""


def python() -> Path:
    """Of its environment. Raises RayServeMissingError."""
    if not list(ENVIRONMENT.glob("lib/python3*/site-packages/ray/serve")):
        raise RayServeMissingError(f"no Ray Serve in {ENVIRONMENT}: run `make ray-serve`")
    return ENVIRONMENT / "bin" / "python"


@contextmanager
def ray_serve(network: Path, scratch: Path, within_s: float = 120) -> Iterator[str]:
    """The address at which a numpy network's folder answers. Raises RayServeMissingError when that takes too long.

    Ray itself gives up after 30 s, which a crowded machine can need. It keeps its token in HOME, and reports who uses
    it unless told not to.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [python(), Path(__file__).with_name("ray_serve_app.py"), network, str(port)]
    paths = f"{network}:{Path(__file__).parent}"
    environment = os.environ | {"HOME": str(scratch), "PYTHONPATH": paths, "RAY_USAGE_STATS_ENABLED": "0"}
    log = scratch / "ray-serve.log"
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=written, stderr=written, env=environment)
    try:
        _wait(process, log, within_s)
        yield f"127.0.0.1:{port}"
    finally:
        _stop(process)


def _wait(process: "subprocess.Popen[bytes]", log: Path, within_s: float) -> None:
    until = time.monotonic() + within_s
    while "ready\n" not in log.read_text():
        if time.monotonic() > until or process.poll() is not None:
            raise RayServeMissingError(f"Ray Serve does not come up here; see {log}")
        time.sleep(0.2)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """It shuts down when its standard input closes."""
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
