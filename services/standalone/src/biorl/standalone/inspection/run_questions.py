"""A run's bus as a catalogue: questions that stand, paragraphs of their evidence, rollouts with their rewards."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from biorl.chassis.bus import Bus, SqliteBusConfig, open_bus
from biorl.chassis.errors import TryLater, Unprocessable
from biorl.document.v1 import document_pb2
from biorl.question.v1 import question_pb2
from biorl.question_generator.adapters.folder_bodies import FolderBodies
from biorl.reward.v1 import reward_pb2
from biorl.standalone.inspection.catalogue import Catalogue
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.traffic import DOCUMENTS, QUESTIONS, REWARDS, opened, records, values
from biorl.standalone.runs.workspace import Workspace


def fill_from_run(catalogue: Catalogue, place: Workspace) -> None:
    """What the bus holds now; a run may be at work meanwhile. Raises RunFailedError when no Kafka answers."""
    with opened(read(place), place) as bus:
        fill_from_bus(catalogue, bus, FolderBodies(place.objects).fetch)


def fill_from_file(catalogue: Catalogue, bus: Path) -> None:
    """The file of an embedded bus without a run, beside its `objects/`."""
    with closing(open_bus(SqliteBusConfig(path=bus))) as opened_bus:
        fill_from_bus(catalogue, opened_bus, FolderBodies(bus.parent / "objects").fetch)


def fill_from_bus(catalogue: Catalogue, bus: Bus, fetch: Callable[[str], bytes]) -> None:
    """`fetch` gives the body of a document that was too large for a message."""
    _put_questions(catalogue, bus)
    wanted = catalogue.documents()
    for record in records(bus, DOCUMENTS):
        if record.value is not None and record.key.decode(errors="replace") in wanted:
            document = document_pb2.Document.FromString(record.value)
            if document.body_uri:
                with suppress(TryLater, Unprocessable):  # without its body the paper still has a title and a licence
                    document = document_pb2.Document.FromString(fetch(document.body_uri))
            catalogue.put_document(document)
    catalogue.put_rollouts(map(reward_pb2.ScoredRollout.FromString, values(bus, REWARDS)))


def _put_questions(catalogue: Catalogue, bus: Bus) -> None:
    """A tombstone retires a question; written again later, it stands."""
    retired: dict[bytes, None] = {}

    def standing() -> Iterator[question_pb2.Question]:
        for record in records(bus, QUESTIONS):
            if record.value is None:
                retired[record.key] = None
            else:
                retired.pop(record.key, None)
                yield question_pb2.Question.FromString(record.value)

    catalogue.put(standing())
    for key in retired:
        catalogue.drop(key.decode(errors="replace"))
