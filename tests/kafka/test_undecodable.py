"""Records that the client cannot decode: found, told with their place, passed over, and buried where they were."""

from pathlib import Path

import pytest
from kafka_broker import Broker

from biorl.chassis.bus import KafkaBusConfig, Message, Record, TopicPartition, open_bus
from biorl.chassis.bus.kafka_bus import KafkaBus
from biorl.chassis.bus.port import Unreadable
from biorl.chassis.bus.testing import drain


def publish(config: KafkaBusConfig, topic: str, codec: str, first: int, count: int) -> None:
    """One batch of its own."""
    bus = open_bus(config.model_copy(update={"compression": codec}))
    producer = bus.producer()
    producer.publish(topic, [Message(b"k", f"{codec}-{n:04}".encode()) for n in range(first, first + count)])
    producer.close()
    bus.close()


@pytest.fixture
def mixed(config: KafkaBusConfig, topic: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic with zstd between offsets 10 and 40, for consumers that have no zstd installed."""
    publish(config, topic, "gzip", 0, 10)
    publish(config, topic, "zstd", 10, 30)
    publish(config, topic, "gzip", 40, 10)
    monkeypatch.setattr("kafka.codec.has_zstd", lambda: False)
    return topic


def test_poll_tells_the_place_once_and_goes_on_behind_it(bus: KafkaBus, mixed: str, group: str) -> None:
    """The trap: poll raises once, and the next poll never returns."""
    consumer = bus.consumer(group, [mixed])
    taken: list[Record] = []
    holes: list[Unreadable] = []
    while len(taken) < 20:
        try:
            taken += consumer.poll(100, 0.5)
        except Unreadable as hole:
            holes.append(hole)
    consumer.close()
    assert [record.offset for record in taken] == [*range(10), *range(40, 50)]
    assert [(hole.place, hole.start, hole.end) for hole in holes] == [(TopicPartition(mixed, 0), 10, 40)]


def test_the_loop_buries_the_place_and_commits_past_it(bus: KafkaBus, mixed: str, group: str) -> None:
    taken: list[bytes | None] = []
    drain(bus, group, [mixed], lambda records: taken.extend(record.value for record in records))
    assert len(taken) == 20
    assert bus.committed(group, mixed) == {TopicPartition(mixed, 0): 50}
    (letter,) = bus.read({}, bus.end_offsets(f"{mixed}.dlq"))
    assert letter.value is None
    assert b"from 10 to before 40" in letter.headers["dead-letter-reason"]


def test_a_replay_tells_the_place(bus: KafkaBus, mixed: str) -> None:
    read: list[Record] = []
    with pytest.raises(Unreadable) as hole:
        read.extend(bus.read({}, bus.end_offsets(mixed)))
    assert (hole.value.start, hole.value.end) == (10, 40)


def test_bytes_that_went_bad_on_the_brokers_disk_are_passed_over(
    config: KafkaBusConfig, bus: KafkaBus, topic: str, group: str, broker: Broker
) -> None:
    for first in range(0, 30, 10):
        publish(config, topic, "none", first, 10)
    flip_a_byte(broker.data / f"{topic}-0", b"none-0015")
    taken: list[bytes | None] = []
    drain(bus, group, [topic], lambda records: taken.extend(record.value for record in records))
    assert taken == [f"none-{n:04}".encode() for n in (*range(10), *range(20, 30))]
    (letter,) = bus.read({}, bus.end_offsets(f"{topic}.dlq"))
    assert b"from 10 to before 20" in letter.headers["dead-letter-reason"]
    assert b"crc" in letter.headers["dead-letter-reason"]


def flip_a_byte(folder: Path, where: bytes) -> None:
    (segment,) = folder.glob("*.log")
    content = segment.read_bytes()
    at = content.index(where)
    with segment.open("r+b") as file:
        file.seek(at)
        file.write(bytes([content[at] ^ 0xFF]))
