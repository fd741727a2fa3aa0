"""Cuts a paper into passages that a model reads at once: paragraphs of one section, as many as fit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from biorl.question_generator.domain.literature.article import MAX_PARAGRAPH, is_skipped
from biorl.question_generator.domain.sources import Document, Paragraph

MIN_CHARACTERS = 400
"""Shorter passages hold no finding with its context."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Part of a paper."""

    document: Document
    paragraphs: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)

    def place_of(self, quote: str) -> tuple[Paragraph, int, int] | None:
        """Where the quote stands, whatever its white space; None when it does not."""
        words = quote.split()
        if not words:
            return None
        pattern = re.compile(r"\s+".join(map(re.escape, words)))
        found = ((paragraph, pattern.search(paragraph.text)) for paragraph in self.paragraphs)
        return next(((paragraph, *match.span()) for paragraph, match in found if match), None)


def passages_of(document: Document, max_characters: int) -> Iterator[Passage]:
    """In the paper's order. A paragraph is never cut."""
    for section in document.sections:
        if is_skipped(section):
            continue
        held: list[Paragraph] = []
        for paragraph in section.paragraphs:
            if len(paragraph.text) > MAX_PARAGRAPH:
                continue
            if held and _size(held) + len(paragraph.text) > max_characters:
                yield from _passage(document, held)
                held = []
            held.append(paragraph)
        yield from _passage(document, held)


def _passage(document: Document, paragraphs: Sequence[Paragraph]) -> Iterator[Passage]:
    if _size(paragraphs) >= MIN_CHARACTERS:
        yield Passage(document, tuple(paragraphs))


def _size(paragraphs: Sequence[Paragraph]) -> int:
    return sum(len(paragraph.text) for paragraph in paragraphs)
