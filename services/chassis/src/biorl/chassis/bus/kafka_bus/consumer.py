"""The consumer for Kafka: one member of a group, owned by one thread. Commits by hand, after the effect.

kafka-python's `poll` returns nothing when the broker is gone, for ever, so silence is checked; and it spins after a
record that it cannot decode, so that record is passed over before the next poll, and reported as Unreadable.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaConsumer as Client
from kafka import OffsetAndMetadata
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

from biorl.chassis.bus import metrics
from biorl.chassis.bus.config import KafkaBusConfig
from biorl.chassis.bus.kafka_bus.client import answered, connection_settings, open_client
from biorl.chassis.bus.kafka_bus.holes import find_hole, may_be_a_hole
from biorl.chassis.bus.kafka_bus.records import place_of, places_of, raw_place, records_of
from biorl.chassis.bus.kafka_bus.topics import Topics
from biorl.chassis.bus.port import Offsets, Record, TopicPartition

logger = logging.getLogger(__name__)

PROBE_TIMEOUT_MS = 1500
FENCED = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)


class KafkaConsumer:
    """Subscribed to topics that exist; starts from the committed offsets, else from the beginning."""

    def __init__(self, config: KafkaBusConfig, topics: Topics, group: str, names: Sequence[str]) -> None:
        self._config = config
        self._topics = topics
        self._group = group
        self._timeout_ms = int(config.request_timeout_s * 1000)
        self._probed = [raw_place(topics.partitions(name)[0]) for name in names]
        self._paused = False
        self._heard_at = time.monotonic()
        self._client: Any = open_client(Client, **self._settings())
        self._client.subscribe(list(names))
        self._probe(self._timeout_ms)  # a member that leads the group before it knows the topics assigns nothing, ever

    def poll(self, max_records: int = 500, timeout_s: float = 1.0) -> list[Record]:
        if self._paused:
            self._client.pause(*self._client.assignment())
        try:
            with answered("poll"):
                polled = self._client.poll(timeout_ms=int(timeout_s * 1000), max_records=max_records)
        except Exception as error:
            if may_be_a_hole(error):
                raise self._pass_over(error) from error
            raise
        if polled:
            self._heard_at = time.monotonic()
        else:
            self._check_silence()
        return self._give_back(polled) if self._paused else records_of(polled)

    def commit(self, offsets: Offsets) -> None:
        held = self.assignment()
        ours = {raw_place(place): OffsetAndMetadata(at, "", -1) for place, at in offsets.items() if place in held}
        try:
            if ours:
                with answered("commit"):
                    self._client.commit(ours, timeout_ms=self._timeout_ms)
        except FENCED as error:
            self._refused(f"the group has moved on: {error}")
        else:
            if len(ours) < len(offsets):
                self._refused(f"others hold {sorted(offsets.keys() - held)}")

    def _refused(self, reason: str) -> None:
        metrics.COMMITS_REFUSED.labels(self._group).inc()
        logger.warning("group %s: commit dropped, %s", self._group, reason)

    def seek(self, offsets: Offsets) -> None:
        held = self.assignment()
        for place, offset in offsets.items():
            if place in held:
                self._client.seek(raw_place(place), offset)

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        self._client.resume(*self._client.assignment())

    def assignment(self) -> frozenset[TopicPartition]:
        return places_of(self._client.assignment())

    def close(self) -> None:
        self._client.close(autocommit=False, timeout_ms=self._timeout_ms)

    def _settings(self) -> dict[str, Any]:
        config = self._config
        return connection_settings(config) | {
            "group_id": self._group,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "partition_assignment_strategy": [RoundRobinPartitionAssignor],
            "session_timeout_ms": int(config.session_timeout_s * 1000),
            "heartbeat_interval_ms": int(config.session_timeout_s * 1000 / 3),
            "max_poll_interval_ms": int(config.max_poll_interval_s * 1000),
            "max_partition_fetch_bytes": 4 * config.max_message_bytes,
        }

    def _check_silence(self) -> None:
        """An empty topic answers when asked for its end; a broker that is gone does not. Raises TryLater."""
        if time.monotonic() - self._heard_at < self._config.stall_timeout_s:
            return
        self._probe(PROBE_TIMEOUT_MS)
        self._heard_at = time.monotonic()

    def _probe(self, timeout_ms: int) -> None:
        """A partition of each topic must answer, and the client knows the topics afterwards. Raises TryLater."""
        with answered("a question for the ends of topics"):
            self._client.end_offsets(self._probed, timeout_ms=timeout_ms)

    def _give_back(self, polled: Any) -> list[Record]:
        """Partitions that came in this very poll were not paused yet: read them again later."""
        for place, records in polled.items():
            self._client.seek(place, records[0].offset)
        return []

    def _pass_over(self, error: Exception) -> Exception:
        """The hole that made `poll` fail, with the consumer moved behind it; the error itself when there is none."""
        positions = self._positions()
        hole = find_hole(self._config, positions, self._topics.end_offsets(list(positions)), repr(error))
        if hole is None:
            return error
        self._client.seek(raw_place(hole.place), hole.end)
        return hole

    def _positions(self) -> dict[TopicPartition, int]:
        with answered("positions"):
            return {
                place_of(raw): self._client.position(raw, timeout_ms=self._timeout_ms) or 0
                for raw in self._client.assignment()
            }
