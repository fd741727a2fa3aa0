"""Documents, retractions and effects on the bus. A body larger than a message goes to the object store first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import Message as Protobuf

from biorl.chassis.bus.port import Message, Producer
from biorl.chassis.bus.tracing import trace_headers
from biorl.document.v1 import document_pb2
from biorl.ingester.adapters.wire import document_to_wire, effects_to_wire, retraction_to_wire
from biorl.ingester.domain.documents import Document, Retraction
from biorl.ingester.domain.effects import PerturbationEffects

BATCH = 200


@dataclass(frozen=True, slots=True)
class BusPublisher:
    """Implements `Publisher`."""

    producer: Producer
    documents_topic: str
    retractions_topic: str
    effects_topic: str
    objects: Path
    max_body_bytes: int = 900_000
    """Below what the bus takes."""

    def documents(self, documents: Sequence[Document]) -> None:
        self._publish(self.documents_topic, [(item.id, self._within(document_to_wire(item))) for item in documents])

    def retractions(self, retractions: Sequence[Retraction]) -> None:
        self._publish(self.retractions_topic, [(item.document_id, retraction_to_wire(item)) for item in retractions])

    def effects(self, effects: Sequence[PerturbationEffects]) -> None:
        self._publish(self.effects_topic, [(item.key, effects_to_wire(item)) for item in effects])

    def _publish(self, topic: str, keyed: Sequence[tuple[str, Protobuf]]) -> None:
        for part in _batches(keyed):
            self.producer.publish(topic, [_message(key, content) for key, content in part])

    def _within(self, document: document_pb2.Document) -> document_pb2.Document:
        """The document, or its head with the address of its body."""
        data = document.SerializeToString(deterministic=True)
        if len(data) <= self.max_body_bytes:
            return document
        self.objects.mkdir(parents=True, exist_ok=True)
        path = (self.objects / f"{document.source.digest}.binpb").resolve()
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
        head = document_pb2.Document()
        head.CopyFrom(document)
        head.ClearField("sections")
        head.ClearField("tables")
        head.body_uri = path.as_uri()
        return head


def _message(key: str, content: Protobuf) -> Message:
    headers = {"message-type": content.DESCRIPTOR.full_name.encode(), **trace_headers()}
    return Message(key.encode(), content.SerializeToString(deterministic=True), headers)


def _batches(keyed: Sequence[tuple[str, Protobuf]]) -> Iterator[Sequence[tuple[str, Protobuf]]]:
    for start in range(0, len(keyed), BATCH):
        yield keyed[start : start + BATCH]
