"""The life of a process: it becomes ready, it is asked to stop, it stops.

Shared by the thread that works, the thread that answers probes and the signal handler. Works for threads (`wait`,
`stopping`) and for asyncio (`until_stopping`).
"""

import asyncio
import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Life:
    """Not ready at first; `reason` says why it is not."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._reason = "starting"
        self._callbacks: list[Callable[[], None]] = []

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    @property
    def reason(self) -> str:
        """Empty when the process is ready to work."""
        return "stopping" if self.stopping else self._reason

    def ready(self) -> None:
        self._reason = ""

    def not_ready(self, reason: str) -> None:
        self._reason = reason

    def wait(self, timeout_s: float) -> bool:
        """Sleeps, at most `timeout_s`; True once the process stops."""
        return self._stop.wait(timeout_s)

    def on_stop(self, callback: Callable[[], None]) -> None:
        """Calls back once, in the thread that asks to stop, which may be a signal handler: only set flags in it."""
        self._callbacks.append(callback)

    def stop(self) -> None:
        """Asks to stop; idempotent."""
        if self._stop.is_set():
            return
        self._stop.set()
        for callback in self._callbacks:
            callback()

    async def until_stopping(self) -> None:
        """Returns when the process stops."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(stopped.set)

        self.on_stop(tell)
        if not self.stopping:
            await stopped.wait()
