"""Keeps kafka-python's logger bearable: some 250 lines in ten seconds of an outage, otherwise.

The same message of the same module passes once in a while. The newest warnings are kept, because a wrong password shows
nowhere else: the exception says only that there is no broker.
"""

import logging
from collections import deque

REPEAT_AFTER_S = 30.0


class _Muffler(logging.Handler):
    """Takes what the `kafka` loggers say and passes on to the root logger what was not just said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.newest: deque[tuple[float, str]] = deque(maxlen=3)
        self._passed: dict[tuple[str, object], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.newest.append((record.created, record.getMessage()))
        template = (record.name, record.msg)
        if record.created - self._passed.get(template, 0.0) >= REPEAT_AFTER_S:
            self._passed[template] = record.created
            logging.getLogger().handle(record)


_muffler = _Muffler()


def muffle() -> None:
    """Idempotent."""
    logger = logging.getLogger("kafka")
    if _muffler not in logger.handlers:
        logger.addHandler(_muffler)
        logger.propagate = False


def newest_complaints(since: float) -> str:
    """What kafka-python warned of last, since then (seconds of the wall clock)."""
    return "; ".join(message for at, message in list(_muffler.newest) if at >= since)
