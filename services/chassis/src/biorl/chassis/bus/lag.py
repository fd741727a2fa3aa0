"""How far behind a consumer is, as a gauge, measured now and then."""

import logging
from collections.abc import Callable, Iterable, Sequence

from biorl.chassis.bus import metrics
from biorl.chassis.bus.port import Bus, TopicPartition
from biorl.chassis.errors import TryLater

logger = logging.getLogger(__name__)

MEASURE_EVERY_S = 10.0


class LagGauge:
    """End offsets less committed ones, over the partitions that this process holds."""

    def __init__(self, bus: Bus, group: str, topics: Sequence[str], clock: Callable[[], float]) -> None:
        self._bus = bus
        self._group = group
        self._topics = topics
        self._clock = clock
        self._due_at = clock()

    def measure_if_due(self, held: Iterable[TopicPartition]) -> None:
        """Skipped while the bus is away: the retries say so already."""
        if self._clock() < self._due_at:
            return
        self._due_at = self._clock() + MEASURE_EVERY_S
        try:
            for topic in self._topics:
                metrics.LAG.labels(self._group, topic).set(self._lag(topic, frozenset(held)))
        except TryLater as away:
            logger.debug("lag of group %s not measured: %s", self._group, away.reason)

    def _lag(self, topic: str, held: frozenset[TopicPartition]) -> int:
        done = self._bus.committed(self._group, topic)
        return sum(end - done.get(place, 0) for place, end in self._bus.end_offsets(topic).items() if place in held)
