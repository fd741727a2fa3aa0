"""Reads partitions of Kafka outside of any group: replays, and a second look at what cannot be decoded."""

import time
from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer as Client

from biorl.chassis.bus.config import KafkaBusConfig
from biorl.chassis.bus.kafka_bus.client import answered, connection_settings, open_client
from biorl.chassis.bus.kafka_bus.records import places_of, raw_place, records_of
from biorl.chassis.bus.port import Offsets, Record, TopicPartition
from biorl.chassis.errors import TryLater

POLL_MS = 200


class Reader:
    """Partitions by offset. Owned by one thread."""

    def __init__(self, config: KafkaBusConfig) -> None:
        self._stall_timeout_s = config.stall_timeout_s
        self._timeout_ms = int(config.request_timeout_s * 1000)
        self._client: Any = open_client(
            Client,
            **connection_settings(config),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 * config.max_message_bytes,
        )

    def read(self, starts: Offsets, stops: Offsets) -> Iterator[Record]:
        """Every retained record of each partition from its start up to, not including, its stop.

        The log must have reached the stops. Raises TryLater when nothing comes for too long, and what decoders raise.
        """
        unfinished = {place: stop for place, stop in stops.items() if starts.get(place, 0) < stop}
        self._client.assign([raw_place(place) for place in unfinished])
        for place in unfinished:
            self._client.seek(raw_place(place), starts.get(place, 0))
        heard_at = time.monotonic()
        while unfinished:
            records = self.poll()
            yield from (
                record for record in records if record.offset < stops[TopicPartition(record.topic, record.partition)]
            )
            self._finish(unfinished)
            if records:
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > self._stall_timeout_s:
                raise TryLater(f"Kafka gives nothing more of {sorted(unfinished)}")

    def _finish(self, unfinished: dict[TopicPartition, int]) -> None:
        """Compaction may have taken the last records: only the position tells."""
        for place in [place for place, stop in unfinished.items() if self.position(place) >= stop]:
            del unfinished[place]
            self._client.pause(raw_place(place))

    def go_to(self, place: TopicPartition, offset: int) -> None:
        self._client.assign([raw_place(place)])
        self._client.seek(raw_place(place), offset)

    def poll(self) -> list[Record]:
        """What comes next; raises whatever a decoder raises."""
        with answered("read"):
            return records_of(self._client.poll(timeout_ms=POLL_MS))

    def advances_from(self, place: TopicPartition, offset: int) -> None:
        """Returns when something could be read from there; raises whatever a decoder raises."""
        self.go_to(place, offset)
        deadline = time.monotonic() + self._stall_timeout_s
        while not self.poll() and self.position(place) == offset:
            if time.monotonic() > deadline:
                raise TryLater(f"{place}: Kafka gives nothing at offset {offset}")

    def position(self, place: TopicPartition) -> int:
        with answered("position"):
            return int(self._client.position(raw_place(place), timeout_ms=self._timeout_ms) or 0)

    def positions(self) -> dict[TopicPartition, int]:
        """Of every partition that is being read."""
        return {place: self.position(place) for place in places_of(self._client.assignment())}

    def close(self) -> None:
        self._client.close(autocommit=False, timeout_ms=self._timeout_ms)
