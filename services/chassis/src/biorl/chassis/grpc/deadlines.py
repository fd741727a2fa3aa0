"""Deadlines travel: what is left of a caller's time bounds every call made on its behalf.

A context variable holds when the current request must be answered; the server sets it, the client reads it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MARGIN_S = 0.05
"""Kept back from downstream calls, so that there is time to say what went wrong."""

_due: ContextVar[float | None] = ContextVar("due", default=None)


@contextmanager
def due_in(seconds: float | None) -> Iterator[None]:
    """Inside, `remaining_s` counts down from `seconds`; None is no deadline."""
    token = _due.set(None if seconds is None else time.monotonic() + seconds)
    try:
        yield
    finally:
        _due.reset(token)


def remaining_s() -> float | None:
    """Seconds left for the current request; never negative; None without a deadline."""
    due = _due.get()
    return None if due is None else max(0.0, due - time.monotonic())


def timeout_s(default_s: float) -> float:
    """The time-out of a downstream call: the default, or less when the caller has less left."""
    left = remaining_s()
    return default_s if left is None else max(0.001, min(default_s, left - MARGIN_S))
