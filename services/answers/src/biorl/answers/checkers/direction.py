"""DIRECTION: increase, decrease or no change, from a closed list of words. "Not increased" is none of them."""

from biorl.answers.checker import Unreadable
from biorl.answers.folding import folded
from biorl.answers.spec import AnswerSpec

_WORDS = {
    "increase": "increase increases increased increasing up upregulated upregulation higher rise rises rose risen "
    "elevated raised enhanced ↑ +",
    "decrease": "decrease decreases decreased decreasing down downregulated downregulation lower fall falls fell "
    "fallen reduced reduction lowered diminished ↓ -",
    "no_change": "unchanged same stable no_change",
}
_PHRASES = {
    "up regulated": "increase",
    "up regulation": "increase",
    "down regulated": "decrease",
    "down regulation": "decrease",
    "no change": "no_change",
    "not changed": "no_change",
    "no effect": "no_change",
}
DIRECTIONS = {word: direction for direction, words in _WORDS.items() for word in words.split()} | _PHRASES
"""Every accepted word or phrase, folded, with the direction that it says."""


def read(_spec: AnswerSpec, text: str) -> str:
    """`increase`, `decrease` or `no_change`."""
    direction = DIRECTIONS.get(folded(text))
    if direction is None:
        raise Unreadable("not_a_direction")
    return direction


def difference(_spec: AnswerSpec, gold: str, answer: str) -> str:
    return "" if gold == answer else "wrong_direction"


def write(value: str) -> str:
    return value
