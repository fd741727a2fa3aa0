"""What the consume loop promises on both buses: effect before commit, dead letters with a limit, later, stop."""

import threading
from collections.abc import Callable, Sequence
from itertools import count

import pytest
from prometheus_client import REGISTRY
from traffic import eventually, numbered, publish, values

from biorl.chassis.bus import Bus, Message, Record
from biorl.chassis.bus.backoff import Backoff
from biorl.chassis.bus.dead_letters import DeadLetterPolicy, TooManyDeadLetters
from biorl.chassis.bus.testing import drain
from biorl.chassis.bus.worker import consume
from biorl.chassis.errors import TryLater, Unprocessable


class Life:
    """Stops when told."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def wait(self, timeout_s: float) -> bool:
        return self._stop.wait(timeout_s)

    def stop(self) -> None:
        self._stop.set()


def letters(bus: Bus, topic: str) -> list[Record]:
    return list(bus.read({}, bus.end_offsets(f"{topic}.dlq")))


def refuses(*poison: int) -> tuple[Callable[[Sequence[Record]], None], list[int]]:
    """A handler that takes whole batches without poison, and what it took."""
    taken: list[int] = []

    def handle(records: Sequence[Record]) -> None:
        bad = [record for record in records if int(record.value or b"") in poison]
        if bad:
            raise Unprocessable(f"poison: {values(bad)}")
        taken.extend(values(records))

    return handle, taken


def test_everything_is_handled_once_and_committed(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(1000))
    taken: list[int] = []
    drain(bus, group, [topic], lambda records: taken.extend(values(records)), batch=70)
    assert sorted(taken) == list(range(1000))
    assert bus.committed(group, topic) == {place: end for place, end in bus.end_offsets(topic).items() if end}


def test_nothing_is_committed_before_its_effect(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(100))
    effects: set[int] = set()
    committed_too_early: list[int] = []

    def handle(records: Sequence[Record]) -> None:
        for place, offset in bus.committed(group, topic).items():
            committed_too_early.extend(
                int(record.value or b"")
                for record in bus.read({place: 0}, {place: offset})
                if int(record.value or b"") not in effects
            )
        effects.update(values(records))

    drain(bus, group, [topic], handle, batch=30)
    assert effects == set(range(100))
    assert committed_too_early == []


def test_a_bug_leaves_the_loop_and_the_records_come_again(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(10, keys=1))

    def buggy(records: Sequence[Record]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        consume(bus, group, [topic], buggy, life=Life())
    handle, taken = refuses()
    drain(bus, group, [topic], handle)
    assert taken == list(range(10))


def test_poison_is_found_in_its_batch_and_the_rest_goes_on(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(200))
    handle, taken = refuses(13, 14, 150)
    drain(bus, group, [topic], handle)
    assert sorted(taken) == [n for n in range(200) if n not in {13, 14, 150}]
    assert sorted(values(letters(bus, topic))) == [13, 14, 150]


def test_a_dead_letter_is_the_original_with_its_reason_and_place(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, [Message(b"key", b"7", {"message-type": b"biorl.x.v1.Y"})])
    (original,) = bus.read({}, bus.end_offsets(topic))
    handle, _ = refuses(7)
    drain(bus, group, [topic], handle)
    (letter,) = letters(bus, topic)
    assert (letter.key, letter.value) == (b"key", b"7")
    assert letter.headers == {
        "message-type": b"biorl.x.v1.Y",
        "dead-letter-reason": b"poison: [7]",
        "dead-letter-group": group.encode(),
        "dead-letter-topic": topic.encode(),
        "dead-letter-partition": str(original.partition).encode(),
        "dead-letter-offset": b"0",
        "dead-letter-timestamp-ms": str(original.timestamp_ms).encode(),
    }


def test_too_much_poison_in_a_row_is_a_crash_and_is_not_committed(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(20, keys=1))
    handle, _ = refuses(*range(20))
    with pytest.raises(TooManyDeadLetters, match="5 unprocessable records in a row"):
        consume(bus, group, [topic], handle, life=Life(), dead_letters=DeadLetterPolicy(max_consecutive=5))
    assert values(letters(bus, topic)) == [0, 1, 2, 3, 4]
    assert sum(bus.committed(group, topic).values()) == 5


def test_too_large_a_share_of_poison_is_a_crash_too(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(100, keys=1))
    handle, _ = refuses(*range(0, 100, 2))
    policy = DeadLetterPolicy(max_consecutive=50, max_ratio=0.4, window=20)
    with pytest.raises(TooManyDeadLetters, match="10 of 20"):
        consume(bus, group, [topic], handle, life=Life(), dead_letters=policy)


def test_try_later_tries_the_same_records_again_in_order(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(50, keys=1))
    tried: list[list[int]] = []
    taken: list[int] = []

    def handle(records: Sequence[Record]) -> None:
        tried.append(values(records))
        if len(tried) < 4:
            assert sum(bus.committed(group, topic).values()) == 0
            raise TryLater("the verifier is away", after_s=0.01)
        taken.extend(values(records))

    drain(bus, group, [topic], handle)
    assert taken == list(range(50))
    assert tried[0] == tried[1] == tried[2] == tried[3]


def test_what_waits_is_counted_while_the_same_is_tried_again(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(50, keys=1))
    life, seen = Life(), []

    def handle(records: Sequence[Record]) -> None:
        seen.append(REGISTRY.get_sample_value("biorl_bus_lag_records", {"group": group, "topic": topic}))
        if len(seen) < 3:
            raise TryLater("the verifier is away", after_s=0.01)
        life.stop()

    consume(bus, group, [topic], handle, life=life, clock=count(step=60).__next__)
    assert seen == [None, 50, 50]
    assert REGISTRY.get_sample_value("biorl_bus_lag_records", {"group": group, "topic": topic}) == 0


def test_a_stop_during_try_later_commits_nothing_of_what_waits(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(10))
    life = Life()

    def handle(records: Sequence[Record]) -> None:
        life.stop()
        raise TryLater("away", after_s=60)

    consume(bus, group, [topic], handle, life=life)
    assert bus.committed(group, topic) == {}


def test_a_stop_finishes_and_commits_the_batch_in_hand(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(100, keys=1))
    life = Life()
    taken: list[int] = []

    def handle(records: Sequence[Record]) -> None:
        life.stop()
        taken.extend(values(records))

    consume(bus, group, [topic], handle, life=life, batch=10)
    assert taken == list(range(10))
    assert sum(bus.committed(group, topic).values()) == 10


def test_membership_outlives_a_wait_longer_than_the_session(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(10))
    tries: list[int] = []
    taken: list[int] = []

    def handle(records: Sequence[Record]) -> None:
        tries.append(len(records))
        if len(tries) <= 1:
            raise TryLater("away for longer than a session", after_s=3.0)
        taken.extend(values(records))

    drain(bus, group, [topic], handle)
    assert sorted(taken) == list(range(10))


def test_records_that_went_to_another_member_meanwhile_are_left_to_it(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(40, keys=20))
    life, other = Life(), Life()
    stuck: list[int] = []
    other_took: list[int] = []

    def waits(records: Sequence[Record]) -> None:
        stuck.append(len(records))
        raise TryLater("away", after_s=0.05)

    def helps(records: Sequence[Record]) -> None:
        other_took.extend(values(records))

    first = threading.Thread(
        target=consume, args=(bus, group, [topic], waits), kwargs={"life": life, "backoff": Backoff(max_s=0.1)}
    )
    second = threading.Thread(target=consume, args=(bus, group, [topic], helps), kwargs={"life": other, "poll_s": 0.1})
    first.start()
    try:
        eventually(lambda: bool(stuck) and stuck[-1] > 0, "the first to be stuck")
        second.start()
        eventually(lambda: bool(other_took), "the other to get its share")
        eventually(lambda: stuck[-1] < stuck[0], "the first to let go of the rest")
        life.stop()
        first.join()
        eventually(lambda: sorted(set(other_took)) == list(range(40)), "all to be done")
    finally:
        life.stop()
        other.stop()
        first.join()
        second.join()
    assert bus.committed(group, topic) == {place: end for place, end in bus.end_offsets(topic).items() if end}


def test_an_absent_topic_is_told_at_once(bus: Bus, group: str) -> None:
    with pytest.raises(KeyError):
        consume(bus, group, ["absent-topic"], lambda records: None, life=Life())
