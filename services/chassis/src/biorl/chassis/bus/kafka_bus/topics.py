"""Topics, partitions and offsets of a Kafka cluster, asked of its administration interface. Threads may share it."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from kafka import KafkaAdminClient
from kafka import TopicPartition as KafkaPartition
from kafka.admin import NewTopic, OffsetSpec
from kafka.errors import (
    BrokerResponseError,
    KafkaError,
    RequestTimedOutError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
)

from biorl.chassis.bus.config import KafkaBusConfig
from biorl.chassis.bus.kafka_bus.client import answered, connection_settings, open_client
from biorl.chassis.bus.port import TopicPartition, TopicSpec

Answer = TypeVar("Answer")

ASK_AGAIN_S = 0.1
TOPIC_OVERHEAD_BYTES = 64 * 1024
"""Room that a topic leaves above the largest message, for the record's frame and its headers' names."""


class Topics:
    """One administration client, opened anew after a failure."""

    def __init__(self, config: KafkaBusConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: Any = None

    def ensure(self, specs: Sequence[TopicSpec]) -> None:
        """Creates what is missing. TopicAuthorizationFailedError when it may not."""
        existing = set(self._ask("topics", lambda client: client.list_topics()))
        missing = [spec for spec in specs if spec.name not in existing]
        if not missing:
            return
        for new in map(self._new, missing):
            with suppress(TopicAlreadyExistsError):  # another process was faster
                self._ask("creation of topics", partial(_create, new))
        names = [spec.name for spec in missing]
        self._ask("new topics", lambda client: client.wait_for_topics(names))

    def partitions(self, topic: str) -> list[TopicPartition]:
        """Raises KeyError for a topic that does not exist."""
        (about,) = self._ask("partitions", lambda client: client.describe_topics([topic]))
        if about["error_code"] == UnknownTopicOrPartitionError.errno or not about["partitions"]:
            raise KeyError(topic)
        return sorted(TopicPartition(topic, partition["partition_index"]) for partition in about["partitions"])

    def end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        specs = {KafkaPartition(place.topic, place.partition): OffsetSpec.LATEST for place in places}
        found = self._ask("end offsets", lambda client: client.list_partition_offsets(specs))
        return {TopicPartition(place.topic, place.partition): about.offset for place, about in found.items()}

    def committed(self, group: str) -> dict[TopicPartition, int]:
        found = self._ask("committed offsets", lambda client: client.list_group_offsets({group: None}))
        return {
            TopicPartition(place.topic, place.partition): about.offset
            for place, about in found[group].items()
            if about.offset >= 0
        }

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _new(self, spec: TopicSpec) -> NewTopic:
        retention_ms = -1 if spec.retention_s is None else int(spec.retention_s * 1000)
        return NewTopic(
            spec.name,
            spec.partitions,
            self._config.replication_factor,
            topic_configs={
                "cleanup.policy": "compact" if spec.compacted else "delete",
                "retention.ms": str(retention_ms),
                "max.message.bytes": str(self._config.max_message_bytes + TOPIC_OVERHEAD_BYTES),
            },
        )

    def _ask(self, what: str, question: Callable[[Any], Answer]) -> Answer:
        """The answer to one question, asked again for a while when the broker says "not yet"."""
        deadline = time.monotonic() + self._config.request_timeout_s
        with self._lock, answered(what):
            while True:
                was_open = self._client is not None
                try:
                    return question(self._open())
                except KafkaError as error:
                    if not self._worth_asking_again(error, was_open) or time.monotonic() > deadline:
                        raise
                    time.sleep(ASK_AGAIN_S)

    def _worth_asking_again(self, error: KafkaError, was_open: bool) -> bool:
        if _is_answer(error):
            return bool(error.retriable)
        self._drop()  # a client that lost its broker recovers late or never; a new one shows whether it is back
        return was_open

    def _open(self) -> Any:
        if self._client is None:
            self._client = open_client(KafkaAdminClient, **connection_settings(self._config))
        return self._client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _is_answer(error: KafkaError) -> bool:
    """A time-out of the client's own has the class of an answer."""
    return isinstance(error, BrokerResponseError) and not isinstance(error, RequestTimedOutError)


def _create(new: NewTopic, client: Any) -> None:
    client.create_topics([new])
