"""Keeps kafka-python's logger bearable: some 250 lines in ten seconds of an outage, otherwise.

The same message of the same module passes once in a while. The newest warnings are kept, because a wrong password shows
nowhere else: the exception says only that there is no broker.
"""

import logging
from collections import deque

REPEAT_AFTER_S = 30.0
MOST_COMPLAINTS = 6


class _Muffler(logging.Handler):
    """Takes what the `kafka` loggers say and passes on to the root logger what was not just said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.newest: deque[logging.LogRecord] = deque(maxlen=100)
        self._passed: dict[tuple[str, ...], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.newest.append(record)
        kind = _kind(record)
        if record.created - self._passed.get(kind, 0.0) >= REPEAT_AFTER_S:
            self._passed[kind] = record.created
            logging.getLogger().handle(record)


def _kind(record: logging.LogRecord) -> tuple[str, ...]:
    """Where it is said, the words, and what classes of errors are put in; numbers and addresses do not count."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    return (record.name, str(record.msg), *(type(argument).__name__ for argument in arguments))


_muffler = _Muffler()


def muffle() -> None:
    """Idempotent."""
    logger = logging.getLogger("kafka")
    if _muffler not in logger.handlers:
        logger.addHandler(_muffler)
        logger.propagate = False


def complaints(since: float) -> str:
    """The gravest that kafka-python said since then (seconds of the wall clock), each kind once."""
    said = [record for record in list(_muffler.newest) if record.created >= since]
    kinds = {_kind(record): record for record in said}
    gravest = sorted(kinds.values(), key=lambda record: record.levelno, reverse=True)[:MOST_COMPLAINTS]
    return "; ".join(record.getMessage() for record in gravest)
