"""Cuts a paragraph of scientific English into sentences, but neither "E. coli" nor "Fig. 2" nor "0.5".

Every sentence is an exact slice of the paragraph.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from biorl.question_generator.domain.literature.lexicon import one_of

_END = re.compile(r"[.?!][\"”’)\]]*(?=\s+[\"“(\[]?[A-Z0-9α-ω])")
_ABBREVIATED = re.compile(rf"(?:\b{one_of('abbreviated')}|\b[A-Z]|\b[A-Z][a-z]?\.[A-Z])\.$")
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands in its paragraph."""

    text: str
    start: int
    """In code points of the paragraph's text."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def sentences_of(paragraph: str) -> Iterator[Sentence]:
    """In order; without the white space between them."""
    start = 0
    for end in _ends(paragraph):
        yield from _trimmed(paragraph, start, end)
        start = end
    yield from _trimmed(paragraph, start, len(paragraph))


def _ends(paragraph: str) -> Iterator[int]:
    depth, position = 0, 0
    for found in _END.finditer(paragraph):
        piece = paragraph[position : found.end()]
        depth += sum(map(piece.count, _OPENING)) - sum(map(piece.count, _CLOSING))
        position = found.end()
        depth = max(depth, 0)
        tail = paragraph[max(0, found.start() - 12) : found.start() + 1]
        is_decimal = tail[-2:-1].isdigit() and paragraph[found.end() :].lstrip()[:1].isdigit()  # "94. 5%"
        if not depth and not is_decimal and not _ABBREVIATED.search(tail):
            yield found.end()
            depth = 0


def _trimmed(paragraph: str, start: int, end: int) -> Iterator[Sentence]:
    text = paragraph[start:end]
    stripped = text.strip()
    if stripped:
        yield Sentence(stripped, start + text.index(stripped))
