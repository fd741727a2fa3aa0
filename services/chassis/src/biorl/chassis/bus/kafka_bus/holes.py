"""Finds the records that cannot be decoded: a codec that is not installed, or bytes that went bad on a disk.

kafka-python says that it met one, not where. A separate reader looks at each partition from where the consumer stands;
the first that fails has the hole, and its end is the first offset from which reading works again.
"""

from contextlib import closing

from kafka.errors import CorruptRecordError, KafkaError, UnsupportedCodecError

from biorl.chassis.bus.config import KafkaBusConfig
from biorl.chassis.bus.kafka_bus.reader import Reader
from biorl.chassis.bus.port import Offsets, TopicPartition, Unreadable
from biorl.chassis.errors import TryLater


def may_be_a_hole(error: Exception) -> bool:
    """Codecs raise whatever they like; what Kafka says about itself is not about a record, with two exceptions."""
    if isinstance(error, CorruptRecordError | UnsupportedCodecError):
        return True
    return not isinstance(error, KafkaError | TryLater)


def find_hole(config: KafkaBusConfig, positions: Offsets, ends: Offsets, reason: str) -> Unreadable | None:
    """None when every partition reads well: then the failure was of another kind.

    With a reader of its own: one that has failed spins when it polls at the same offset again.
    """
    with closing(Reader(config)) as reader:
        for place, start in sorted(positions.items()):
            if start < ends[place] and not _reads(reader, place, start):
                return Unreadable(reason, place, start, _end_of_hole(reader, place, start, ends[place]))
    return None


def _end_of_hole(reader: Reader, place: TopicPartition, start: int, end: int) -> int:
    """One by one: a batch fails as a whole, and a leap could pass over good records behind it."""
    offset = start + 1
    while offset < end and not _reads(reader, place, offset):
        offset += 1
    return offset


def _reads(reader: Reader, place: TopicPartition, offset: int) -> bool:
    try:
        reader.advances_from(place, offset)
    except Exception as error:
        if may_be_a_hole(error):
            return False
        raise
    return True
