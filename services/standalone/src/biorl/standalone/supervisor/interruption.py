"""Ctrl-C and SIGTERM as two questions that a waiting loop can ask: shall we stop, and shall we hurry?"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """The first signal asks to stop, the second to hurry."""

    def __init__(self) -> None:
        self._count = 0

    @property
    def asked_to_stop(self) -> bool:
        return self._count > 0

    @property
    def asked_to_hurry(self) -> bool:
        return self._count > 1

    def note(self) -> None:
        self._count += 1


@contextmanager
def listening() -> Iterator[Interruption]:
    """Counts SIGINT and SIGTERM for as long as the block runs. Main thread only."""
    interruption = Interruption()

    def handle(_number: int, _frame: FrameType | None) -> None:
        interruption.note()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
