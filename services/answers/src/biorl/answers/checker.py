"""What every checker is: read what was written, say how it differs from gold, write it in its canonical form.

`biorl.answers.checking` picks the one checker of an answer type; each module of `biorl.answers.checkers` is one. They
are pure, never evaluate what they read, and set no alarms, so they run in any thread.
"""

from typing import Protocol, TypeVar

from biorl.answers.spec import AnswerSpec

Value = TypeVar("Value")


class Unreadable(ValueError):  # noqa: N818 - it says what the answer is
    """An answer that is not of its type. `reason` is a snake-case code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidSpecError(ValueError):
    """An AnswerSpec that no answer could be checked against: the writer's fault, never the answer's."""


class Checker(Protocol[Value]):
    """One answer type. A module with these three functions implements it."""

    def read(self, spec: AnswerSpec, text: str, /) -> Value:
        """What `text` says. Raises Unreadable for text of another type, InvalidSpecError for an unusable spec."""

    def difference(self, spec: AnswerSpec, gold: Value, answer: Value, /) -> str:
        """Empty when the answer is right, else a snake-case code of how it differs."""

    def write(self, value: Value, /) -> str:
        """A tidy form, for audit and for counting answers that agree. Quantities keep the unit that they came in."""
