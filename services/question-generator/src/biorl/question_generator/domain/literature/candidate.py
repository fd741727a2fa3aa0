"""An answer found in a sentence, before anybody asked whether it makes a good question."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from biorl.answers.spec import AnswerSpec


@dataclass(frozen=True, slots=True)
class Candidate:
    """The answer's place in the sentence, its type, and what the asker may say about it."""

    start: int
    """In characters of the sentence's text."""
    end: int
    spec: AnswerSpec
    hint: str
    """What belongs into the blank, with article ("a percentage")."""
    ask: str = ""
    """A question that needs no sentence beside it; empty asks to fill the blank."""
    hidden: tuple[str, ...] = ()
    """Other strings that would give the answer away."""


Find = Callable[[str], Iterator[Candidate]]
"""All answers of one pattern in the text of one sentence."""
