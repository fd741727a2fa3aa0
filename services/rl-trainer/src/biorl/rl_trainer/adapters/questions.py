"""Questions from the bus: a snapshot up to the end offsets, each once, without what was retired."""

import logging
import time
from collections.abc import Callable

from biorl.chassis.bus.port import Bus, TopicPartition
from biorl.question.v1 import question_pb2 as pb
from biorl.questions.question import Question
from biorl.questions.wire import question_from_wire

logger = logging.getLogger(__name__)


class StoppedWhileWaitingError(RuntimeError):
    """The process stops before enough questions had come."""


class BusQuestions:
    """Waits until enough questions are there and none has come for a while."""

    def __init__(self, bus: Bus, topic: str, min_questions: int, quiet_s: float, wait: Callable[[float], bool]) -> None:
        """`wait` sleeps so many seconds and is true once the process stops."""
        self._bus = bus
        self._topic = topic
        self._min = min_questions
        self._quiet_s = quiet_s
        self._wait = wait

    def snapshot(self) -> tuple[list[Question], dict[str, int]]:
        ends = self._settled()
        found: dict[str, Question | None] = {}
        for record in self._bus.read(dict.fromkeys(ends, 0), ends):
            key = record.key.decode()
            if record.value is None:
                found[key] = None
            elif found.get(key, ...) is ...:  # a second copy changes nothing, a retired one stays retired
                found[key] = question_from_wire(pb.Question.FromString(record.value))
        offsets = {str(place.partition): end for place, end in sorted(ends.items())}
        return [item for item in found.values() if item is not None], offsets

    def _settled(self) -> dict[TopicPartition, int]:
        ends, since, said = self._bus.end_offsets(self._topic), time.monotonic(), False
        while sum(ends.values()) < self._min or time.monotonic() - since < self._quiet_s:
            if self._wait(0.5):
                raise StoppedWhileWaitingError
            if not said and sum(ends.values()) < self._min:
                logger.info("waiting for questions: %d of at least %d", sum(ends.values()), self._min)
                said = True
            now = self._bus.end_offsets(self._topic)
            ends, since = now, since if now == ends else time.monotonic()
        return ends
