"""What is the embedded bus's own: one file, many processes, room, retention, compaction, fencing."""

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from traffic import eventually, numbered, publish, take, values

from biorl.chassis.bus import Bus, Message, SqliteBusConfig, TopicSpec, open_bus
from biorl.chassis.bus.sqlite_bus.log import partition_of
from biorl.chassis.bus.worker import next_offsets
from biorl.chassis.errors import TryLater


@pytest.fixture
def config(tmp_path: Path) -> SqliteBusConfig:
    return SqliteBusConfig(path=tmp_path / "deep" / "bus.sqlite", session_timeout_s=1.0)


@pytest.fixture
def bus(config: SqliteBusConfig) -> Iterator[Bus]:
    opened = open_bus(config)
    yield opened
    opened.close()


def open_and_publish(config: SqliteBusConfig, start: int) -> None:
    """In a process of its own."""
    bus = open_bus(config)
    bus.ensure_topics([TopicSpec("t")])
    for first in range(start, start + 200, 20):
        publish(bus, "t", numbered(20, start=first))
    bus.close()


def test_processes_that_open_and_write_at_the_same_moment_lose_nothing(config: SqliteBusConfig) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=open_and_publish, args=(config, 200 * n)) for n in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    bus = open_bus(config)
    assert sorted(values(list(bus.read({}, bus.end_offsets("t"))))) == list(range(800))


def test_a_publish_is_seen_whole_or_not_at_all(bus: Bus) -> None:
    bus.ensure_topics([TopicSpec("t", partitions=3)])
    ends: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            ends.append(sum(bus.end_offsets("t").values()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for start in range(0, 1000, 50):
        publish(bus, "t", numbered(50, start=start))
    stop.set()
    watcher.join()
    assert ends
    assert all(end % 50 == 0 for end in ends)


def test_a_file_that_stays_locked_means_later(config: SqliteBusConfig, bus: Bus) -> None:
    bus.ensure_topics([TopicSpec("t")])
    impatient = open_bus(config.model_copy(update={"busy_timeout_s": 0.1}))
    producer = impatient.producer()
    holder = sqlite3.connect(config.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(TryLater, match="locked"):
        producer.publish("t", numbered(1))
    holder.execute("ROLLBACK")
    holder.close()
    producer.publish("t", numbered(1))
    producer.close()
    assert sum(bus.end_offsets("t").values()) == 1


def test_a_full_log_means_later_and_retention_makes_room(config: SqliteBusConfig) -> None:
    small = config.model_copy(update={"max_log_bytes": 400_000, "housekeeping_s": 0.2})
    bus = open_bus(small)
    bus.ensure_topics([TopicSpec("t", retention_s=0.2)])
    producer = bus.producer()
    batch = [Message(b"k", b"x" * 10_000)] * 20

    def fill() -> None:
        for _ in range(10):
            producer.publish("t", batch)

    with pytest.raises(TryLater, match="holds"):
        fill()

    def goes_on() -> bool:
        try:
            producer.publish("t", batch)
        except TryLater:
            return False
        return True

    eventually(goes_on, "room")
    producer.close()


def housekept(config: SqliteBusConfig, bus: Bus) -> None:
    """Publishes until the housekeeping has run once more."""
    reader = sqlite3.connect(config.path)
    before = reader.execute("SELECT done_at FROM housekeeping").fetchone()
    producer = bus.producer()

    def done() -> bool:
        producer.publish("bell", [Message(b"k", b"v")])
        return reader.execute("SELECT done_at FROM housekeeping").fetchone() != before

    eventually(done, "housekeeping")
    producer.close()
    reader.close()


def test_retention_removes_what_is_old_and_offsets_go_on(config: SqliteBusConfig) -> None:
    config = config.model_copy(update={"housekeeping_s": 0.05})
    bus = open_bus(config)
    bus.ensure_topics([TopicSpec("short", 1, retention_s=0.3), TopicSpec("long", 1), TopicSpec("bell", 1)])
    for topic in ("short", "long"):
        publish(bus, topic, numbered(10))
    time.sleep(0.4)
    housekept(config, bus)
    assert list(bus.read({}, bus.end_offsets("short"))) == []
    assert len(list(bus.read({}, bus.end_offsets("long")))) == 10
    publish(bus, "short", numbered(1, start=10))
    (record,) = bus.read({}, bus.end_offsets("short"))
    assert record.offset == 10


def test_a_consumer_behind_the_retention_goes_on_with_what_is_left(config: SqliteBusConfig) -> None:
    config = config.model_copy(update={"housekeeping_s": 0.05})
    bus = open_bus(config)
    bus.ensure_topics([TopicSpec("short", 1, retention_s=0.3), TopicSpec("bell", 1)])
    publish(bus, "short", numbered(10))
    time.sleep(0.4)
    housekept(config, bus)
    publish(bus, "short", numbered(5, start=10))
    consumer = bus.consumer("g", ["short"])
    assert values(take(consumer, 5)) == list(range(10, 15))
    consumer.close()


def test_compaction_keeps_the_newest_of_each_key_and_forgets_old_tombstones(config: SqliteBusConfig) -> None:
    config = config.model_copy(update={"housekeeping_s": 0.05, "tombstone_retention_s": 0.5})
    bus = open_bus(config)
    bus.ensure_topics([TopicSpec("compacted", 2, compacted=True), TopicSpec("bell", 1)])
    for n in range(5):
        publish(bus, "compacted", [Message(key, str(n).encode()) for key in (b"a", b"b", b"gone")])
    publish(bus, "compacted", [Message(b"gone", None)])
    housekept(config, bus)
    newest = {record.key: record.value for record in bus.read({}, bus.end_offsets("compacted"))}
    assert newest == {b"a": b"4", b"b": b"4", b"gone": None}
    time.sleep(0.6)
    housekept(config, bus)
    assert {record.key for record in bus.read({}, bus.end_offsets("compacted"))} == {b"a", b"b"}


def test_a_member_taken_for_dead_is_fenced_and_joins_again(bus: Bus) -> None:
    """As after a laptop slept, or a process was suspended."""
    bus.ensure_topics([TopicSpec("t")])
    publish(bus, "t", numbered(40))
    sleeper = bus.consumer("g", ["t"])
    records = take(sleeper, 40)
    sleeper._heartbeat.stop()  # type: ignore[attr-defined]
    other = bus.consumer("g", ["t"])

    def taken_over() -> bool:
        other.poll(1, 0.05)
        return len(other.assignment()) == 4

    eventually(taken_over, "the other to take over")
    sleeper.commit(next_offsets(records))
    assert bus.committed("g", "t") == {}

    def shared() -> bool:
        for consumer in (sleeper, other):
            consumer.poll(1, 0.05)
        return len(sleeper.assignment()) == len(other.assignment()) == 2

    eventually(shared, "the sleeper to be back")
    sleeper.close()
    other.close()


def test_a_file_of_a_newer_program_is_refused(config: SqliteBusConfig, bus: Bus) -> None:
    with sqlite3.connect(config.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(RuntimeError, match="schema 99"):
        open_bus(config)


def test_a_long_batch_does_not_cost_the_membership(bus: Bus) -> None:
    bus.ensure_topics([TopicSpec("t")])
    publish(bus, "t", numbered(10))
    consumer = bus.consumer("g", ["t"])
    records = take(consumer, 10)
    other = bus.consumer("another", ["t"])
    time.sleep(2.0)  # two sessions
    consumer.commit(next_offsets(records))
    assert sum(bus.committed("g", "t").values()) == 10
    consumer.close()
    other.close()


def test_many_partitions_are_read_in_turn(bus: Bus) -> None:
    """A busy partition does not starve the others."""
    bus.ensure_topics([TopicSpec("t", partitions=2)])
    publish(bus, "t", [Message(b"busy", b"1")] * 500)
    keys = (f"key-{n}".encode() for n in range(100))
    quiet = next(key for key in keys if partition_of(key, 2) != partition_of(b"busy", 2))
    publish(bus, "t", [Message(quiet, b"2")])
    consumer = bus.consumer("g", ["t"])
    first_two = take(consumer, 200, max_records=100)[:200]
    consumer.close()
    assert b"2" in {record.value for record in first_two}
