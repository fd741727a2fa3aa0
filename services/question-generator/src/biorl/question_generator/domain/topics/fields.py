"""The field of a paper: what its headings name, and where they name none, what its text speaks of.

MeSH headings, publishers' subjects and authors' keywords are matched with a word list. Texts of papers whose headings
say nothing are read by a trained reader (`reading`), which is silent when it is not sure, or by the same word list. How
often the text alone leads where the headings lead is told with the result: it is what to expect of the rest.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PaperWords:
    """What is known of a paper."""

    id: str
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class FieldOf:
    """Fields by paper, and how far to trust them."""

    fields: Mapping[str, str]
    """By paper id; `UNKNOWN` where neither headings nor text name one."""
    num_named: int
    """Papers whose headings name their field."""
    agreement: float | None
    """Share of papers whose text alone leads to the field of their headings: for the word list of these, None when
    there are none; for a trained reader of papers that it did not learn from.
    """


class Reader(Protocol):
    """Of texts; `reading.FieldReader` is one."""

    @property
    def accuracy(self) -> float:
        """On papers that it did not learn from."""

    def field_of(self, text: str) -> str:
        """Empty when it is not sure."""


def fields_of(papers: Sequence[PaperWords], reader: Reader | None = None) -> FieldOf:
    """Of every paper, each by itself; without a reader, texts are searched for the words of the list."""
    named = {paper.id: field for paper in papers if (field := field_named_by(paper.headings))}
    if reader:
        read = {paper.id: reader.field_of(paper.text) for paper in papers if paper.id not in named}
        agreement: float | None = reader.accuracy
    else:
        read = {paper.id: field_named_by([paper.text]) for paper in papers}
        agreeing = sum(read[paper_id] == field for paper_id, field in named.items())
        agreement = agreeing / len(named) if named else None
    fields = {paper.id: named.get(paper.id) or read[paper.id] or UNKNOWN for paper in papers}
    return FieldOf(fields, len(named), agreement)


def names_of_fields() -> tuple[str, ...]:
    """In the order of the list."""
    return tuple(_words_of_fields())


def field_named_by(texts: Iterable[str]) -> str:
    """The field that they name most often, the first of several; empty when they name none."""
    counts = counts_of_fields(texts)
    return max(counts, key=lambda name: counts[name]) if any(counts.values()) else ""


def counts_of_fields(texts: Iterable[str]) -> Mapping[str, int]:
    """By every field of the list, in its order, how often the texts name it."""
    counts = dict.fromkeys(_words_of_fields(), 0)
    for text in texts:
        folded = text.casefold()
        for name, words in _words_of_fields().items():
            counts[name] += len(words.findall(folded))
    return counts


@cache
def _words_of_fields() -> Mapping[str, re.Pattern[str]]:
    """By field, in order, what names it."""
    text = resources.files(__package__).joinpath("fields.txt").read_text(encoding="utf-8")
    rows = [line.split(":", 1) for line in text.splitlines() if line and not line.startswith("#")]
    return {name: re.compile(rf"\b(?:{'|'.join(map(re.escape, words.split()))})") for name, words in rows}
