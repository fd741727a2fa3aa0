"""Kafka's own ways: compaction by the broker, members that lead before they know their topics, the lag."""

import time
from contextlib import closing

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from biorl.chassis.bus import KafkaBusConfig, Message, TopicPartition, TopicSpec
from biorl.chassis.bus.kafka_bus import KafkaBus
from biorl.chassis.bus.lag import LagGauge
from biorl.chassis.bus.metrics import LAG


def test_every_new_group_gets_its_partitions_however_short_its_polls_are(bus: KafkaBus, group: str) -> None:
    """The trap: a member that leads its group before it has the topics' metadata assigns nothing, and never again."""
    for attempt in range(10):
        topic = f"{group}-{attempt}"
        bus.ensure_topics([TopicSpec(topic, partitions=4)])
        consumer = bus.consumer(topic, [topic])
        consumer.pause()
        deadline = time.monotonic() + 20
        while len(consumer.assignment()) < 4:
            consumer.poll(1, 0.02)
            assert time.monotonic() < deadline, f"group {attempt} got {consumer.assignment()}"
        consumer.close()


def test_the_broker_forgets_superseded_values_and_a_reader_ends_all_the_same(
    bus: KafkaBus, config: KafkaBusConfig, group: str
) -> None:
    topic = f"compacted-{group}"
    quick = {
        "cleanup.policy": "compact",
        "segment.ms": "100",
        "min.cleanable.dirty.ratio": "0.01",
        "delete.retention.ms": "100",
        "max.compaction.lag.ms": "200",
    }
    with closing(KafkaAdminClient(bootstrap_servers=config.bootstrap_servers)) as admin:
        admin.create_topics([NewTopic(topic, 1, 1, topic_configs=quick)])
        admin.wait_for_topics([topic])
    producer = bus.producer()
    deadline = time.monotonic() + 60
    kept: list[tuple[bytes, bytes | None]] = []
    rounds = 0
    while rounds < 3 or len(kept) >= rounds * 4:
        assert time.monotonic() < deadline, f"never compacted: {len(kept)} records after {rounds} rounds"
        messages = [Message(f"doc-{n}".encode(), str(rounds).encode()) for n in range(3)]
        producer.publish(topic, [*messages, Message(b"gone", b"x" if rounds == 0 else None)])
        rounds += 1
        time.sleep(0.4)  # segments roll by time
        kept = [(record.key, record.value) for record in bus.read({}, bus.end_offsets(topic))]
    producer.close()
    newest = dict(kept)
    assert {newest[f"doc-{n}".encode()] for n in range(3)} == {str(rounds - 1).encode()}
    assert newest.get(b"gone") is None


def test_topics_get_what_their_specification_says(bus: KafkaBus, config: KafkaBusConfig, group: str) -> None:
    bus.ensure_topics([TopicSpec(group, partitions=3, compacted=True), TopicSpec(f"{group}-short", 1, retention_s=60)])
    with closing(KafkaAdminClient(bootstrap_servers=config.bootstrap_servers)) as admin:
        about = {topic["name"]: topic for topic in admin.describe_topics([group, f"{group}-short"])}
        assert len(about[group]["partitions"]) == 3
    producer = bus.producer()
    producer.publish(group, [Message(b"k", b"x" * (config.max_message_bytes - 1))])
    producer.close()


def test_lag_is_what_is_not_committed_of_what_this_process_holds(bus: KafkaBus, topic: str, group: str) -> None:
    producer = bus.producer()
    producer.publish(topic, [Message(b"k", b"v")] * 7)
    producer.close()
    consumer = bus.consumer(group, [topic])
    while not consumer.poll(10, 0.2):
        pass
    consumer.commit({TopicPartition(topic, 0): 4})
    LagGauge(bus, group, [topic], time.monotonic).measure_if_due(consumer.assignment())
    consumer.close()
    assert LAG.labels(group, topic)._value.get() == pytest.approx(3)
