"""Finds names of terms in a text: the longest name that fits, each word of the text used once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from biorl.soft_verifier.domain.ontology.words import stems

MOST_WORDS = 12
"""Longer names are not looked for: nobody writes them out."""

HEADS = frozenset(stems("complex activity process pathway"))
"""Last words that people leave out: "the proteasome", "protein kinase"."""


@dataclass(frozen=True, slots=True)
class TermNames:
    """Names as stems, by their first one."""

    by_stems: Mapping[tuple[str, ...], int]
    longest: Mapping[str, int]
    """From a first stem to the number of stems of the longest name that begins so."""

    @classmethod
    def of(cls, names: Sequence[str]) -> "TermNames":
        """Terms are places in `names`; of equal names the first counts."""
        by_stems: dict[tuple[str, ...], int] = {}
        longest: dict[str, int] = {}
        whole = [tuple(stems(name)) for name in names]
        for keys in (whole, [_without_head(key) for key in whole]):
            for place, key in enumerate(keys):
                if 0 < len(key) <= MOST_WORDS:
                    by_stems.setdefault(key, place)
                    longest[key[0]] = max(longest.get(key[0], 0), len(key))
        return cls(by_stems, longest)

    def find(self, text: Sequence[str]) -> list[tuple[int, int]]:
        """(position, term) of each name in a text of stems."""
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(text):
            length, term = self._at(text, at)
            if term >= 0:
                found.append((at, term))
            at += max(length, 1)
        return found

    def _at(self, text: Sequence[str], at: int) -> tuple[int, int]:
        for length in range(min(self.longest.get(text[at], 0), len(text) - at), 0, -1):
            term = self.by_stems.get(tuple(text[at : at + length]), -1)
            if term >= 0:
                return length, term
        return 1, -1


def _without_head(key: tuple[str, ...]) -> tuple[str, ...]:
    """ "proteasome complex" without its last word; names that end otherwise, empty."""
    return key[:-1] if len(key) > 1 and key[-1] in HEADS else ()
