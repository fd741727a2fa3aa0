"""One event loop a process, in a thread of its own, for callers that have none. Opened at the first use.

A forked child gets its own at its first use. No signals are touched, so it works in Ray's threads.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class _Background:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="biorl-client", daemon=True).start()
            return self._loop


_background = _Background()


def _forget() -> None:
    """A child has neither the thread nor, perhaps, a lock that anybody will release."""
    global _background  # noqa: PLW0603 - one a process is the point
    _background = _Background()


os.register_at_fork(after_in_child=_forget)


def submit(work: Coroutine[Any, Any, T]) -> "Future[T]":
    """Runs it on the background loop."""
    return asyncio.run_coroutine_threadsafe(work, _background.loop())


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Runs it there and waits for it; an interrupted caller cancels it. Not from the background loop itself."""
    future = submit(work)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise
