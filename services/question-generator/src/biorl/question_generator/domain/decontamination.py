"""Keeps what benchmarks ask out of what a policy is trained on.

A question is contaminated when it shares a run of 13 words with a benchmark's item (a short item: all of its words),
when it reads nearly like one, or when both were made from the same paper. Its text, its evidence and the title of its
paper all count: PubMedQA's questions are titles.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from biorl.question_generator.domain.literature.wording import statement_of
from biorl.question_generator.domain.resemblance import Alike, matches, words_of
from biorl.questions.question import Question

RUN = 13
"""Words, as Brown et al. (2020) count."""
SHORTEST = 8
"""Words of an item; shorter ones ("What is DNA?") are in every text."""


@dataclass(frozen=True, slots=True)
class BenchmarkItem:
    """One item of a benchmark."""

    benchmark: str
    id: str
    question: str
    rest: str = ""
    """Options, context, explanation."""
    source: str = ""
    """Id of the paper that it was made from (`pmid:...`), where it is known."""


@dataclass(frozen=True, slots=True)
class Contamination:
    """Why a question is out."""

    question_id: str
    item: BenchmarkItem
    how: str
    """`same_words`, `near_duplicate` or `same_paper`."""


def contaminated(
    questions: Sequence[Question], items: Sequence[BenchmarkItem], alike: Alike
) -> Mapping[str, Contamination]:
    """By question id, the first reason found."""
    found: dict[str, Contamination] = {}
    checks = (
        ("same_paper", _same_papers(questions, items)),
        ("same_words", _same_words(questions, items)),
        ("near_duplicate", _near_duplicates(questions, items, alike)),
    )
    for how, hits in checks:
        for question, item in hits:
            found.setdefault(question.id, Contamination(question.id, item, how))
    return found


def _same_papers(
    questions: Iterable[Question], items: Iterable[BenchmarkItem]
) -> Iterator[tuple[Question, BenchmarkItem]]:
    made = {item.source: item for item in items if item.source}
    for question in questions:
        yield from ((question, made[source]) for source in question.provenance.sources if source in made)


def _same_words(
    questions: Iterable[Question], items: Sequence[BenchmarkItem]
) -> Iterator[tuple[Question, BenchmarkItem]]:
    """Runs of every length that occurs are looked up; all but those of short items are `RUN` words long."""
    known: dict[int, dict[str, int]] = defaultdict(dict)
    for index, item in enumerate(items):
        for length, run in _runs_of(item):
            known[length].setdefault(run, index)
    for question in questions:
        for text in _texts_of(question):
            words = words_of(text)
            for length, runs in known.items():
                hit = next((runs[run] for run in _runs(words, length) if run in runs), None)
                if hit is not None:
                    yield question, items[hit]


def _runs_of(item: BenchmarkItem) -> Iterator[tuple[int, str]]:
    asked = words_of(item.question)
    if SHORTEST <= len(asked) < RUN:
        yield len(asked), " ".join(asked)
    for text in (item.question, item.rest):
        yield from ((RUN, run) for run in _runs(words_of(text), RUN))


def _runs(words: Sequence[str], length: int) -> Iterator[str]:
    return (" ".join(words[start : start + length]) for start in range(len(words) - length + 1))


def _near_duplicates(
    questions: Sequence[Question], items: Sequence[BenchmarkItem], alike: Alike
) -> Iterator[tuple[Question, BenchmarkItem]]:
    asked: dict[str, list[Question]] = {}  # many questions share a title, and most say what their evidence says
    for question in questions:
        for text in dict.fromkeys(_texts_of(question)):
            asked.setdefault(text, []).append(question)
    texts = list(asked)
    hits = matches(texts, [item.question for item in items], alike)
    yield from ((question, items[theirs]) for ours, theirs in sorted(hits.items()) for question in asked[texts[ours]])


def _texts_of(question: Question) -> tuple[str, ...]:
    statement = statement_of(question)
    return (statement.title, statement.text, *(evidence.quote for evidence in question.evidence))
