"""SEQUENCE: DNA, RNA or protein, letter by letter in order; white space and case do not count.

The reverse complement is right only where the spec says so. Ambiguity codes match only themselves.
"""

import re

from biorl.answers.checker import InvalidSpecError, Unreadable
from biorl.answers.folding import plain
from biorl.answers.spec import AnswerSpec

ALPHABETS = {
    "dna": frozenset("ACGTRYSWKMBDHVN"),
    "rna": frozenset("ACGURYSWKMBDHVN"),
    "protein": frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ*"),
}
_COMPLEMENT = {
    "dna": str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN"),
    "rna": str.maketrans("ACGURYSWKMBDHVN", "UGCAYRSWMKVHDBN"),
}
_ENDS = re.compile(r"^5'-?|-?3'$")


def read(spec: AnswerSpec, text: str) -> str:
    """The letters, upper case."""
    if spec.namespace not in ALPHABETS:
        msg = f"a sequence is dna, rna or protein, not {spec.namespace!r}"
        raise InvalidSpecError(msg)
    letters = _ENDS.sub("", plain(text).replace(" ", "")).upper()
    if not letters:
        raise Unreadable("empty_answer")
    if not ALPHABETS[spec.namespace].issuperset(letters):
        raise Unreadable("wrong_alphabet")
    return letters


def difference(spec: AnswerSpec, gold: str, answer: str) -> str:
    if gold == answer:
        return ""
    if answer == reverse_complement(gold, spec.namespace):
        return "" if spec.either_strand else "other_strand"
    return "wrong_sequence"


def reverse_complement(letters: str, alphabet: str) -> str:
    """The other strand, 5' to 3'; empty for a protein."""
    return letters.translate(_COMPLEMENT[alphabet])[::-1] if alphabet in _COMPLEMENT else ""


def write(value: str) -> str:
    return value
