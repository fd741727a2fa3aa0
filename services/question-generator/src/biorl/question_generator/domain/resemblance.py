"""Which texts say nearly the same: MinHash over runs of three words, banded, and every candidate checked exactly.

The parameters detect what the threshold promises: a pair at the threshold shares a band with probability
1 - (1 - threshold^rows)^bands, which is .96 here and grows steeply above. What shares a band by chance falls to the
exact comparison, so nothing below the threshold is ever called alike. MinHash is Broder's (1997), by datasketch.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

SHINGLE = 3
"""Words in a run; a shorter text is one run."""
SEED = 1


@dataclass(frozen=True, slots=True)
class Alike:
    """When two texts count as near duplicates."""

    threshold: float = 0.6
    """Jaccard similarity of their runs of words, 0 to 1."""
    bands: int = 24
    rows: int = 4

    def detection(self, similarity: float) -> float:
        """Probability that a pair of this similarity is compared at all."""
        return 1.0 - (1.0 - similarity**self.rows) ** self.bands


def words_of(text: str) -> list[str]:
    """Lower case, without punctuation."""
    return re.findall(r"\w+", text.casefold())


def shingles(text: str) -> frozenset[str]:
    """Runs of `SHINGLE` words; empty for a text without words."""
    words = words_of(text)
    last = max(1, len(words) - SHINGLE + 1)
    return frozenset(" ".join(words[start : start + SHINGLE]) for start in range(last)) if words else frozenset()


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """0 when both are empty."""
    return len(one & other) / len(one | other) if one or other else 0.0


def near_duplicates(texts: Sequence[str], alike: Alike) -> dict[int, int]:
    """For each text that resembles an earlier one, which. An earlier one that is a duplicate itself is not named."""
    pairs = sorted({pair for group in _groups(texts, alike) for pair in _pairs(group)}, key=lambda pair: pair[::-1])
    first: dict[int, int] = {}
    for earlier, later in pairs:
        known = first.get(earlier, earlier)
        if later not in first and _resemble(texts[known], texts[later], alike):
            first[later] = known
    return first


def matches(texts: Sequence[str], others: Sequence[str], alike: Alike) -> dict[int, int]:
    """For each text that resembles one of the others, the first such."""
    found: dict[int, int] = {}
    for group in _groups([*texts, *others], alike):
        ours = [index for index in group if index < len(texts)]
        theirs = [index - len(texts) for index in group if index >= len(texts)]
        for one in ours:
            for other in theirs:
                if other < found.get(one, len(others)) and _resemble(texts[one], others[other], alike):
                    found[one] = other
    return found


def _resemble(one: str, other: str, alike: Alike) -> bool:
    return jaccard(shingles(one), shingles(other)) >= alike.threshold


def _pairs(group: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each with the first of its group and with the one before it: linear where boilerplate fills a group."""
    yield from pairwise(group)
    yield from ((group[0], later) for later in group[1:])


def _groups(texts: Sequence[str], alike: Alike) -> Iterator[list[int]]:
    """Indices that share a band, ascending."""
    signatures = _signatures(texts, alike)
    for band in range(alike.bands):
        rows = np.ascontiguousarray(signatures[:, band * alike.rows : (band + 1) * alike.rows])
        keys = rows.view([("", rows.dtype)] * alike.rows).ravel()
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1], True])
        for start, end in pairwise(starts.tolist()):
            if end - start > 1:
                yield order[start:end].tolist()


def _signatures(texts: Sequence[str], alike: Alike) -> NDArray[np.uint64]:
    """One row a text; a text without words resembles nothing."""
    size = alike.bands * alike.rows
    signatures = np.empty((len(texts), size), dtype=np.uint64)
    runs = ([run.encode() for run in sorted(shingles(text)) or [f"no words {n}"]] for n, text in enumerate(texts))
    for index, signature in enumerate(MinHash.generator(runs, num_perm=size, seed=SEED)):
        signatures[index] = signature.hashvalues
    return signatures
