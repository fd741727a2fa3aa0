"""Sources from the bus, in batches, to the service's use cases.

Sources of a batch are taken before its retractions are heard, in that order whatever the topics' order was: either way
nothing made from a retracted paper remains.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from biorl.chassis.bus import Record
from biorl.chassis.errors import Unprocessable
from biorl.document.v1 import document_pb2
from biorl.question_generator.adapters import wire
from biorl.question_generator.domain.sources import Document, Source
from biorl.question_generator.service import QuestionGenerator
from biorl.questions.wire import MalformedMessageError


class Bodies(Protocol):
    """Where bodies lie that are larger than a message."""

    def fetch(self, uri: str) -> bytes:
        """Raises Unprocessable for what is not there, TryLater when the store is away."""


class SourceHandler:
    """A worker's `handle`: decodes records by topic and gives them to the generator."""

    def __init__(
        self,
        generator: QuestionGenerator,
        bodies: Bodies,
        *,
        documents: str,
        effects: str,
        retractions: str,
        labels: str = "biorl.labels.v1",
    ) -> None:
        self._generator = generator
        self._bodies = bodies
        self._source_of: Mapping[str, str] = {documents: "document", effects: "effects", labels: "labels"}
        self._retractions = retractions

    def __call__(self, records: Sequence[Record]) -> None:
        try:
            retractions = [
                wire.retraction_from_wire(record.key, record.value)
                for record in records
                if record.topic == self._retractions
            ]
            sources = [self._source(record) for record in records if record.topic in self._source_of]
        except MalformedMessageError as error:
            raise Unprocessable(str(error)) from error
        if sources:
            self._generator.take(sources)
        if retractions:
            self._generator.hear(retractions)

    def _source(self, record: Record) -> Source:
        if record.value is None:
            msg = f"a message without a value on {record.topic}"
            raise MalformedMessageError(msg)
        if self._source_of[record.topic] == "effects":
            return wire.effects_from_wire(record.value)
        if self._source_of[record.topic] == "labels":
            return wire.labels_from_wire(record.value)
        return self._complete(wire.document_message(record.value))

    def _complete(self, message: document_pb2.Document) -> Document:
        """With the body fetched, where the message only says where it is."""
        if message.body_uri:
            whole = wire.document_message(self._bodies.fetch(message.body_uri))
            if whole.id != message.id:
                msg = f"{message.body_uri} holds {whole.id}, not {message.id}"
                raise MalformedMessageError(msg)
            message = whole
        return wire.document_from_wire(message)
