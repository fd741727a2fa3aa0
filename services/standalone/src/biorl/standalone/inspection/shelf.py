"""The questions of a bus, to be filtered and shown one by one with the paragraph that holds their evidence.

Questions stay in their wire form, with what filters need beside them; papers are kept by paragraph.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from biorl.answers.spec import AnswerSpec
from biorl.chassis.bus import Bus
from biorl.chassis.errors import TryLater, Unprocessable
from biorl.question.v1 import question_pb2
from biorl.question_generator.adapters.bus_questions import questions_on
from biorl.question_generator.adapters.folder_bodies import FolderBodies
from biorl.question_generator.adapters.recent_literature import messages_on
from biorl.question_generator.adapters.wire import document_from_wire, document_message
from biorl.question_generator.domain.sources import Document
from biorl.questions.question import Question
from biorl.questions.wire import question_from_wire, question_to_wire

FILTERS = ("task", "type", "split", "writer")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """What a list shows and filters look at."""

    id: str
    task: str
    type: str
    split: str
    writer: str
    text: str
    """The last message."""

    def matches(self, wanted: Mapping[str, str]) -> bool:
        fits = all(getattr(self, name) == wanted[name] for name in FILTERS if wanted.get(name))
        return fits and wanted.get("text", "").casefold() in self.text.casefold()


@dataclass(slots=True)
class Shelf:
    """Made with `shelf_of`."""

    rows: list[Row] = field(default_factory=list)
    questions: dict[str, bytes] = field(default_factory=dict)
    papers: dict[str, Document] = field(default_factory=dict)

    def values(self) -> Mapping[str, Sequence[str]]:
        """What each filter can be set to."""
        return {name: sorted({getattr(row, name) for row in self.rows}) for name in FILTERS}

    def found(self, wanted: Mapping[str, str], verdicts: Mapping[str, str]) -> list[Row]:
        """`wanted["verdict"]` is `accept`, `reject`, `none` or empty for all."""
        verdict = wanted.get("verdict", "")
        return [row for row in self.rows if row.matches(wanted) and verdict in {"", verdicts.get(row.id, "none")}]

    def shown(self, question_id: str) -> dict[str, Any] | None:
        """Everything about one question; None when there is none of that id."""
        if question_id not in self.questions:
            return None
        question = question_from_wire(question_pb2.Question.FromString(self.questions[question_id]))
        return {
            "id": question.id,
            "task": question.task,
            "split": question.split,
            "prompt": [asdict(message) for message in question.prompt],
            "answer": _answer(question.answer),
            "difficulty": question.difficulty,
            "licence": question.licence,
            "writer": question.provenance.writer,
            "sources": list(question.provenance.sources),
            "topics": list(question.topics),
            "claim": json.dumps(asdict(question.claim), ensure_ascii=False) if question.claim else "",
            "evidence": [self._evidence(item.document_id, item.paragraph_id, item.start, item.end, item.quote)
                         for item in question.evidence],
        }  # fmt: skip

    def _evidence(self, document_id: str, paragraph_id: str, start: int, end: int, quote: str) -> dict[str, Any]:
        """The whole paragraph where the paper is here, else the quote alone."""
        paper = self.papers.get(document_id)
        for section in paper.sections if paper else ():
            for paragraph in section.paragraphs:
                if paragraph.id == paragraph_id:
                    text = paragraph.text
                    place = " › ".join(section.path)
                    parts = {"before": text[:start], "quote": text[start:end], "after": text[end:]}
                    return {"document": document_id, "place": place, "agrees": parts["quote"] == quote, **parts}
        return {"document": document_id, "place": "", "agrees": True, "before": "", "quote": quote, "after": ""}


def shelf_of(bus: Bus, questions: str, documents: str, objects: Path) -> Shelf:
    """Everything that stands on the bus now."""
    shelf = Shelf()
    for question in questions_on(bus, questions):
        shelf.rows.append(_row(question))
        shelf.questions[question.id] = question_to_wire(question).SerializeToString()
    shelf.rows.sort(key=lambda row: (row.task, row.id))
    shelf.papers = {paper.id: paper for paper in with_bodies(bus, documents, FolderBodies(objects))}
    return shelf


def with_bodies(bus: Bus, topic: str, bodies: FolderBodies) -> Iterable[Document]:
    """Papers of the topic, those too large for a message read from their folder; none for a topic that is not there."""
    try:
        messages = list(messages_on(bus, topic))
    except KeyError:
        return
    for message in messages:
        if not message.body_uri:
            yield document_from_wire(message)
            continue
        try:
            yield document_from_wire(document_message(bodies.fetch(message.body_uri)))
        except (Unprocessable, TryLater):
            yield document_from_wire(message)


def _row(question: Question) -> Row:
    text = question.prompt[-1].content
    return Row(question.id, question.task, question.answer.type, question.split, question.provenance.writer, text)


def _answer(spec: AnswerSpec) -> dict[str, Any]:
    return {
        "type": spec.type,
        "gold": spec.gold,
        "unit": spec.unit,
        "accepted": list(spec.accepted),
        "options": [asdict(option) for option in spec.options],
        "tolerance": spec.relative_tolerance or spec.absolute_tolerance,
    }
