"""The life of a process, as its parts see it: whether it can work, and when it has to stop.

Thread-safe. Whoever loops asks `stopping` or sleeps with `wait`; whoever has to act at once registers with `on_stop`.
"""

import asyncio
import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Life:
    """Starts not ready; stops once and for ever."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._why_not_ready = "starting"

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    @property
    def why_not_ready(self) -> str:
        """Empty when ready."""
        return "stopping" if self.stopping else self._why_not_ready

    def wait(self, timeout_s: float | None = None) -> bool:
        """Sleeps until stopping, at most so long. True once stopping."""
        return self._stopping.wait(timeout_s)

    async def stopped(self) -> None:
        """Returns once stopping, without holding up the event loop."""
        loop = asyncio.get_running_loop()
        event = asyncio.Event()
        self.on_stop(lambda: _wake(loop, event))
        await event.wait()

    def ready(self) -> None:
        """The service can do its work."""
        self._why_not_ready = ""

    def not_ready(self, reason: str) -> None:
        self._why_not_ready = reason or "not ready"

    def on_stop(self, callback: Callable[[], None]) -> None:
        """Calls back once, from another thread, when stopping begins; at once when it has begun already."""
        with self._lock:
            if not self.stopping:
                self._callbacks.append(callback)
                return
        callback()

    def stop(self, reason: str) -> None:
        """Begins to stop; a second call changes nothing."""
        with self._lock:
            if self.stopping:
                return
            self._stopping.set()
        logger.info("stopping: %s", reason)
        for callback in self._callbacks:
            try:
                callback()
            except Exception:  # one part's trouble must not keep the others from stopping
                logger.exception("a part could not be told to stop")


def _wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(event.set)
