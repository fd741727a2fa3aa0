"""All processes of one run: what is running, what is to be started again, and how everything ends.

`poll` is called again and again by whoever waits for something; there are no threads. A process that dies is started
again after a pause that grows; one that cannot be helped raises ServiceFailedError, which names its log. `stop` ends
the processes in the reverse order of their start, politely, then by force.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from biorl.standalone.supervisor.process import ProcessSpec, ServiceProcess, Usage
from biorl.standalone.supervisor.restart import GiveUpError, Restarts

GRACE_S = 40.0
"""Time for one process to end after SIGTERM."""
PAUSE_S = 0.05


class ServiceFailedError(RuntimeError):
    """A process died and starting it again does not help."""

    def __init__(self, name: str, exit_code: int, why: str, log: Path) -> None:
        super().__init__(f"{name} failed with exit status {exit_code}: {why}. Its log: {log}")
        self.name = name
        self.log = log


@dataclass(slots=True)
class _Child:
    process: ServiceProcess
    restarts: Restarts = field(default_factory=Restarts)
    restart_at: float | None = None
    """Monotonic time of the next start of one that died."""
    finished: bool = False
    """A job that ended well."""


@dataclass(slots=True)
class Supervisor:
    """Not thread-safe."""

    tell: Callable[[str], None]
    """Told in words what happens to processes."""
    usage: dict[str, Usage] = field(default_factory=dict)
    """By process name, of everything that ended."""
    _children: dict[str, _Child] = field(default_factory=dict)

    def start(self, spec: ProcessSpec) -> None:
        process = ServiceProcess(spec)
        process.usage = self.usage.setdefault(spec.name, Usage())
        self._children[spec.name] = _Child(process)
        process.start()

    def poll(self) -> None:
        """Takes note of deaths and starts again what is due. Raises ServiceFailedError."""
        for name, child in self._children.items():
            code = child.process.poll()
            if code is not None:
                self._ended(name, child, code)
            elif child.restart_at is not None and time.monotonic() >= child.restart_at:
                child.restart_at = None
                child.process.start()

    def _ended(self, name: str, child: _Child, code: int) -> None:
        if child.process.spec.is_job and code == 0:
            child.finished = True
            return
        try:
            child.restarts = child.restarts.after_death(code, child.process.ran_for_s())
        except GiveUpError as error:
            raise ServiceFailedError(name, code, str(error), child.process.spec.log) from error
        child.restart_at = time.monotonic() + child.restarts.delay_s
        self.tell(f"{name} ended with {_in_words(code)}; starting it again in {child.restarts.delay_s:.1f} s")

    def is_ready(self, name: str) -> bool:
        return self._children[name].process.is_ready()

    def is_finished(self, name: str) -> bool:
        """True for a job that ended well."""
        return self._children[name].finished

    def running(self) -> dict[str, int]:
        """Process ids by name."""
        pids = {name: child.process.pid for name, child in self._children.items()}
        return {name: pid for name, pid in pids.items() if pid is not None}

    def stop(self, hurry: Callable[[], bool] = lambda: False, but: str = "") -> None:
        """Ends everything but one, last started first; when `hurry` turns true, at once."""
        for name in [name for name in reversed(self._children) if name != but]:
            self._stop_one(self._children.pop(name), hurry)

    def _stop_one(self, child: _Child, hurry: Callable[[], bool]) -> None:
        process = child.process
        process.send(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while process.pid is not None and process.poll() is None:
            in_a_hurry = hurry() and not process.spec.has_children
            if in_a_hurry or time.monotonic() > deadline:
                process.send(signal.SIGKILL)
            time.sleep(PAUSE_S)


def _in_words(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
