"""SHORT_TEXT: a name or phrase, exact after folding of Unicode, case, Greek letters and hyphens. No partial credit."""

from biorl.answers.checker import Unreadable
from biorl.answers.folding import folded
from biorl.answers.spec import AnswerSpec

MAX_SHORT_TEXT = 300
"""Characters: a phrase, not a paragraph that mentions every candidate."""


def read(_spec: AnswerSpec, text: str) -> str:
    """The folded text."""
    if len(text) > MAX_SHORT_TEXT:
        raise Unreadable("answer_too_long")
    name = folded(text)
    if not any(char.isalnum() for char in name):
        raise Unreadable("empty_answer")
    return name


def difference(_spec: AnswerSpec, gold: str, answer: str) -> str:
    return "" if gold == answer else "wrong_text"


def write(value: str) -> str:
    return value
