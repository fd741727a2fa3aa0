"""CHOICE: one of the options, by its label ("B", "(b)", "B.") or by exactly its text. Never two, never none."""

import re
from collections.abc import Sequence

from biorl.answers.checker import InvalidSpecError, Unreadable
from biorl.answers.folding import folded, plain
from biorl.answers.spec import AnswerSpec, Option

_LABELLED = re.compile(r"^[(\[{]?\s*(?P<label>[^\s()\[\]{}.:]+)\s*[)\]}.:]*\s*(?P<text>.*)$", re.DOTALL)
_BETWEEN = re.compile(r"\s*(?:[,;/&|+]|\band\b|\bor\b|\s)\s*", re.IGNORECASE)


def read(spec: AnswerSpec, text: str) -> str:
    """Label of the chosen option."""
    if not spec.options:
        msg = "a choice needs options"
        raise InvalidSpecError(msg)
    wanted = folded(text)
    if not wanted:
        raise Unreadable("empty_answer")
    by_text = [option.label for option in spec.options if wanted in {folded(option.text), folded(option.label)}]
    chosen = by_text or _labelled(spec.options, plain(text).strip("\"'*_ "))
    if len(set(chosen)) != 1:
        raise Unreadable("several_options" if chosen or _names_several(spec.options, text) else "not_an_option")
    return chosen[0]


def _labelled(options: Sequence[Option], text: str) -> list[str]:
    """ "(B)", "B.", "B) its exact text"; the text must be that of the label."""
    found = _LABELLED.match(text)
    if not found:
        return []
    label, rest = found["label"].casefold(), folded(found["text"])
    of_label = [option for option in options if option.label.casefold() == label]
    return [option.label for option in of_label if not rest or rest == folded(option.text) != label]


def _names_several(options: Sequence[Option], text: str) -> bool:
    words = {word.casefold().strip("().[]:") for word in _BETWEEN.split(plain(text))}
    return sum(option.label.casefold() in words for option in options) > 1


def difference(_spec: AnswerSpec, gold: str, answer: str) -> str:
    return "" if gold == answer else "wrong_option"


def write(value: str) -> str:
    return value
