"""kafka-python's records and places <-> ours."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kafka import TopicPartition as KafkaPartition

from biorl.chassis.bus.port import Record, TopicPartition


def record_of(raw: Any) -> Record:
    """A foreign producer may have left out the key, or a header's value: both are empty then."""
    headers = {name: value or b"" for name, value in raw.headers or ()}
    return Record(raw.topic, raw.partition, raw.offset, raw.timestamp, raw.key or b"", raw.value, headers)


def records_of(polled: Mapping[Any, Sequence[Any]]) -> list[Record]:
    return [record_of(raw) for place in sorted(polled) for raw in polled[place]]


def place_of(raw: Any) -> TopicPartition:
    return TopicPartition(raw.topic, raw.partition)


def places_of(raws: Iterable[Any]) -> frozenset[TopicPartition]:
    return frozenset(place_of(raw) for raw in raws)


def raw_place(place: TopicPartition) -> KafkaPartition:
    return KafkaPartition(place.topic, place.partition)
