"""Where poison goes, and how much of it is believable.

One bad message is the message's fault; a hundred in a row are ours. Up to the policy's limits a record is published to
`<topic>.dlq` with its original key, value and headers, plus headers that say why and where from. Beyond them the
process crashes, before anything is committed, so that a bad deployment cannot empty a topic into the dead letters. The
count begins anew with the process: an orchestrator that restarts it slows it down more each time.
"""

import logging
from collections import deque
from dataclasses import dataclass

from biorl.chassis.bus import metrics
from biorl.chassis.bus.port import Message, Producer, Record

logger = logging.getLogger(__name__)

SUFFIX = ".dlq"
MAX_REASON_BYTES = 1000


class TooManyDeadLetters(RuntimeError):  # noqa: N818 - it is a limit, not an error of one record
    """More poison than the policy believes: something is wrong with this program or its input as a whole."""


@dataclass(frozen=True, slots=True)
class DeadLetterPolicy:
    """How much poison is still the messages' own fault."""

    max_consecutive: int = 100
    """So many unprocessable records in a row, and not one more."""
    max_ratio: float = 0.2
    """This share of the newest `window` records, once so many were seen."""
    window: int = 1000


class DeadLetters:
    """Buries records of one consumer and keeps count."""

    def __init__(self, producer: Producer, group: str, policy: DeadLetterPolicy) -> None:
        self._producer = producer
        self._group = group
        self._policy = policy
        self._consecutive = 0
        self._recent: deque[bool] = deque(maxlen=policy.window)

    def passed(self, count: int) -> None:
        """So many records were processed."""
        if count:
            self._consecutive = 0
            self._recent.extend([False] * count)

    def bury(self, record: Record, reason: str) -> None:
        """Durable on return. Raises TooManyDeadLetters, or whatever the producer raises; then nothing was counted."""
        self._refuse_beyond_limits(reason)
        self._producer.publish(record.topic + SUFFIX, [letter(record, reason, self._group)])
        self._consecutive += 1
        self._recent.append(True)
        metrics.DEAD_LETTERS.labels(self._group, record.topic).inc()
        logger.warning("dead letter: %s[%d]@%d: %s", record.topic, record.partition, record.offset, reason)

    def _refuse_beyond_limits(self, reason: str) -> None:
        if self._consecutive >= self._policy.max_consecutive:
            raise TooManyDeadLetters(f"{self._consecutive} unprocessable records in a row; the next: {reason}")
        buried = sum(self._recent)
        if len(self._recent) == self._policy.window and buried >= self._policy.max_ratio * self._policy.window:
            raise TooManyDeadLetters(f"{buried} of {self._policy.window} records unprocessable; the next: {reason}")


def letter(record: Record, reason: str, group: str) -> Message:
    """The original bytes, with the reason and the place in headers."""
    about = {
        "dead-letter-reason": reason.encode()[:MAX_REASON_BYTES],
        "dead-letter-group": group.encode(),
        "dead-letter-topic": record.topic.encode(),
        "dead-letter-partition": str(record.partition).encode(),
        "dead-letter-offset": str(record.offset).encode(),
        "dead-letter-timestamp-ms": str(record.timestamp_ms).encode(),
    }
    return Message(record.key, record.value, {**record.headers, **about})
