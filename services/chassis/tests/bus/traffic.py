"""What the bus tests say to each other: numbered messages, and readers that wait for what must come."""

import threading
import time
from collections.abc import Callable, Sequence

from biorl.chassis.bus import Bus, Consumer, Message, Record, TopicPartition
from biorl.chassis.bus.worker import next_offsets

PATIENCE_S = 30.0


def numbered(count: int, keys: int = 10, start: int = 0) -> list[Message]:
    """Messages start..start+count-1; number n has key n modulo `keys`."""
    return [Message(f"key-{n % keys}".encode(), str(n).encode()) for n in range(start, start + count)]


def publish(bus: Bus, topic: str, messages: Sequence[Message]) -> None:
    producer = bus.producer()
    producer.publish(topic, messages)
    producer.close()


def take(consumer: Consumer, count: int, max_records: int = 500) -> list[Record]:
    """At least `count` records; fails when they do not come."""
    records: list[Record] = []

    def enough() -> bool:
        records.extend(consumer.poll(max_records, 0.2))
        return len(records) >= count

    eventually(enough, f"{count} records")
    return records


def eventually(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)


def values(records: Sequence[Record]) -> list[int]:
    return [int(record.value or b"-1") for record in records]


class Member:
    """A consumer in a thread of its own, as in a process of its own: polls, notes what came, and commits it."""

    def __init__(self, bus: Bus, group: str, topic: str) -> None:
        self.seen: list[Record] = []
        self.holds: frozenset[TopicPartition] = frozenset()
        self._stop = threading.Event()
        self._consumer = bus.consumer(group, [topic])
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def leave(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            records = self._consumer.poll(50, 0.05)
            self.seen += records
            self.holds = self._consumer.assignment()
            self._consumer.commit(next_offsets(records))
        self._consumer.close()
        self.holds = frozenset()


def eventually_share(members: Sequence[Member], *sizes: int) -> None:
    """Waits until the shares of the members have these sizes and no partition is in two."""

    def shared() -> bool:
        shares = [member.holds for member in members]
        disjoint = len(frozenset().union(*shares)) == sum(map(len, shares))
        return disjoint and sorted(map(len, shares)) == sorted(sizes)

    eventually(shared, f"shares of {sizes}")
