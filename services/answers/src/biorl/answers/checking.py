"""Compares an answer with gold by the one checker of its type.

    check(AnswerSpec(AnswerType.NUMBER, "24", unit="h", relative_tolerance=0.01), "1 day").correct  # True

Who may see gold is not decided here: a sealed spec (gold None) is read, but nothing is judged. Answers are hostile:
whatever they say, these functions return. An unusable spec raises InvalidSpecError; writers call `require_sound` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from biorl.answers.checker import Checker, InvalidSpecError, Unreadable
from biorl.answers.checkers import (
    chemical,
    choice,
    direction,
    gene,
    number,
    ontology_term,
    organism,
    sequence,
    several,
    short_text,
)
from biorl.answers.extraction import MAX_ANSWER
from biorl.answers.spec import AnswerSpec, AnswerType

CHECKERS: Mapping[AnswerType, Checker[Any]] = {
    AnswerType.CHOICE: choice,
    AnswerType.NUMBER: number,
    AnswerType.DIRECTION: direction,
    AnswerType.GENE: gene,
    AnswerType.CHEMICAL: chemical,
    AnswerType.ONTOLOGY_TERM: ontology_term,
    AnswerType.ORGANISM: organism,
    AnswerType.SEQUENCE: sequence,
    AnswerType.SET: several,
    AnswerType.SHORT_TEXT: short_text,
}


@dataclass(frozen=True, slots=True)
class Check:
    """What became of one answer."""

    correct: bool | None
    """None exactly when the spec has no gold (sealed, or not known)."""
    reason: str
    """Snake-case code of why it is not right; `no_gold` when nothing was judged; empty when it is right."""
    canonical: str
    """The answer in the canonical form of its type; empty when it could not be read."""


def check(spec: AnswerSpec, answer: str) -> Check:
    """Whether `answer` is right. Raises InvalidSpecError for a spec that nothing can be checked against."""
    checker = CHECKERS[spec.type]
    try:
        value = _read(spec, answer)
    except Unreadable as unreadable:
        return Check(None if spec.gold is None else False, unreadable.reason, "")
    written = checker.write(value)
    if spec.gold is None:
        return Check(None, "no_gold", written)
    differences = [checker.difference(spec, gold, value) for gold in _right_values(spec)]
    if "" in differences:
        return Check(True, "", written)
    return Check(False, differences[0], written)


def canonical(spec: AnswerSpec, answer: str) -> str | None:
    """The answer in its canonical form; None when it cannot be read as its type."""
    try:
        return CHECKERS[spec.type].write(_read(spec, answer))
    except Unreadable:
        return None


def choice_of(spec: AnswerSpec, answer: str) -> str | None:
    """Label of the option that was chosen; None when the answer is not exactly one option. Needs no gold."""
    if spec.type is not AnswerType.CHOICE:
        msg = f"{spec.type} has no options"
        raise InvalidSpecError(msg)
    return canonical(spec, answer)


def require_sound(spec: AnswerSpec) -> None:
    """Raises InvalidSpecError unless gold and every accepted form can be read as the type. For writers of questions."""
    _right_values(spec)


def _read(spec: AnswerSpec, answer: str) -> Any:
    if len(answer) > MAX_ANSWER:
        raise Unreadable("answer_too_long")
    return CHECKERS[spec.type].read(spec, answer)


def _right_values(spec: AnswerSpec) -> list[Any]:
    """Gold and every other accepted form, read by the checker itself."""
    texts = [text for text in (spec.gold, *spec.accepted) if text is not None]
    try:
        return [CHECKERS[spec.type].read(spec, text) for text in texts]
    except Unreadable as unreadable:
        msg = f"gold of type {spec.type} cannot be read: {unreadable.reason}"
        raise InvalidSpecError(msg) from unreadable
