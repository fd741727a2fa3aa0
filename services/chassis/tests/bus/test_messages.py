"""What both buses promise of single messages: order by key, headers, places, sizes, replay."""

import random
from collections import defaultdict
from collections.abc import Callable

import pytest
from traffic import numbered, publish, take, values

from biorl.chassis.bus import Bus, BusConfig, Message, TopicPartition, TopicSpec, open_bus
from biorl.chassis.errors import Unprocessable


def test_messages_with_equal_keys_keep_their_order_across_publishes(bus: Bus, topic: str, group: str) -> None:
    for start in range(0, 300, 50):
        publish(bus, topic, numbered(50, start=start))
    consumer = bus.consumer(group, [topic])
    records = take(consumer, 300, max_records=37)
    consumer.close()
    by_key: dict[bytes, list[int]] = defaultdict(list)
    for record in records:
        by_key[record.key].append(int(record.value or b""))
    assert sorted(values(records)) == list(range(300))
    assert all(numbers == sorted(numbers) for numbers in by_key.values())


def test_a_key_always_goes_to_the_same_partition_and_keys_spread(bus: Bus, topic: str) -> None:
    publish(bus, topic, numbered(200, keys=50))
    publish(bus, topic, numbered(200, keys=50))
    places: dict[bytes, set[int]] = defaultdict(set)
    for record in bus.read({}, bus.end_offsets(topic)):
        places[record.key].add(record.partition)
    assert all(len(partitions) == 1 for partitions in places.values())
    assert len(set.union(*places.values())) == 4


def test_headers_keys_and_values_travel_as_the_bytes_that_they_are(bus: Bus, topic: str) -> None:
    every_byte = bytes(range(256))
    sent = Message(every_byte, every_byte[::-1], {"message-type": b"biorl.x.v1.Y", "raw": every_byte, "none": b""})
    publish(bus, topic, [sent])
    (record,) = bus.read({}, bus.end_offsets(topic))
    assert (record.key, record.value, record.headers) == (sent.key, sent.value, sent.headers)
    assert record.timestamp_ms > 1_700_000_000_000


def test_an_empty_value_and_a_tombstone_are_different_things(bus: Bus, topic: str) -> None:
    publish(bus, topic, [Message(b"a", b""), Message(b"a", None)])
    assert [record.value for record in bus.read({}, bus.end_offsets(topic))] == [b"", None]


def test_the_same_offsets_replay_the_same_records(bus: Bus, topic: str) -> None:
    publish(bus, topic, numbered(100))
    middle = bus.end_offsets(topic)
    publish(bus, topic, numbered(100, start=100))
    end = bus.end_offsets(topic)
    publish(bus, topic, numbered(100, start=200))
    second = list(bus.read(middle, end))
    assert sorted(values(second)) == list(range(100, 200))
    assert sorted(values(list(bus.read({}, middle)))) == list(range(100))
    by_place = sorted(second, key=lambda record: (record.partition, record.offset))
    again = sorted(bus.read(middle, end), key=lambda record: (record.partition, record.offset))
    assert by_place == again


def test_offsets_within_a_partition_are_read_in_order(bus: Bus, topic: str) -> None:
    publish(bus, topic, numbered(1000))
    last: dict[int, int] = {}
    for record in bus.read({}, bus.end_offsets(topic)):
        assert record.offset == last.get(record.partition, -1) + 1
        last[record.partition] = record.offset


def test_reading_nothing_ends_at_once(bus: Bus, topic: str) -> None:
    assert list(bus.read({}, bus.end_offsets(topic))) == []
    assert list(bus.read({}, {})) == []


def test_reading_beyond_the_end_gives_what_there_is(bus: Bus, topic: str) -> None:
    publish(bus, topic, numbered(10))
    beyond = {place: end + 100 for place, end in bus.end_offsets(topic).items()}
    assert len(list(bus.read({}, beyond))) == 10


def test_an_oversized_message_is_unprocessable_and_the_producer_still_works(bus: Bus, topic: str) -> None:
    producer = bus.producer()
    producer.publish(topic, [Message(b"k", b"before")])
    with pytest.raises(Unprocessable, match="1100001 bytes"):
        producer.publish(topic, [Message(b"k", b"x" * 1_100_000)])
    producer.publish(topic, [Message(b"k", b"after")])
    producer.close()
    assert [record.value for record in bus.read({}, bus.end_offsets(topic))] == [b"before", b"after"]


def test_the_largest_message_allowed_arrives(bus: Bus, topic: str) -> None:
    largest = random.Random(0).randbytes(999_999)
    publish(bus, topic, [Message(b"k", largest)])
    (record,) = bus.read({}, bus.end_offsets(topic))
    assert record.value == largest


def test_a_topic_that_does_not_exist_is_a_key_error_everywhere(bus: Bus, group: str) -> None:
    producer = bus.producer()
    with pytest.raises(KeyError):
        producer.publish("no-such-topic", [Message(b"k", b"v")])
    producer.close()
    with pytest.raises(KeyError):
        bus.consumer(group, ["no-such-topic"])
    with pytest.raises(KeyError):
        bus.end_offsets("no-such-topic")


def test_topics_are_made_once_and_never_changed(bus: Bus, topic: str) -> None:
    publish(bus, topic, numbered(10))
    bus.ensure_topics([TopicSpec(topic, partitions=9)])
    assert len(bus.end_offsets(topic)) == 4
    assert sum(bus.end_offsets(topic).values()) == 10


def test_what_was_published_is_there_after_the_bus_was_closed(config: BusConfig, bus: Bus, topic: str) -> None:
    publish(bus, topic, numbered(10))
    bus.close()
    again = open_bus(config)
    assert sum(again.end_offsets(topic).values()) == 10
    again.close()


def test_a_compacted_topic_keeps_the_newest_of_each_key(bus: Bus, new_topic: Callable[..., str]) -> None:
    topic = new_topic(compacted=True, partitions=2)
    for round_number in range(3):
        publish(bus, topic, [Message(f"doc-{n}".encode(), str(round_number).encode()) for n in range(5)])
    newest = {record.key: record.value for record in bus.read({}, bus.end_offsets(topic))}
    assert newest == {f"doc-{n}".encode(): b"2" for n in range(5)}


def test_end_offsets_name_every_partition_even_when_empty(bus: Bus, topic: str) -> None:
    assert bus.end_offsets(topic) == {TopicPartition(topic, number): 0 for number in range(4)}
