"""The consume loop that every service uses: poll, handle, commit; and what to do when that fails.

`handle` gets a batch and must have had its effect when it returns; only then are the offsets committed. When it raises

- `Unprocessable`, the batch is halved until the poison stands alone; that record goes to `<topic>.dlq` (dead_letters);
- `TryLater`, nothing is committed; consumption pauses, the membership is kept, and the same records are tried again
  with growing delays, without those of partitions that went to others meanwhile;
- anything else is a bug: it leaves `consume`, the process dies, and the records are delivered again.

Works with any `Bus`, and with anything that says when to stop. On a stop the batch in hand is finished and committed.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Protocol

from biorl.chassis.bus import metrics
from biorl.chassis.bus.backoff import Backoff
from biorl.chassis.bus.dead_letters import SUFFIX, DeadLetterPolicy, DeadLetters
from biorl.chassis.bus.lag import LagGauge
from biorl.chassis.bus.port import Bus, Consumer, Record, TopicPartition, TopicSpec, Unreadable
from biorl.chassis.bus.tracing import trace_of
from biorl.chassis.errors import TryLater, Unprocessable

logger = logging.getLogger(__name__)

STOP_CHECK_S = 0.2
"""How soon a stop is noticed while work waits."""

Handle = Callable[[Sequence[Record]], None]
Clock = Callable[[], float]
"""Seconds, monotonic."""


class Stopping(Protocol):
    """What the loop asks of a process's life."""

    @property
    def stopping(self) -> bool: ...

    def wait(self, timeout_s: float) -> bool:
        """True once stopping."""


class _Stopped(Exception):  # noqa: N818
    """The process stops while work waits to be tried again; it stays uncommitted."""


def consume(
    bus: Bus,
    group: str,
    topics: Sequence[str],
    handle: Handle,
    *,
    life: Stopping,
    dead_letters: DeadLetterPolicy | None = None,
    batch: int = 500,
    poll_s: float = 0.5,
    backoff: Backoff | None = None,
    clock: Clock = time.monotonic,
) -> None:
    """Consumes `topics` as a member of `group` until `life` stops.

    `batch` is the most records that `handle` gets at once, `poll_s` the longest wait for the first of them. Raises
    TooManyDeadLetters beyond the policy, KeyError for a topic that does not exist, and whatever bug `handle` has.
    """
    bus.ensure_topics([TopicSpec(topic + SUFFIX, partitions=1) for topic in topics])
    with ExitStack() as stack:
        consumer = stack.enter_context(closing(bus.consumer(group, topics)))
        producer = stack.enter_context(closing(bus.producer()))
        graves = DeadLetters(producer, group, dead_letters or DeadLetterPolicy())
        lag = LagGauge(bus, group, topics, clock)
        loop = _Loop(consumer, group, handle, life, graves, backoff or Backoff(), clock, lag)
        metrics.begin(group, topics)
        while not life.stopping:
            loop.step(batch, poll_s)
            lag.measure_if_due(consumer.assignment())


@dataclass(slots=True)
class _Loop:
    """One consumer's way of dealing with what it polled."""

    consumer: Consumer
    group: str
    handle: Handle
    life: Stopping
    graves: DeadLetters
    backoff: Backoff
    clock: Clock
    lag: LagGauge
    polls_failed: int = 0

    def step(self, batch: int, poll_s: float) -> None:
        """One batch, or none in time. Returns with work undone only when the process stops."""
        try:
            try:
                records = self._poll(batch, poll_s)
            except Unreadable as hole:
                self._skip(hole)
            else:
                self._settle(records)
        except _Stopped:
            logger.info("group %s stops with work that waits; it will be delivered again", self.group)

    def _poll(self, batch: int, poll_s: float) -> list[Record]:
        """Empty when the bus is away: then it has waited already."""
        try:
            records = self.consumer.poll(batch, poll_s)
        except TryLater as later:
            self._note(later, "poll", self.polls_failed)
            self.life.wait(self.backoff.delay_s(later.after_s, self.polls_failed))
            self.polls_failed += 1
            return []
        self.polls_failed = 0
        return records

    def _settle(self, records: Sequence[Record]) -> None:
        """Effect, then commit; halves what is poisoned, in order, so that every commit has all before it done."""
        if not records:
            return
        try:
            done = self._handle_until_taken(records)
        except Unprocessable as poison:
            reason = poison.reason
        else:
            self.graves.passed(len(done))
            self._commit(done)
            return
        if len(records) > 1:
            middle = len(records) // 2
            self._settle(records[:middle])
            self._settle(records[middle:])
        else:
            self._bury(records, reason)

    def _handle_until_taken(self, records: Sequence[Record]) -> Sequence[Record]:
        with trace_of(records):
            return self._until_taken("handle", records, self.handle)

    def _skip(self, hole: Unreadable) -> None:
        """Nobody has the bytes, so the letter says only where they were."""
        place = hole.place
        self._bury([Record(place.topic, place.partition, hole.end - 1, 0, b"", None, {})], hole.reason)

    def _bury(self, records: Sequence[Record], reason: str) -> None:
        def bury(kept: Sequence[Record]) -> None:
            for record in kept:
                self.graves.bury(record, reason)

        self._commit(self._until_taken("dead_letter", records, bury))

    def _commit(self, records: Sequence[Record]) -> None:
        offsets = next_offsets(records)
        if not offsets:
            return
        self._until_taken("commit", records, lambda kept: self.consumer.commit(next_offsets(kept)))
        metrics.COMMITS.labels(self.group).inc()
        for topic, count in Counter(record.topic for record in records).items():
            metrics.RECORDS_CONSUMED.labels(self.group, topic).inc(count)

    def _until_taken(self, what: str, records: Sequence[Record], act: Handle) -> Sequence[Record]:
        """Does `act` until it does not ask for later; returns the records for which it was done in the end."""
        attempt = 0
        while records:
            try:
                act(records)
            except TryLater as later:
                self._note(later, what, attempt)
                records = self._wait(records, self.backoff.delay_s(later.after_s, attempt))
                attempt += 1
            else:
                break
        return records

    def _wait(self, records: Sequence[Record], delay_s: float) -> Sequence[Record]:
        """Returns the records that are still this member's to deal with."""
        self.consumer.pause()
        try:
            self._idle(delay_s)
        finally:
            self.consumer.resume()
        held = self.consumer.assignment()
        self.lag.measure_if_due(held)
        return [record for record in records if TopicPartition(record.topic, record.partition) in held]

    def _idle(self, delay_s: float) -> None:
        """Polls without reading, so that a group that shares out anew need not wait for this member."""
        deadline = self.clock() + delay_s
        while not self.life.stopping:
            left_s = deadline - self.clock()
            if left_s <= 0:
                return
            try:
                self.consumer.poll(1, min(left_s, STOP_CHECK_S))
            except TryLater:
                logger.warning("group %s: the bus is away too", self.group)
                self.life.wait(min(left_s, STOP_CHECK_S))
            except Unreadable as hole:  # its turn comes when this work is done
                self.consumer.seek({hole.place: hole.start})
        raise _Stopped

    def _note(self, later: TryLater, what: str, attempt: int) -> None:
        metrics.RETRIES.labels(self.group, what).inc()
        logger.warning("group %s, %s, attempt %d: try later: %s", self.group, what, attempt + 1, later.reason)


def next_offsets(records: Sequence[Record]) -> dict[TopicPartition, int]:
    """Where to go on after `records`, which are in order within each partition."""
    return {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
