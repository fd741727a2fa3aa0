"""Waiting for something while services run: watched, interruptible, and never for ever."""

import time
from collections.abc import Callable

from biorl.standalone.errors import RunFailedError, StoppedError
from biorl.standalone.supervisor.interruption import Interruption
from biorl.standalone.supervisor.supervisor import ServiceFailedError, Supervisor

PAUSE_S = 0.2


class Watch:
    """Waits on behalf of one run."""

    def __init__(self, supervisor: Supervisor, interruption: Interruption) -> None:
        self._supervisor = supervisor
        self._interruption = interruption

    def until(self, is_done: Callable[[], bool], what: str, timeout_s: float) -> None:
        """Returns when `is_done`. Raises RunFailedError when a service cannot be helped or time is up."""
        deadline = time.monotonic() + timeout_s
        while not is_done():
            self.look()
            if time.monotonic() > deadline:
                msg = f"{what} took longer than {timeout_s:.0f} s"
                raise RunFailedError(msg)
            time.sleep(PAUSE_S)

    def look(self) -> None:
        """Keeps processes going. Raises RunFailedError, StoppedError."""
        try:
            self._supervisor.poll()
        except ServiceFailedError as error:
            raise RunFailedError(str(error)) from error
        if self._interruption.asked_to_stop:
            msg = "stopped before its end; the same command goes on where it stopped"
            raise StoppedError(msg)
