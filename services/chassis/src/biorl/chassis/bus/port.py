"""The bus as services see it: topics of ordered partitions, consumer groups, committed offsets.

Two adapters implement it and pass one suite of tests: Apache Kafka (`kafka_bus`) and a durable log in one SQLite file
(`sqlite_bus`). What they guarantee:

- Messages with equal keys keep their order: a key always goes to the same partition.
- `Producer.publish` returns when every message is durable, or raises; after a raise any part of them may be there.
- A group's partitions are shared among its live consumers; when one dies, the others take over from what was committed.
- A consumer sees every message at least once. It commits after the effect, so effects must be idempotent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from biorl.chassis.errors import Unprocessable


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic to have before the first message."""

    name: str
    partitions: int = 4
    compacted: bool = False
    """Keep at least the newest message of each key; a null value removes the key."""
    retention_s: float | None = None
    """None keeps messages for ever."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a producer gives."""

    key: bytes
    value: bytes | None
    """None is a tombstone on a compacted topic."""
    headers: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """What a consumer gets: a message and its place."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes
    value: bytes | None
    headers: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, order=True)
class TopicPartition:
    topic: str
    partition: int


class Unreadable(Unprocessable):
    """The client cannot decode the records from `start` up to, not including, `end` of one partition; nobody can."""

    def __init__(self, reason: str, place: TopicPartition, start: int, end: int) -> None:
        super().__init__(f"{place.topic}[{place.partition}] from {start} to before {end}: {reason}")
        self.place = place
        self.start = start
        self.end = end


Offsets = Mapping[TopicPartition, int]
"""For each partition the offset of the next record to read."""


class Producer(Protocol):
    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Durable on return.

        Raises TryLater when the outcome is unknown or the bus is away (publish again, with the same keys and ids),
        Unprocessable for a message larger than the bus takes, KeyError for a topic that does not exist.
        """

    def close(self) -> None:
        """Waits for what is in flight, for a bounded time."""


class Consumer(Protocol):
    """One member of a group. Not shared between threads."""

    def poll(self, max_records: int = 500, timeout_s: float = 1.0) -> list[Record]:
        """The next records, in order within each partition; empty when there are none in time.

        Raises TryLater when the bus has stopped answering: silence and an empty topic are different things. Raises
        Unreadable for records that cannot be decoded; the next poll goes on behind them.
        """

    def commit(self, offsets: Offsets) -> None:
        """Records that everything below `offsets` has had its effect.

        Raises TryLater when that could not be recorded. A commit for a partition that the group took away meanwhile
        is dropped with a warning.
        """

    def seek(self, offsets: Offsets) -> None:
        """The next poll reads from here. Ignores partitions that this member does not hold."""

    def pause(self) -> None:
        """Polls return nothing but keep the membership alive, until `resume`."""

    def resume(self) -> None: ...

    def assignment(self) -> frozenset[TopicPartition]:
        """What this member holds now."""

    def close(self) -> None:
        """Leaves the group at once, so that others need not wait for a time-out."""


class Bus(Protocol):
    def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        """Creates what is missing; idempotent. Never shrinks or reconfigures."""

    def producer(self) -> Producer: ...

    def consumer(self, group: str, topics: Sequence[str]) -> Consumer:
        """A member of `group`, from the committed offsets, else from the beginning."""

    def end_offsets(self, topic: str) -> dict[TopicPartition, int]:
        """One past the newest record of each partition."""

    def committed(self, group: str, topic: str) -> dict[TopicPartition, int]:
        """The group's committed offsets; partitions without one are left out."""

    def read(self, start: Offsets, end: Offsets) -> Iterator[Record]:
        """Every retained record from `start` up to, not including, `end`, outside of any group.

        Ordered within a partition; ends by itself. The same offsets give the same records. Raises what `poll` raises.
        """

    def close(self) -> None: ...
