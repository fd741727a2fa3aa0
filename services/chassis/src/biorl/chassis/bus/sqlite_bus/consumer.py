"""The consumer of the embedded bus: one member of a group, owned by one thread (its heartbeat has another)."""

import logging
import time
import uuid
from collections.abc import Sequence

from biorl.chassis.bus import metrics
from biorl.chassis.bus.config import SqliteBusConfig
from biorl.chassis.bus.port import Offsets, Record, TopicPartition
from biorl.chassis.bus.sqlite_bus import groups, log
from biorl.chassis.bus.sqlite_bus.heartbeat import Heartbeat
from biorl.chassis.bus.sqlite_bus.store import connect, reading, writing
from biorl.chassis.errors import TryLater

logger = logging.getLogger(__name__)

SHORTEST_NAP_S = 0.005
LONGEST_NAP_S = 0.1


class SqliteConsumer:
    """Reads the partitions that it owns, in turn, from where the group had committed."""

    def __init__(self, config: SqliteBusConfig, group: str, topics: Sequence[str]) -> None:
        self._config = config
        self._group = group
        self._topics = tuple(topics)
        self._connection = connect(config)
        self._paused = False
        self._positions: dict[TopicPartition, int] = {}
        self._turn = 0
        self._member = ""
        self._heartbeat: Heartbeat | None = None
        self._join()

    def poll(self, max_records: int = 500, timeout_s: float = 1.0) -> list[Record]:
        deadline = time.monotonic() + timeout_s
        nap_s = SHORTEST_NAP_S
        while True:
            self._keep_membership()
            records = [] if self._paused else self._next_records(max_records)
            left_s = deadline - time.monotonic()
            if records or left_s <= 0:
                return records
            time.sleep(min(nap_s, left_s))
            nap_s = min(nap_s * 2, LONGEST_NAP_S)

    def commit(self, offsets: Offsets) -> None:
        with writing(self._connection):
            fenced = groups.commit(self._connection, self._group, self._member, offsets)
        if fenced:
            metrics.COMMITS_REFUSED.labels(self._group).inc()
            logger.warning("group %s: commit dropped, others hold %s", self._group, fenced)

    def seek(self, offsets: Offsets) -> None:
        self._positions |= {place: offset for place, offset in offsets.items() if place in self._positions}

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self._held())

    def close(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.stop()
        try:
            with writing(self._connection):
                groups.leave(self._connection, self._group, self._member)
        except TryLater as error:  # the session time-out will do it
            logger.warning("group %s: not left: %s", self._group, error.reason)
        finally:
            self._connection.close()

    def _join(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.stop()
        self._member = uuid.uuid4().hex
        with writing(self._connection):
            groups.join(self._connection, self._group, self._member, self._topics, time.time())
        self._heartbeat = Heartbeat(self._config, self._group, self._member)
        self._positions = {}

    def _keep_membership(self) -> None:
        """Everything read before has been dealt with now, so what others should have is let go of here."""
        with reading():
            alive = groups.is_member(self._connection, self._member)
        if not alive:
            logger.warning("group %s took this consumer for dead; it joins again", self._group)
            self._join()
        held = self._held()
        if any(held.values()):
            with writing(self._connection):
                groups.let_go(self._connection, self._group, self._member)
            held = self._held()
        if held.keys() != self._positions.keys():
            self._adopt(frozenset(held))

    def _held(self) -> dict[TopicPartition, bool]:
        with reading():
            return groups.held(self._connection, self._group, self._member)

    def _adopt(self, held: frozenset[TopicPartition]) -> None:
        with reading():
            committed = groups.committed(self._connection, self._group)
        self._positions = {place: self._positions.get(place, committed.get(place, 0)) for place in sorted(held)}

    def _next_records(self, max_records: int) -> list[Record]:
        """From each partition in turn, another one first each time, so that none starves."""
        places = list(self._positions)
        if not places:
            return []
        self._turn = (self._turn + 1) % len(places)
        records: list[Record] = []
        for place in places[self._turn :] + places[: self._turn]:
            with reading():
                found = log.fetch(self._connection, place, self._positions[place], max_records - len(records))
            if found:
                self._positions[place] = found[-1].offset + 1
                records += found
            if len(records) == max_records:
                break
        return records
