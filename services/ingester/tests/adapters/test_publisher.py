"""Messages on a real embedded bus: keys, headers, absence, and bodies too large for it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from biorl.chassis.bus.port import Message, Producer
from biorl.chassis.bus.testing import bus_at
from biorl.chassis.errors import TryLater
from biorl.document.v1 import document_pb2
from biorl.effect.v1 import effect_pb2
from biorl.ingester.adapters.objects import FolderObjects
from biorl.ingester.adapters.publisher import BusPublisher, Topics
from biorl.ingester.domain.document import Document, Licence, Paragraph, Retraction, Section, Source, Table
from biorl.ingester.domain.effects import MAX_READOUTS, Dataset, Measured, ReadoutEffect, assemble
from biorl.ingester.ports import StoppedError
from biorl.questions.question import Context, PerturbationKind, Split

DOCUMENT = Document(
    "PMC1.1", "PMC1", "1", "10.5555/a", "Title", "Journal", 2020, "research-article", Licence("CC-BY-4.0", "url"),
    (Section(("Results",), "results", (Paragraph("p1", "It rose."),)),),
    (Table("t1", "Table 1", "Caption", (("a",),), (("1",),)),), ("topic",), Source("a.xml", "0" * 64, "jats"),
)  # fmt: skip


def publisher(tmp_path: Path, producer: Producer, stops: bool = False) -> BusPublisher:
    return BusPublisher(producer, FolderObjects(tmp_path / "objects"), Topics(), 100_000, lambda _: stops)


def published(tmp_path: Path, topic: str, publish) -> list:
    bus = bus_at(tmp_path, *Topics().specs())
    publish(publisher(tmp_path, bus.producer()))
    ends = bus.end_offsets(topic)
    return list(bus.read(dict.fromkeys(ends, 0), ends))


def test_a_document_is_keyed_by_its_id_and_says_what_it_is(tmp_path: Path) -> None:
    (record,) = published(tmp_path, Topics().documents, lambda out: out.publish([DOCUMENT], [], []))
    message = document_pb2.Document.FromString(record.value)
    assert record.key == b"PMC1.1"
    assert record.headers["message-type"] == b"biorl.document.v1.Document"
    assert message.sections[0].paragraphs[0].text == "It rose."
    assert message.tables[0].rows[0].cells == ["1"]
    assert message.licence.spdx == "CC-BY-4.0"
    assert not message.body_uri


def test_a_body_larger_than_a_message_goes_to_the_object_store(tmp_path: Path) -> None:
    large = replace(DOCUMENT, sections=(Section((), "", (Paragraph("p1", "x" * 200_000),)),))
    (record,) = published(tmp_path, Topics().documents, lambda out: out.publish([large], [], []))
    head = document_pb2.Document.FromString(record.value)
    assert head.title == "Title"
    assert not head.sections
    assert not head.tables
    whole = document_pb2.Document.FromString((tmp_path / "objects" / head.body_uri).read_bytes())
    assert len(whole.sections[0].paragraphs[0].text) == 200_000
    assert whole.id == head.id


def test_absence_stays_absence(tmp_path: Path) -> None:
    context = Context("NCBITaxon:9606", "K562", PerturbationKind.CRISPRI)
    readouts = (ReadoutEffect("X", None, 1), ReadoutEffect("Y", False, 0, 0.0, 1.0))
    (effects,) = assemble(Dataset("d", "0" * 64), [Measured(context, ("A",), Split.TEST, readouts)])
    (record,) = published(tmp_path, Topics().effects, lambda out: out.publish([], [], [effects]))
    first, second = effect_pb2.PerturbationEffects.FromString(record.value).readouts
    assert not first.HasField("differentially_expressed")
    assert not first.HasField("log2_fold_change")
    assert not first.HasField("train_response_rate")
    assert second.HasField("differentially_expressed")
    assert second.HasField("log2_fold_change")
    assert record.key == b"d|NCBITaxon:9606|K562|crispri|A"


def test_the_largest_effects_fit_a_message_of_the_bus(tmp_path: Path) -> None:
    many = tuple(ReadoutEffect(f"ENSG{n:011d}.10", True, 1, 1.5, 0.01) for n in range(MAX_READOUTS))
    context = Context("NCBITaxon:9606", "K562", PerturbationKind.CRISPRI)
    (effects,) = assemble(Dataset("d", "0" * 64), [Measured(context, ("A",), Split.TRAIN, many)])
    assert len(published(tmp_path, Topics().effects, lambda out: out.publish([], [], [effects]))) == 1


def test_a_retraction_says_who_and_why(tmp_path: Path) -> None:
    notice = Retraction("PMC1.1", ("doi:10.5555/a",), "doi:10.5555/n", "2020-01-02", "retraction notice")
    (record,) = published(tmp_path, Topics().retractions, lambda out: out.publish([], [notice], []))
    message = document_pb2.Retraction.FromString(record.value)
    assert (message.document_id, list(message.aliases), message.date) == ("PMC1.1", ["doi:10.5555/a"], "2020-01-02")


class BusAway:
    """Away so many times, then there."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.taken: list[Message] = []

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if self.times:
            self.times -= 1
            raise TryLater("the bus is away")
        self.taken.extend(messages)

    def close(self) -> None: ...


def test_publishing_waits_while_the_bus_is_away(tmp_path: Path) -> None:
    away = BusAway(3)
    publisher(tmp_path, away).publish([DOCUMENT], [], [])
    assert [message.key for message in away.taken] == [b"PMC1.1"]


def test_a_stop_ends_the_waiting(tmp_path: Path) -> None:
    away = BusAway(3)
    with pytest.raises(StoppedError):
        publisher(tmp_path, away, stops=True).publish([DOCUMENT], [], [])
    assert not away.taken
