"""Which questions mean the same in other words: embeddings by a language model, compared by cosine.

Only questions with the same answer are compared: "TP53 rose 2-fold" and "TP53 rose 3-fold" lie close together and are
two findings. Each is compared with every earlier one that stays, exactly, block against block: never more than two
blocks of vectors are in memory. What shares its answer with no other question is never embedded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One row a text, of length 1, or 0 for a text that has none."""
Embed = Callable[[Sequence[str]], Vectors]
"""Vectors of texts, in their order. Texts that were embedded before cost nothing."""
BLOCK = 2048


@dataclass(frozen=True, slots=True)
class SameMeaning:
    """When two questions with the same answer count as the same."""

    embed: Embed
    threshold: float = 0.9
    """Cosine of their vectors, 0 to 1."""


def same_in_meaning(
    texts: Sequence[str], answers: Sequence[str], rules: SameMeaning, block: int = BLOCK
) -> dict[int, int]:
    """For each text that means what an earlier one with the same answer means, which. One that goes is not named."""
    groups = _groups(answers)
    in_doubt = sorted({texts[index] for group in groups for index in group})
    for start in range(0, len(in_doubt), block):  # in large requests; what follows asks from memory
        rules.embed(in_doubt[start : start + block])
    return {
        group[later]: group[earlier]
        for group in groups
        for later, earlier in _alike([texts[index] for index in group], rules, block)
    }


def _groups(answers: Sequence[str]) -> list[list[int]]:
    """Indices with the same answer, ascending, where there are several."""
    by_answer: dict[str, list[int]] = {}
    for index, answer in enumerate(answers):
        by_answer.setdefault(answer, []).append(index)
    return [group for group in by_answer.values() if len(group) > 1]


def _alike(texts: Sequence[str], rules: SameMeaning, block: int) -> Iterator[tuple[int, int]]:
    """(later, earlier) for each text that resembles one that stays: the one that it resembles most."""
    stays = np.ones(len(texts), dtype=bool)
    for start in range(0, len(texts), block):
        ours = rules.embed(texts[start : start + block])
        nearest, which = _nearest_before(ours, texts[:start], stays, rules, block)
        inside = np.tril(ours @ ours.T, -1)
        for row, cosines in enumerate(inside):
            near = cosines * stays[start : start + len(ours)]
            best = int(near.argmax())
            cosine, earlier = (near[best], start + best) if near[best] > nearest[row] else (nearest[row], which[row])
            if cosine >= rules.threshold:
                stays[start + row] = False
                yield start + row, int(earlier)


def _nearest_before(
    ours: Vectors, texts: Sequence[str], stays: NDArray[np.bool_], rules: SameMeaning, block: int
) -> tuple[Vectors, NDArray[np.int64]]:
    """For each of our vectors the cosine with the nearest of the texts that stay, and which; 0 when none is near."""
    nearest, which = np.zeros(len(ours), dtype=np.float32), np.zeros(len(ours), dtype=np.int64)
    for start in range(0, len(texts), block):
        theirs = rules.embed(texts[start : start + block])
        cosines = (ours @ theirs.T) * stays[start : start + len(theirs)]
        best = cosines.argmax(axis=1)
        value = cosines[np.arange(len(ours)), best]
        nearer = value > nearest
        nearest[nearer], which[nearer] = value[nearer], start + best[nearer]
    return nearest, which
