"""The life of a process: it becomes ready, it is asked to stop, it stops.

Shared by the thread that works, the thread that answers probes and the one that hears signals. Works for threads
(`wait`, `stopping`) and for asyncio (`until_stopping`). Nothing here is safe inside a signal handler, which may
interrupt the very thread that holds a lock; `biorl.chassis.signals` therefore stops from a thread.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress

logger = logging.getLogger(__name__)


class Life:
    """Not ready at first; `reason` says why it is not. Stops once and for ever."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
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
        self._reason = reason or "not ready"

    def wait(self, timeout_s: float | None = None) -> bool:
        """Sleeps, at most `timeout_s`; True once the process stops."""
        return self._stop.wait(timeout_s)

    def on_stop(self, callback: Callable[[], None]) -> None:
        """Calls back once, in the thread that asks to stop; at once when it was asked already."""
        with self._lock:
            if not self.stopping:
                self._callbacks.append(callback)
                return
        callback()

    def stop(self) -> None:
        """Asks to stop; idempotent."""
        with self._lock:
            if self.stopping:
                return
            self._stop.set()
        for callback in self._callbacks:
            try:
                callback()
            except Exception:  # one part's trouble must not keep the others from stopping
                logger.exception("a part of the process could not be told to stop")

    async def until_stopping(self) -> None:
        """Returns when the process stops."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has ended before the process did
                loop.call_soon_threadsafe(stopped.set)

        self.on_stop(tell)
        await stopped.wait()
