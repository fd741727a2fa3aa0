"""One service as an operating-system process: its own session, its own log, its use of the machine.

The process leads its own process group, so that Ctrl-C in a terminal reaches the parent alone and the parent decides
the order of stopping; on Linux the kernel ends it when the parent dies. CPU time is taken from the kernel when the
process ends, whatever ended it, and adds up over restarts.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROBE_TIMEOUT_S = 1.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What to run."""

    name: str
    command: tuple[str, ...]
    log: Path
    """stdout and stderr are appended to it."""
    ready_url: str = ""
    """http: answers 200 when the process does its work; tcp://host:port: lets connect; empty: ready when it runs."""
    is_job: bool = False
    """Ends by itself with exit status 0 when it is done; any other end is a death."""
    has_children: bool = False
    """Ends processes of its own when it is asked politely, so it is not killed in a hurry."""
    env: Mapping[str, str] = field(default_factory=dict)
    """On top of the parent's environment."""


@dataclass(slots=True)
class Usage:
    """What a process took from the machine, over all its starts."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mib: float = 0.0
    starts: int = 0

    def add(self, other: "Usage") -> None:
        self.cpu_s += other.cpu_s
        self.wall_s += other.wall_s
        self.peak_mib = max(self.peak_mib, other.peak_mib)
        self.starts += other.starts


class ServiceProcess:
    """Starts, probes and ends one process. Not thread-safe; the thread that starts must live as long as the child."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self.usage = Usage()
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0

    @property
    def pid(self) -> int | None:
        """None when it does not run."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        self.spec.log.parent.mkdir(parents=True, exist_ok=True)
        with self.spec.log.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 - commands are built here, never taken from input
                self.spec.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | dict(self.spec.env),
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - the parent starts children from one thread only
            )
        self._started_at = time.monotonic()
        self.usage.starts += 1

    def ran_for_s(self) -> float:
        return time.monotonic() - self._started_at

    def poll(self) -> int | None:
        """Its exit status when it ended since the last call (negative: minus the signal), else None."""
        if self._child is None:
            return None
        pid, status, resources = os.wait4(self._child.pid, os.WNOHANG)
        if pid == 0:
            return None
        code = os.waitstatus_to_exitcode(status)
        self._child.returncode = code
        self._child = None
        self.usage.cpu_s += resources.ru_utime + resources.ru_stime
        self.usage.wall_s += self.ran_for_s()
        self.usage.peak_mib = max(self.usage.peak_mib, resources.ru_maxrss / _MAXRSS_UNITS_PER_MIB)
        return code

    def is_ready(self) -> bool:
        if self._child is None:
            return False
        return not self.spec.ready_url or answers(self.spec.ready_url)

    def send(self, number: signal.Signals) -> None:
        """To the whole group, so that a process's own children end too. Silent when it has just ended."""
        if self._child is None:
            return
        try:
            os.killpg(self._child.pid, number)
        except ProcessLookupError:  # it ended by itself; poll() will tell
            return


_MAXRSS_UNITS_PER_MIB = 1024 * 1024 if sys.platform == "darwin" else 1024
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Runs in the child before exec: SIGTERM when the parent dies, even by SIGKILL."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def why_not_ready(url: str) -> str:
    """What a /readyz probe that is not ready says; empty when it is ready, or nothing answers at all."""
    try:
        urllib.request.urlopen(url, timeout=PROBE_TIMEOUT_S).close()  # noqa: S310 - our own probes
    except urllib.error.HTTPError as answer:
        return answer.read(500).decode(errors="replace").strip()
    except (urllib.error.URLError, TimeoutError, ConnectionError, OSError):
        return ""
    return ""


def answers(url: str) -> bool:
    """True when the URL answers with a success in time, or a tcp:// address lets connect."""
    try:
        if url.startswith("tcp://"):
            host, port = url.removeprefix("tcp://").split(":")
            socket.create_connection((host, int(port)), PROBE_TIMEOUT_S).close()
            return True
        with urllib.request.urlopen(url, timeout=PROBE_TIMEOUT_S) as response:  # noqa: S310 - our own probes
            return bool(response.status < 300)
    except (urllib.error.URLError, TimeoutError, ConnectionError, OSError):
        return False
