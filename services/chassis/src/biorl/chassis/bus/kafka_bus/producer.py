"""The producer for Kafka: a publish is done when every record is acknowledged by all replicas, or it raises.

A producer whose publish failed is thrown away, whatever the failure was: kafka-python's idempotent producer can be dead
or poisoned after one, without saying so. What had been under way may or may not be in the log; callers publish again
under the same ids. Threads may share it; their publishes take turns, so that one's failure is not another's.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from kafka import KafkaProducer as Client
from kafka.errors import AuthorizationError, InvalidTopicError, KafkaError, KafkaTimeoutError, MessageSizeTooLargeError

from biorl.chassis.bus.config import KafkaBusConfig
from biorl.chassis.bus.kafka_bus.client import connection_settings, open_client
from biorl.chassis.bus.kafka_bus.topics import Topics
from biorl.chassis.bus.metrics import counting_publish_failures
from biorl.chassis.bus.port import Message
from biorl.chassis.bus.sizes import check_size, message_bytes
from biorl.chassis.errors import TryLater, Unprocessable

logger = logging.getLogger(__name__)

NEVER_MS = 2**31 - 1
MAX_BLOCK_MS = 5_000
FORCED_CLOSE_S = 2.0
OUR_MISTAKES = (AuthorizationError, InvalidTopicError)
"""Trying again would not help: these leave `publish` as they are."""


class KafkaProducer:
    """Synchronous publishes over one client that is made when it is needed."""

    def __init__(self, config: KafkaBusConfig, topics: Topics) -> None:
        self._config = config
        self._topics = topics
        self._lock = threading.Lock()
        self._client: Any = None
        self._known: set[str] = set()

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        for message in messages:
            check_size(topic, message, self._config.max_message_bytes)
        with self._lock, counting_publish_failures(topic):
            if topic not in self._known:
                self._topics.partitions(topic)
                self._known.add(topic)
            for portion in self._portions(messages):
                self._publish_portion(topic, portion)

    def close(self) -> None:
        with self._lock:
            self._discard()

    def _portions(self, messages: Sequence[Message]) -> Iterator[list[Message]]:
        """What may be under way at once: the client's own buffer has no bound."""
        portion: list[Message] = []
        size = 0
        for message in messages:
            if portion and size + message_bytes(message) > self._config.max_in_flight_bytes:
                yield portion
                portion, size = [], 0
            portion.append(message)
            size += message_bytes(message)
        if portion:
            yield portion

    def _publish_portion(self, topic: str, messages: Sequence[Message]) -> None:
        deadline = time.monotonic() + self._config.publish_timeout_s
        client = self._open()
        try:
            futures = [
                client.send(topic, key=message.key, value=message.value, headers=list(message.headers.items()))
                for message in messages
            ]
            client.flush(timeout=max(0.0, deadline - time.monotonic()))
            for future in futures:  # flush returns normally although a record failed
                future.get(timeout=0)
        except KafkaError as error:
            self._discard()
            self._raise_as_ours(topic, error)

    def _raise_as_ours(self, topic: str, error: KafkaError) -> None:
        if isinstance(error, OUR_MISTAKES):
            raise error
        if isinstance(error, MessageSizeTooLargeError):
            raise Unprocessable(f"{topic} takes no record of this size: {error}") from error
        raise TryLater(f"{topic}: the outcome of a publish is unknown: {error!r}") from error

    def _open(self) -> Any:
        if self._client is None:
            self._client = open_client(Client, **self._settings())
        return self._client

    def _settings(self) -> dict[str, Any]:
        config = self._config
        return connection_settings(config) | {
            "acks": "all",
            "enable_idempotence": True,
            "delivery_timeout_ms": NEVER_MS,
            "max_block_ms": MAX_BLOCK_MS,
            "max_request_size": config.max_message_bytes + 64 * 1024,
            "linger_ms": config.linger_ms,
            "batch_size": config.batch_bytes,
            "compression_type": None if config.compression == "none" else config.compression,
        }

    def _discard(self) -> None:
        """Publishes are synchronous, so nothing that anybody waits for is lost. Its own `close` would not, or wait."""
        client, self._client = self._client, None
        if client is None:
            return
        sender = client._sender  # noqa: SLF001 - the only way that ends it
        sender.force_close()
        sender.join(FORCED_CLOSE_S)
        try:
            client.close(timeout=0)
        except KafkaTimeoutError:
            logger.warning("a discarded Kafka producer still holds unsent records; its thread is told to stop")
