"""The field that a text speaks of, by a classifier that was trained on papers whose headings name theirs.

It sees hashed words, weighed by how rare they are, and the share of each field in what the word list finds. It knows
how sure it is, and below its threshold it says nothing. `training` makes one.
"""

import re
from collections import Counter
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from biorl.question_generator.domain.topics.fields import counts_of_fields

NUM_WORDS = 2**13
"""Words fall into so many columns; two that share one are one word to it."""
WEIGHT_OF_LIST = 2.0
"""Of the word list's shares, beside words of length 1 in all."""
_WORD = re.compile(r"[^\W\d_][\w-]{2,}")

Floats = NDArray[np.float32]


def word_counts(text: str) -> Floats:
    """[NUM_WORDS] logarithms of counts: a word said ten times is not ten words."""
    counts = np.zeros(NUM_WORDS, dtype=np.float32)
    for word, count in Counter(_WORD.findall(text.casefold())).items():
        counts[crc32(word.encode()) % NUM_WORDS] += count
    return np.log1p(counts)


def features(text: str, rarity: Floats) -> Floats:
    """[NUM_WORDS + fields of the list] what the classifier sees; `rarity` is [NUM_WORDS]."""
    words = word_counts(text) * rarity
    length = float(np.linalg.norm(words))
    said = np.array(list(counts_of_fields([text]).values()), dtype=np.float32)
    shares = WEIGHT_OF_LIST * said / max(float(said.sum()), 1.0)
    return np.concatenate([words / length if length else words, shares]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class FieldReader:
    """Text in, field out."""

    fields: tuple[str, ...]
    rarity: Floats
    """[NUM_WORDS]"""
    weights: Floats
    """[features, fields]"""
    bias: Floats
    """[fields]"""
    threshold: float
    """Probability below which it says nothing."""
    accuracy: float
    """Of papers that it did not learn from and names a field of, the share that it names right."""

    def field_of(self, text: str) -> str:
        """Empty when it is not sure."""
        scores = features(text, self.rarity) @ self.weights + self.bias
        chances = np.exp(scores - scores.max())
        best = int(chances.argmax())
        return self.fields[best] if chances[best] / chances.sum() >= self.threshold else ""
