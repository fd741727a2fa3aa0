"""Documents, retractions, effects and labels onto the bus; a document larger than a message leaves its body in a store.

While the bus is away nothing is lost and nothing is invented: publishing waits and tries the same messages again.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message as Protobuf

from biorl.chassis.bus.port import Message, Producer, TopicSpec
from biorl.chassis.bus.tracing import trace_headers
from biorl.chassis.errors import TryLater
from biorl.ingester.adapters.wire import (
    document_to_wire,
    effects_to_wire,
    labels_to_wire,
    retraction_to_wire,
    without_body,
)
from biorl.ingester.domain.document import Document, Retraction
from biorl.ingester.domain.effects import PerturbationEffects
from biorl.ingester.domain.subjects import LabelledSubject
from biorl.ingester.ports import ObjectStore, StoppedError

logger = logging.getLogger(__name__)

HEADROOM = 4096
"""Bytes of a message that are key and headers."""


@dataclass(frozen=True, slots=True)
class Topics:
    documents: str = "biorl.documents.v1"
    retractions: str = "biorl.retractions.v1"
    effects: str = "biorl.effects.v1"
    labels: str = "biorl.labels.v1"

    def specs(self) -> list[TopicSpec]:
        plain = [TopicSpec(name) for name in (self.documents, self.effects, self.labels)]
        return [*plain, TopicSpec(self.retractions, compacted=True)]


class BusPublisher:
    """The `Publisher` port. Not shared between threads."""

    def __init__(
        self,
        producer: Producer,
        objects: ObjectStore,
        topics: Topics,
        max_message_bytes: int,
        wait: Callable[[float], bool],
    ) -> None:
        """`wait` sleeps so many seconds and returns True once the process has to stop."""
        self._producer = producer
        self._objects = objects
        self._topics = topics
        self._max_value = max_message_bytes - HEADROOM
        self._wait = wait

    def publish(
        self,
        documents: Sequence[Document],
        retractions: Sequence[Retraction],
        effects: Sequence[PerturbationEffects],
        labels: Sequence[LabelledSubject] = (),
    ) -> None:
        """Retractions first, so that a paper taken back and published anew ends as the notice says."""
        self._send(self._topics.retractions, [_message(r.document_id, retraction_to_wire(r)) for r in retractions])
        self._send(self._topics.documents, [self._document(document) for document in documents])
        self._send(self._topics.effects, [_message(item.key, effects_to_wire(item)) for item in effects])
        self._send(self._topics.labels, [_message(item.key, labels_to_wire(item)) for item in labels])

    def _document(self, document: Document) -> Message:
        whole = document_to_wire(document)
        if whole.ByteSize() <= self._max_value:
            return _message(document.id, whole)
        content = whole.SerializeToString(deterministic=True)
        uri = self._objects.put(f"documents/{hashlib.sha256(content).hexdigest()}.binpb", content)
        return _message(document.id, without_body(whole, uri))

    def _send(self, topic: str, messages: Sequence[Message]) -> None:
        """Raises StoppedError when asked to stop while the bus is away."""
        while messages:
            try:
                self._producer.publish(topic, messages)
            except TryLater as away:
                logger.warning("the bus is away, %s waits: %s", topic, away.reason)
                if self._wait(away.after_s):
                    raise StoppedError from away
            else:
                return


def _message(key: str, value: Protobuf) -> Message:
    headers = {"message-type": value.DESCRIPTOR.full_name.encode(), **trace_headers()}
    return Message(key.encode(), value.SerializeToString(deterministic=True), headers)
