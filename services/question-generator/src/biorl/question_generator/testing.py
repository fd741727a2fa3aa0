"""Fakes of the question generator's ports, and sources to test with."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from biorl.question_generator.domain.authoring.chat import ChatReply, ChatRequest, Said
from biorl.question_generator.domain.literature.article import refused_as_retracted
from biorl.question_generator.domain.sources import (
    Dataset,
    Document,
    Paragraph,
    PerturbationEffects,
    ReadoutEffect,
    Retraction,
    Section,
)
from biorl.question_generator.domain.writing import RefusalCount
from biorl.question_generator.ports import WrittenSource
from biorl.questions.identity import digest
from biorl.questions.question import Context, PerturbationKind, Question, Split

K562 = Context("NCBITaxon:9606", "K562", PerturbationKind.CRISPRI)

EVIDENCE = "In aged male mice, metformin extended the median lifespan by 12.5% and lowered insulin."
PROPOSAL = {
    "type": "number",
    "question": "By how many percent does metformin extend the median lifespan of aged male mice?",
    "answer": "12.5",
    "unit": "%",
    "evidence": EVIDENCE,
}
"""As a language model that writes well would put it."""


@dataclass(slots=True)
class MemoryStore:
    """`Store` that forgets when the test ends."""

    sources: dict[str, WrittenSource] = field(default_factory=dict)
    standing: set[str] = field(default_factory=set)
    """Question ids, without the retired."""
    notices: dict[str, frozenset[str]] = field(default_factory=dict)

    def known(self, question_ids: Sequence[str]) -> AbstractSet[str]:
        return self.standing & set(question_ids)

    def record(self, sources: Sequence[WrittenSource]) -> None:
        for source in sources:
            self.sources[source.source_id] = source
            self.standing.update(question.id for question in source.questions)

    def retracted(self, names: Iterable[str]) -> bool:
        return any(not notice.isdisjoint(names) for notice in self.notices.values())

    def retract(self, retraction: Retraction) -> None:
        self.notices.pop(retraction.document_id, None)
        if retraction.withdrawn:
            return
        self.notices[retraction.document_id] = retraction.names
        for source in self.sources.values():
            if not source.names.isdisjoint(retraction.names):
                refusals = (refused_as_retracted(source.source_id),)
                self.sources[source.source_id] = replace(source, refusals=refusals)

    def made_from(self, names: Iterable[str]) -> Sequence[str]:
        wanted = frozenset(names)
        return sorted(
            question_id
            for source in self.sources.values()
            if not wanted.isdisjoint(source.names)
            for question_id in (question.id for question in source.questions)
            if question_id in self.standing
        )

    def retire(self, question_ids: Sequence[str]) -> None:
        self.standing.difference_update(question_ids)


@dataclass(slots=True)
class Outbox:
    """`Questions` as a reader of the topic would come to hold them, and every message that was sent."""

    standing: dict[str, Question] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    """Ids in the order sent; a tombstone is "-" and the id."""

    def publish(self, questions: Sequence[Question]) -> None:
        for question in questions:
            self.standing[question.id] = question
            self.sent.append(question.id)

    def retire(self, question_ids: Sequence[str]) -> None:
        for question_id in question_ids:
            self.standing.pop(question_id, None)
            self.sent.append(f"-{question_id}")


@dataclass(slots=True)
class ScriptedChat:
    """`Chat` that says what a function tells it to say, and keeps what it was asked."""

    answer: Callable[[ChatRequest], str | ChatReply]
    asked: list[ChatRequest] = field(default_factory=list)
    model: str = "scripted"

    def ask(self, requests: Sequence[ChatRequest]) -> Sequence[ChatReply]:
        self.asked.extend(requests)
        said = [self.answer(request) for request in requests]
        return [ChatReply(Said.ANSWERED, it) if isinstance(it, str) else it for it in said]


@dataclass(slots=True)
class Tally:
    """`Observer` that adds up."""

    sources: int = 0
    written: int = 0
    retired_questions: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    """By reason."""

    def took(self, kind: str, count: int) -> None:
        self.sources += count

    def wrote(self, questions: Sequence[Question]) -> None:
        self.written += len(questions)

    def refused(self, refusals: Sequence[RefusalCount]) -> None:
        for refusal in refusals:
            self.refusals[refusal.reason] = self.refusals.get(refusal.reason, 0) + refusal.count

    def retired(self, count: int) -> None:
        self.retired_questions += count


def effects(
    perturbed: str,
    readouts: Iterable[ReadoutEffect],
    *,
    split: Split = Split.TRAIN,
    context: Context = K562,
    dataset: str = "testing/k562",
) -> PerturbationEffects:
    """Effects whose id is a digest of what they say."""
    measured = tuple(readouts)
    content = [perturbed, split, dataset, [(item.readout, item.differentially_expressed) for item in measured]]
    return PerturbationEffects(
        digest(content), Dataset(dataset, "CC-BY-4.0", (dataset,)), context, (perturbed,), split, measured
    )


def paper(*paragraphs: str, title: str = "A study of signalling in yeast", document_id: str = "PMC1.1") -> Document:
    """A research article with these paragraphs as its results."""
    numbered = tuple(Paragraph(f"p{number}", text) for number, text in enumerate(paragraphs, 1))
    return Document(
        document_id,
        title,
        "research-article",
        "CC-BY-4.0",
        pmcid=document_id.partition(".")[0],
        topics=("signalling",),
        sections=(Section(("Results",), "results", numbered),),
    )
