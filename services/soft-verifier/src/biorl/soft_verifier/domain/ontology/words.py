"""Text as stems: "mitochondrial translation" and "translation in mitochondria" share their words.

Endings are stripped by a short list, not by a dictionary: what counts is that both sides are treated alike.
"""

import re

MAX_TEXT = 20_000
"""Characters of a rationale that are read; a longer one is cut."""
SHORTEST = 4
_WORD = re.compile(r"[A-Za-z0-9]+(?:[-'][A-Za-z0-9]+)*")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_ENDINGS = (
    *("ational", "ically", "ation", "ional", "ally", "ing", "ion", "ial"),
    *("ia", "ed", "al", "ic", "es", "e", "s", "a", "y"),
)
NOTHING = frozenset({"of", "the", "a", "an", "in", "to", "and", "or", "by", "for", "via", "from", "with", "on", "at"})


def sentences(text: str) -> list[str]:
    """Linear in the length of the text."""
    return [part for part in _SENTENCE.split(text[:MAX_TEXT]) if part.strip()]


def words(text: str) -> list[str]:
    """As they are written; hyphenated words are one, and gene symbols such as HLA-A stay whole."""
    return _WORD.findall(text)


def stem(word: str) -> str:
    """ "ribosomal", "ribosome" and "ribosomes" are one stem."""
    found = word.lower()
    while (shorter := _shortened(found)) != found:
        found = shorter
    return found


def _shortened(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word[: -len(ending)]
    return word


def stems(text: str) -> list[str]:
    """Stems of the words that say something, hyphenated words apart."""
    parts = (part for word in words(text) for part in word.split("-"))
    return [stem(part) for part in parts if part.lower() not in NOTHING]
