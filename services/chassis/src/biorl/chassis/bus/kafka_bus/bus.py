"""Apache Kafka as services see it."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from biorl.chassis.bus.config import KafkaBusConfig
from biorl.chassis.bus.kafka_bus.client import require_crc32c
from biorl.chassis.bus.kafka_bus.consumer import KafkaConsumer
from biorl.chassis.bus.kafka_bus.holes import find_hole, may_be_a_hole
from biorl.chassis.bus.kafka_bus.producer import KafkaProducer
from biorl.chassis.bus.kafka_bus.reader import Reader
from biorl.chassis.bus.kafka_bus.topics import Topics
from biorl.chassis.bus.port import Offsets, Record, TopicPartition, TopicSpec


class KafkaBus:
    """Threads may share the bus and its producers; consumers they may not.

    Raises TryLater when no broker answers within the bootstrap time, RuntimeError when crc32c is not installed.
    """

    def __init__(self, config: KafkaBusConfig) -> None:
        require_crc32c()
        self._config = config
        self._topics = Topics(config)
        self._topics.ensure([])

    def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        self._topics.ensure(topics)

    def producer(self) -> KafkaProducer:
        return KafkaProducer(self._config, self._topics)

    def consumer(self, group: str, topics: Sequence[str]) -> KafkaConsumer:
        return KafkaConsumer(self._config, self._topics, group, topics)

    def end_offsets(self, topic: str) -> dict[TopicPartition, int]:
        return self._topics.end_offsets(self._topics.partitions(topic))

    def committed(self, group: str, topic: str) -> dict[TopicPartition, int]:
        return {place: offset for place, offset in self._topics.committed(group).items() if place.topic == topic}

    def read(self, start: Offsets, end: Offsets) -> Iterator[Record]:
        reached = self._topics.end_offsets(list(end))
        stops = {place: min(stop, reached[place]) for place, stop in end.items()}
        with closing(Reader(self._config)) as reader:
            try:
                yield from reader.read(start, stops)
            except Exception as error:
                if not may_be_a_hole(error):
                    raise
                raise find_hole(self._config, reader.positions(), stops, repr(error)) or error from error

    def close(self) -> None:
        self._topics.close()
