"""The producer's traps: a record that the broker finds too large, and records lost behind a flush that returns."""

from collections.abc import Callable
from contextlib import closing

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from kafka.producer.future import FutureRecordMetadata

from biorl.chassis.bus import KafkaBusConfig, Message, open_bus
from biorl.chassis.bus.kafka_bus import KafkaBus
from biorl.chassis.errors import TryLater, Unprocessable

SMALL = 2_000


@pytest.fixture
def small_topic(config: KafkaBusConfig, group: str) -> str:
    """Takes smaller records than this client believes: somebody else made it."""
    name = f"small-{group}"
    with closing(KafkaAdminClient(bootstrap_servers=config.bootstrap_servers)) as admin:
        admin.create_topics([NewTopic(name, 1, 1, topic_configs={"max.message.bytes": str(SMALL)})])
        admin.wait_for_topics([name])
    return name


def values(bus: KafkaBus, topic: str) -> list[bytes | None]:
    return [record.value for record in bus.read({}, bus.end_offsets(topic))]


def test_a_record_too_large_for_the_broker_is_unprocessable_and_poisons_nothing(
    config: KafkaBusConfig, topic: str, small_topic: str
) -> None:
    with closing(open_bus(config.model_copy(update={"compression": "none"}))) as bus:
        producer = bus.producer()
        producer.publish(small_topic, [Message(b"k", b"fits")])
        with pytest.raises(Unprocessable):
            producer.publish(small_topic, [Message(b"k", b"x" * 10_000)])
        producer.publish(small_topic, [Message(b"k", b"fits too")])
        producer.publish(topic, [Message(b"k", b"elsewhere")])
        producer.close()
        assert isinstance(bus, KafkaBus)
        assert values(bus, small_topic) == [b"fits", b"fits too"]
        assert values(bus, topic) == [b"elsewhere"]


def test_kafka_python_itself_is_poisoned_by_such_a_record(config: KafkaBusConfig, topic: str, small_topic: str) -> None:
    """When this fails the trap is gone, and the producer need not be thrown away any more."""
    client = KafkaProducer(bootstrap_servers=config.bootstrap_servers, max_request_size=1_000_000)
    with pytest.raises(MessageSizeTooLargeError):
        client.send(small_topic, key=b"k", value=b"x" * 10_000).get(10)
    with pytest.raises(MessageSizeTooLargeError):
        client.send(topic, key=b"k", value=b"harmless").get(10)
    client.close(timeout=5)


def test_one_lost_record_of_a_batch_fails_the_publish_although_flush_returns(
    bus: KafkaBus, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap: flush returns normally when records have failed."""
    producer = bus.producer()
    producer.publish(topic, [Message(b"k", b"first")])
    answers = iter([None, None, KafkaTimeoutError("expired"), None])

    def get(self: FutureRecordMetadata, timeout: float | None = None) -> object:
        error = next(answers, None)
        if error is not None:
            raise error
        return None

    monkeypatch.setattr(FutureRecordMetadata, "get", get)
    with pytest.raises(TryLater, match="expired"):
        producer.publish(topic, [Message(b"k", str(n).encode()) for n in range(4)])
    producer.close()


def test_a_publish_larger_than_the_buffer_goes_in_portions(config: KafkaBusConfig, topic: str) -> None:
    with closing(open_bus(config.model_copy(update={"max_in_flight_bytes": 100_000}))) as bus:
        producer = bus.producer()
        producer.publish(topic, [Message(b"k", b"x" * 10_000 + str(n).encode()) for n in range(100)])
        producer.close()
        assert isinstance(bus, KafkaBus)
        assert [int((value or b"")[10_000:]) for value in values(bus, topic)] == list(range(100))


def test_what_may_not_be_written_is_our_mistake_and_not_for_later(
    bus: KafkaBus, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    producer = bus.producer()
    producer.publish(topic, [Message(b"k", b"v")])

    def denied(*_: object, **__: object) -> None:
        raise TopicAuthorizationFailedError

    monkeypatch.setattr(KafkaProducer, "send", denied)
    with pytest.raises(TopicAuthorizationFailedError):
        producer.publish(topic, [Message(b"k", b"v")])
    producer.close()


def test_every_codec_that_configuration_offers_is_installed(
    config: KafkaBusConfig, new_topic: Callable[..., str]
) -> None:
    for codec in ("none", "gzip", "lz4", "zstd"):
        topic = new_topic()
        with closing(open_bus(config.model_copy(update={"compression": codec}))) as bus:
            producer = bus.producer()
            producer.publish(topic, [Message(b"k", b"v" * 1000)] * 10)
            producer.close()
            assert isinstance(bus, KafkaBus)
            assert values(bus, topic) == [b"v" * 1000] * 10


def test_without_crc32c_nothing_starts(config: KafkaBusConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match="crc32c"):
        open_bus(config)
