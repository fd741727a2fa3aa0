"""What the page shows comes from a run's bus or from an export, as it stands there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from biorl.chassis.bus import Bus, Message, TopicSpec
from biorl.chassis.bus.testing import bus_at
from biorl.chassis.errors import TryLater
from biorl.document.v1 import document_pb2
from biorl.question_generator.adapters.parquet_dataset import ParquetDataset
from biorl.questions.question import Evidence, Question, Split
from biorl.questions.testing import direction_question, number_question
from biorl.questions.wire import question_to_wire
from biorl.reward.v1 import reward_pb2
from biorl.standalone.errors import BadRequestError
from biorl.standalone.inspection.catalogue import Catalogue
from biorl.standalone.inspection.exported_questions import fill_from_export
from biorl.standalone.inspection.filters import Filter
from biorl.standalone.inspection.run_questions import fill_from_bus
from biorl.standalone.runs.traffic import DOCUMENTS, QUESTIONS, REWARDS

EVIDENCE = Evidence("PMC1.1", "p1", 0, 5, "Words")
FROM_PAPER = replace(number_question(), evidence=(EVIDENCE,))
SCREENED = direction_question()
HELD_OUT = direction_question("HELD1", split=Split.TEST)


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    catalogue = Catalogue()
    yield catalogue
    catalogue.close()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    bus = bus_at(tmp_path / "bus.sqlite")
    yield bus
    bus.close()


def publish(bus: Bus, topic: str, *messages: Message) -> None:
    bus.ensure_topics([TopicSpec(topic)])
    producer = bus.producer()
    producer.publish(topic, list(messages))
    producer.close()


def asked(question: Question) -> Message:
    return Message(question.id.encode(), question_to_wire(question).SerializeToString())


def paper(**changes: object) -> document_pb2.Document:
    paragraph = document_pb2.Paragraph(id="p1", text="Words of it.")
    section = document_pb2.Section(type="abstract", paragraphs=[paragraph])
    return document_pb2.Document(**{"id": "PMC1.1", "title": "On 7", "sections": [section], **changes})


def away(uri: str) -> bytes:
    raise TryLater(uri)


def ids(catalogue: Catalogue) -> list[str]:
    return [line.id for line in catalogue.page(Filter(), 0, 10)]


def test_a_retired_question_is_gone_and_one_that_was_written_again_stands(bus: Bus, catalogue: Catalogue) -> None:
    for questions in ((FROM_PAPER, SCREENED), (SCREENED,)):
        publish(bus, QUESTIONS, *map(asked, questions))
        publish(bus, QUESTIONS, *(Message(question.id.encode(), None) for question in (FROM_PAPER, SCREENED)))
    publish(bus, QUESTIONS, asked(SCREENED), asked(SCREENED))
    fill_from_bus(catalogue, bus, away)
    assert ids(catalogue) == [SCREENED.id]
    assert catalogue.facets().tasks == {"perturbation.direction": 1}
    assert catalogue.question(SCREENED.id) == SCREENED


def test_evidence_finds_its_paragraph_also_in_a_paper_too_large_for_a_message(bus: Bus, catalogue: Catalogue) -> None:
    publish(bus, QUESTIONS, asked(FROM_PAPER))
    elsewhere = document_pb2.Document(id="PMC1.1", title="On 7", body_uri="body")
    publish(bus, DOCUMENTS, Message(b"PMC1.1", elsewhere.SerializeToString()))
    fill_from_bus(catalogue, bus, {"body": paper().SerializeToString()}.__getitem__)
    assert catalogue.paragraph(EVIDENCE) == ("abstract", "Words of it.")


def test_a_body_that_is_away_costs_the_paragraph_alone(bus: Bus, catalogue: Catalogue) -> None:
    publish(bus, QUESTIONS, asked(FROM_PAPER))
    publish(bus, DOCUMENTS, Message(b"PMC1.1", paper(sections=[], body_uri="body").SerializeToString()))
    fill_from_bus(catalogue, bus, away)
    assert catalogue.paragraph(EVIDENCE) is None
    assert catalogue.paper("PMC1.1").title == "On 7"


def test_equal_rollouts_are_counted_and_the_most_frequent_comes_first(bus: Bus, catalogue: Catalogue) -> None:
    rare, frequent = (reward_pb2.ScoredRollout(id=name, question_id=SCREENED.id) for name in ("a", "b"))
    publish(bus, REWARDS, *(Message(b"q", item.SerializeToString()) for item in (rare, frequent, frequent)))
    fill_from_bus(catalogue, bus, away)
    assert [(times, item.id) for times, item in catalogue.rollouts(SCREENED.id)] == [(2, "b"), (1, "a")]


def exported(folder: Path) -> ParquetDataset:
    dataset = ParquetDataset(folder)
    dataset.write(Split.TRAIN, [SCREENED, FROM_PAPER])
    dataset.write(Split.TEST, [HELD_OUT.sealed()])
    return dataset


@pytest.mark.parametrize("part", ["", "data/train.parquet", "jsonl/train.jsonl"])
def test_an_export_shows_the_questions_that_were_written_to_it(part: str, tmp_path: Path, catalogue: Catalogue) -> None:
    exported(tmp_path)
    fill_from_export(catalogue, tmp_path / part)
    written = (SCREENED, FROM_PAPER) if part else (SCREENED, FROM_PAPER, HELD_OUT)
    assert ids(catalogue) == sorted(question.id for question in written)
    assert catalogue.question(FROM_PAPER.id) == FROM_PAPER


def test_an_exports_held_out_answers_are_known_when_it_has_them(tmp_path: Path, catalogue: Catalogue) -> None:
    exported(tmp_path).write_held_out_gold([HELD_OUT])
    fill_from_export(catalogue, tmp_path)
    found = catalogue.question(HELD_OUT.id)
    assert found is not None
    assert found.answer.gold == "yes"


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl", b'{"id": "x"}\n'), ("a.jsonl", b"\xff"), ("a.parquet", b"x")]
)
def test_what_is_no_export_is_told_by_its_name(name: str, content: bytes, tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadRequestError, match=f"{name} is no export of questions"):
        fill_from_export(catalogue, tmp_path / name)
