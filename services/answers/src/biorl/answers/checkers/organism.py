"""ORGANISM: a species by the names that the spec lists, or its NCBI taxon CURIE where the spec lists that.

"E. coli" is right only where the spec accepts it: a genus letter alone is ambiguous.
"""

from biorl.answers.checker import Unreadable
from biorl.answers.folding import folded
from biorl.answers.spec import AnswerSpec


def read(_spec: AnswerSpec, text: str) -> str:
    """The folded name."""
    name = folded(text)
    if not any(char.isalpha() for char in name):
        raise Unreadable("not_an_organism")
    return name


def difference(_spec: AnswerSpec, gold: str, answer: str) -> str:
    return "" if gold == answer else "wrong_organism"


def write(value: str) -> str:
    return value
