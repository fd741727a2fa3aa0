"""What the question generator does: sources in, questions out; a retracted source takes its questions with it.

Offsets are committed after `take` and `hear` return, so every step here may happen twice. Questions are published first
and recorded after: a crash in between publishes them again under the same ids, and nothing is lost.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from biorl.question_generator.authoring import Author
from biorl.question_generator.domain.curation import CurationRules, curate
from biorl.question_generator.domain.labelled import LabelRules, write_label_questions
from biorl.question_generator.domain.literature.article import (
    LiteratureRules,
    refused_as_retracted,
    write_literature_questions,
)
from biorl.question_generator.domain.perturbation import PerturbationRules, write_perturbation_questions
from biorl.question_generator.domain.sources import Document, LabelledSubject, PerturbationEffects, Retraction, Source
from biorl.question_generator.domain.writing import RefusalCount, Written, counted
from biorl.question_generator.ports import DatasetWriter, Observer, Questions, Store, WrittenSource
from biorl.questions.question import Question, Split


@dataclass(frozen=True, slots=True)
class Rules:
    """How questions are written, family by family."""

    perturbation: PerturbationRules = field(default_factory=PerturbationRules)
    literature: LiteratureRules = field(default_factory=LiteratureRules)
    labels: LabelRules = field(default_factory=LabelRules)


Spread = Callable[[Callable[[Source], WrittenSource], Iterable[Source]], Iterable[WrittenSource]]
"""`map`, or one that works in several processes; what comes back is in order."""


class QuestionGenerator:
    """Writes questions from sources, each once."""

    def __init__(
        self,
        rules: Rules,
        store: Store,
        questions: Questions,
        observer: Observer,
        *,
        author: Author | None = None,
        spread: Spread = map,
    ) -> None:
        self._rules = rules
        self._store = store
        self._questions = questions
        self._observer = observer
        self._author = author
        self._spread = spread

    def take(self, sources: Sequence[Source]) -> None:
        """All questions of these sources are published and recorded on return."""
        retracted = {source.id for source in sources if self._is_retracted(source)}
        usable = [source for source in sources if source.id not in retracted]
        finished = iter(self._written(usable))
        done = [_refused(source) if source.id in retracted else next(finished) for source in sources]
        written = {question.id: question for source in done for question in source.questions}
        known = self._store.known(list(written))
        new = [question for question_id, question in written.items() if question_id not in known]
        self._questions.publish(new)
        self._store.record(done)
        self._tell(done, new)

    def hear(self, retractions: Sequence[Retraction]) -> None:
        """Everything made from a retracted paper is retired on return, and nothing will be made from it later.

        A withdrawn notice lets the paper's questions be written again when the paper comes again.
        """
        for retraction in retractions:
            self._store.retract(retraction)
            if retraction.withdrawn:
                continue
            question_ids = self._store.made_from(retraction.names)
            self._questions.retire(question_ids)
            self._store.retire(question_ids)
            self._observer.retired(len(question_ids))

    def _is_retracted(self, source: Source) -> bool:
        return isinstance(source, Document) and self._store.retracted(source.names)

    def _written(self, usable: Sequence[Source]) -> list[WrittenSource]:
        """By rule, and with what the language model wrote about the papers among them."""
        done = list(self._spread(partial(write_questions, rules=self._rules), usable))
        papers = [it for it in usable if isinstance(it, Document)]
        if not self._author or not papers:
            return done
        authored = self._author.write(papers)
        return [_joined(it, authored[it.source_id]) if it.source_id in authored else it for it in done]

    def _tell(self, done: Sequence[WrittenSource], new: Sequence[Question]) -> None:
        for source in done:
            self._observer.took(source.kind, 1)
        self._observer.wrote(new)
        self._observer.refused(list(chain.from_iterable(source.refusals for source in done)))


def write_questions(source: Source, rules: Rules) -> WrittenSource:
    """Depends on both alone: it may be done anywhere."""
    if isinstance(source, PerturbationEffects):
        return _done(source, write_perturbation_questions(source, rules.perturbation))
    if isinstance(source, LabelledSubject):
        return _done(source, write_label_questions(source, rules.labels))
    return _done(source, write_literature_questions(source, rules.literature))


def _refused(source: Source) -> WrittenSource:
    return replace(_done(source, Written(source.id, ())), refusals=(refused_as_retracted(source.id),))


def _done(source: Source, outcome: Written) -> WrittenSource:
    names = source.names if isinstance(source, Document) else frozenset({source.id})
    return WrittenSource(
        source.id, _kind(source), names, _once(outcome.questions), counted(source.id, outcome.refusals)
    )


def _joined(done: WrittenSource, authored: Written) -> WrittenSource:
    """Of two writers of the same source; each has a task of its own."""
    refusals = (*done.refusals, *counted(done.source_id, authored.refusals))
    return replace(done, questions=_once((*done.questions, *authored.questions)), refusals=refusals)


def _once(questions: Iterable[Question]) -> tuple[Question, ...]:
    return tuple({question.id: question for question in questions}.values())


def _kind(source: Source) -> str:
    if isinstance(source, Document):
        return "document"
    return "effects" if isinstance(source, PerturbationEffects) else "labels"


@dataclass(frozen=True, slots=True)
class Export:
    """What was exported."""

    rows: dict[Split, int]
    digests: dict[str, str]
    """SHA-256 (hex) of each file, by its path in the dataset: equal questions give equal digests."""
    dropped: dict[str, int]
    """How many questions were left out, by reason."""
    held: dict[str, tuple[str, ...]]
    """Sources by id of the questions that are in it."""


def export(
    questions: Iterable[Question],
    refusals: Iterable[RefusalCount],
    writer: DatasetWriter,
    *,
    curation: CurationRules | None = None,
    with_held_out_gold: bool = False,
) -> Export:
    """Curates, then writes one file a split, ordered by id. Held-out gold has a file of its own, and only if asked."""
    curated = curate(questions, curation or CurationRules())
    by_split: dict[Split, list[Question]] = {split: [] for split in Split}
    for question in curated.kept:
        by_split[question.split].append(question.sealed())
    digests: dict[str, str] = {}
    for split, rows in by_split.items():
        if rows:
            digests |= writer.write(split, rows)
    if with_held_out_gold:
        digests |= writer.write_held_out_gold([item for item in curated.kept if item.is_held_out])
    digests |= writer.write_account(curated, list(refusals))
    rows_of = {split: len(rows) for split, rows in by_split.items()}
    held = {question.id: question.provenance.sources for question in curated.kept}
    return Export(rows_of, digests, dict(Counter(item.reason for item in curated.dropped)), held)
