"""The embedded bus as services see it."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from biorl.chassis.bus.config import SqliteBusConfig
from biorl.chassis.bus.port import Offsets, Record, TopicPartition, TopicSpec
from biorl.chassis.bus.sqlite_bus import groups, log
from biorl.chassis.bus.sqlite_bus.consumer import SqliteConsumer
from biorl.chassis.bus.sqlite_bus.producer import SqliteProducer
from biorl.chassis.bus.sqlite_bus.store import connect, prepare, reading, writing

READ_CHUNK = 200


class SqliteBus:
    """Any number of processes open the same file. Threads may share the bus; consumers they may not."""

    def __init__(self, config: SqliteBusConfig) -> None:
        self._config = config
        prepare(config)

    def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        with closing(connect(self._config)) as connection, writing(connection):
            for spec in topics:
                log.create_topic(connection, spec)

    def producer(self) -> SqliteProducer:
        return SqliteProducer(self._config)

    def consumer(self, group: str, topics: Sequence[str]) -> SqliteConsumer:
        return SqliteConsumer(self._config, group, topics)

    def end_offsets(self, topic: str) -> dict[TopicPartition, int]:
        with closing(connect(self._config)) as connection, reading():
            return log.end_offsets(connection, topic)

    def committed(self, group: str, topic: str) -> dict[TopicPartition, int]:
        with closing(connect(self._config)) as connection, reading():
            offsets = groups.committed(connection, group)
        return {place: offset for place, offset in offsets.items() if place.topic == topic}

    def read(self, start: Offsets, end: Offsets) -> Iterator[Record]:
        with closing(connect(self._config)) as connection:
            for place, stop in sorted(end.items()):
                position = start.get(place, 0)
                while position < stop:
                    with reading():
                        chunk = log.fetch(connection, place, position, min(READ_CHUNK, stop - position))
                    wanted = [record for record in chunk if record.offset < stop]
                    yield from wanted
                    if not wanted:
                        break
                    position = wanted[-1].offset + 1

    def close(self) -> None:
        """Producers and consumers have connections of their own, and close them themselves."""
