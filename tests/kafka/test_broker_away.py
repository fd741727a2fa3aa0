"""A broker that is killed, hangs, or was never there: the bus says so in bounded time, and recovers by itself."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from kafka_broker import Broker

from biorl.chassis.bus import KafkaBusConfig, Message, Record, open_bus
from biorl.chassis.bus.kafka_bus import KafkaBus
from biorl.chassis.bus.testing import drain
from biorl.chassis.bus.worker import next_offsets
from biorl.chassis.errors import TryLater

PATIENCE_S = 40.0


def threads_of_kafka() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "kafka" in thread.name}


def again_until_it_works(act: Callable[[], object]) -> None:
    """What a caller of the bus does with TryLater."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            act()
        except TryLater:
            assert time.monotonic() < deadline, "the bus did not recover"
            time.sleep(0.2)
        else:
            return


def all_values(bus: KafkaBus, topic: str) -> list[bytes | None]:
    values: list[bytes | None] = []

    def read() -> None:
        values[:] = [record.value for record in bus.read({}, bus.end_offsets(topic))]

    again_until_it_works(read)  # a broker that has just come back may take longer than one read waits
    return values


@pytest.fixture(params=["killed", "hung"])
def outage(
    request: pytest.FixtureRequest, broker: Broker
) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
    """How the broker goes, and how it comes back; it is back in the end."""
    if request.param == "killed":
        yield broker.kill, broker.start
        if not broker.running():
            broker.start()
    else:
        yield broker.suspend, broker.resume
        broker.resume()


def test_a_publish_into_an_outage_says_try_later_in_bounded_time_and_works_again_after_it(
    bus: KafkaBus, topic: str, outage: tuple[Callable[[], object], Callable[[], object]]
) -> None:
    goes, comes_back = outage
    producer = bus.producer()
    producer.publish(topic, [Message(b"k", b"before")])
    goes()
    began_at = time.monotonic()
    with pytest.raises(TryLater):
        producer.publish(topic, [Message(b"k", b"during")])
    assert time.monotonic() - began_at < 15
    comes_back()
    again_until_it_works(lambda: producer.publish(topic, [Message(b"k", b"after")]))
    producer.close()
    arrived = all_values(bus, topic)
    assert arrived[0] == b"before"
    assert arrived[-1] == b"after"


def test_the_producer_recovers_from_every_one_of_several_outages_while_it_streams(
    bus: KafkaBus, topic: str, broker: Broker
) -> None:
    """The trap: an idempotent producer whose batch expired never completes anything again."""
    producer = bus.producer()
    acknowledged: list[bytes] = []

    def publish(number: int) -> None:
        batch = [Message(b"k", f"{number}-{n}".encode()) for n in range(50)]
        producer.publish(topic, batch)
        acknowledged.extend(message.value or b"" for message in batch)

    for number in range(3):
        again_until_it_works(lambda number=number: publish(number))
        broker.suspend()
        with pytest.raises(TryLater):
            publish(number + 100)
        broker.resume()
    again_until_it_works(lambda: publish(999))
    producer.close()
    assert set(acknowledged) <= set(all_values(bus, topic))


def test_a_silent_broker_is_told_from_an_empty_topic(
    bus: KafkaBus, topic: str, group: str, outage: tuple[Callable[[], object], Callable[[], object]]
) -> None:
    """The trap: poll returns nothing, for ever, with the assignment kept."""
    goes, comes_back = outage
    consumer = bus.consumer(group, [topic])
    deadline = time.monotonic() + 10
    while not consumer.assignment() and time.monotonic() < deadline:
        consumer.poll(10, 0.2)
    for _ in range(8):  # longer than the stall time-out
        assert consumer.poll(10, 0.2) == []
    goes()

    def poll_for_a_while() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            consumer.poll(10, 0.2)

    with pytest.raises(TryLater):
        poll_for_a_while()
    comes_back()
    producer = bus.producer()
    again_until_it_works(lambda: producer.publish(topic, [Message(b"k", b"v")]))
    records: list[Record] = []

    def take() -> None:
        records.extend(consumer.poll(10, 0.5))
        if not records:
            raise TryLater("not yet")

    again_until_it_works(take)
    assert records[-1].value == b"v"
    again_until_it_works(lambda: consumer.commit(next_offsets(records)))
    consumer.close()
    producer.close()


def test_a_commit_into_an_outage_says_try_later(bus: KafkaBus, topic: str, group: str, broker: Broker) -> None:
    producer = bus.producer()
    producer.publish(topic, [Message(b"k", b"v")])
    producer.close()
    consumer = bus.consumer(group, [topic])
    records: list[Record] = []
    while not records:
        records += consumer.poll(10, 0.5)
    broker.suspend()
    began_at = time.monotonic()
    with pytest.raises(TryLater):
        consumer.commit(next_offsets(records))
    assert time.monotonic() - began_at < 10
    broker.resume()
    again_until_it_works(lambda: consumer.commit(next_offsets(records)))
    consumer.close()


def test_questions_about_topics_are_bounded_in_an_outage_and_answered_after_it(
    bus: KafkaBus, topic: str, group: str, outage: tuple[Callable[[], object], Callable[[], object]]
) -> None:
    goes, comes_back = outage
    bus.end_offsets(topic)
    goes()
    for question in (lambda: bus.end_offsets(topic), lambda: bus.committed(group, topic)):
        began_at = time.monotonic()
        with pytest.raises(TryLater):
            question()
        assert time.monotonic() - began_at < 10
    comes_back()
    again_until_it_works(lambda: bus.end_offsets(topic))
    again_until_it_works(lambda: bus.committed(group, topic))


def test_the_whole_loop_outlives_a_killed_broker_and_loses_nothing(
    bus: KafkaBus, new_topic: Callable[..., str], group: str, broker: Broker
) -> None:
    topic = new_topic(partitions=4)
    producer = bus.producer()
    sent = [Message(f"key-{n % 20}".encode(), str(n).encode()) for n in range(2000)]
    producer.publish(topic, sent)
    producer.close()
    taken: list[int] = []

    def handle(records: list[Record]) -> None:
        taken.extend(int(record.value or b"") for record in records)
        if len(taken) == 1000:
            broker.kill()
            threading.Timer(1.0, broker.start).start()

    def run() -> None:
        drain(bus, group, [topic], handle, batch=100)  # type: ignore[arg-type]

    again_until_it_works(run)
    assert set(taken) == set(range(2000))
    assert len(taken) <= 2000 + 500


def test_an_absent_broker_at_start_is_told_in_bounded_time_and_leaves_no_thread(config: KafkaBusConfig) -> None:
    before = threads_of_kafka()
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        absent = config.model_copy(update={"bootstrap_servers": f"127.0.0.1:{reserved.getsockname()[1]}"})
        for _ in range(2):
            began_at = time.monotonic()
            with pytest.raises(TryLater, match="no Kafka at"):
                open_bus(absent)
            assert time.monotonic() - began_at < 6
    assert threads_of_kafka() <= before


def test_a_broker_that_hangs_at_start_is_told_in_bounded_time(config: KafkaBusConfig, broker: Broker) -> None:
    before = threads_of_kafka()
    broker.suspend()
    began_at = time.monotonic()
    try:
        with pytest.raises(TryLater, match="no Kafka at"):
            open_bus(config)
    finally:
        broker.resume()
    assert time.monotonic() - began_at < 8
    assert threads_of_kafka() <= before


def test_producers_of_an_outage_leave_no_thread_behind(bus: KafkaBus, topic: str, broker: Broker) -> None:
    """The trap: close() of a producer with unsent records raises, and its thread stays."""
    producer = bus.producer()
    producer.publish(topic, [Message(b"k", b"v")])
    before = threads_of_kafka()
    broker.suspend()
    try:
        for _ in range(3):
            with pytest.raises(TryLater):
                producer.publish(topic, [Message(b"k", b"v")])
        producer.close()
    finally:
        broker.resume()
    deadline = time.monotonic() + 10
    while threads_of_kafka() - before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert threads_of_kafka() <= before
