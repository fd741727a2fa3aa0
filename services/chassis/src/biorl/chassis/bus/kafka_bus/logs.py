"""Keeps kafka-python's logger bearable: some 250 lines in ten seconds of an outage, otherwise.

The same message of the same module passes once in a while; the newest warnings are kept, because a wrong password shows
nowhere else.
"""

import logging
import time
from collections import deque

REPEAT_AFTER_S = 30.0


class _Muffler(logging.Handler):
    """Takes what the `kafka` loggers say and passes on to the root logger what was not just said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.newest: deque[str] = deque(maxlen=3)
        self._said: dict[tuple[str, object], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message not in self.newest:
            self.newest.append(message)
        template = (record.name, record.msg)
        if record.created - self._said.get(template, 0.0) >= REPEAT_AFTER_S:
            self._said[template] = record.created
            logging.getLogger().handle(record)


_muffler = _Muffler()


def muffle() -> None:
    """Idempotent."""
    logger = logging.getLogger("kafka")
    if _muffler not in logger.handlers:
        logger.addHandler(_muffler)
        logger.propagate = False


def newest_complaints(since: float) -> str:
    """What kafka-python warned of last; empty when it was quiet since `since` (seconds of the wall clock)."""
    quiet = all(said < since for said in _muffler._said.values())  # noqa: SLF001 - same module
    return "" if quiet else "; ".join(_muffler.newest)


def now() -> float:
    """The clock of log records."""
    return time.time()
