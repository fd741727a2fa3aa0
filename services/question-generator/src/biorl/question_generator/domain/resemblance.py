"""Which texts say nearly the same: MinHash over runs of three words, banded, and every candidate checked exactly.

The parameters detect what the threshold promises: a pair at the threshold shares a band with probability
1 - (1 - threshold^rows)^bands, which is .96 here and grows steeply above. What shares a band by chance falls to the
exact comparison, so nothing below the threshold is ever called alike. MinHash is Broder's (1997), over many texts at
once: there are millions.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SHINGLE = 3
"""Words in a run; a shorter text is one run."""
SEED = 1
PRIME = 4_294_967_311
"""The least above 2^32: x -> (a x + b) mod PRIME shuffles all 32-bit numbers."""
AT_ONCE = 512
"""Texts whose runs are hashed together."""


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
    """For each text that resembles one of the others, the first such. Memory is that of the others."""
    known: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, key in _keyed(others, alike):
        known[key].append(index)
    found: dict[int, int] = {}
    for one, key in _keyed(texts, alike):
        for other in known.get(key, ()):
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
    keys = np.concatenate([np.empty((0, alike.bands), np.uint64), *_band_keys(texts, alike)])
    for band in keys.T:
        order = np.argsort(band, kind="stable")
        starts = np.flatnonzero(np.r_[True, band[order][1:] != band[order][:-1], True])
        for start, end in pairwise(starts.tolist()):
            if end - start > 1:
                yield order[start:end].tolist()


def _keyed(texts: Sequence[str], alike: Alike) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each text's index with each of its bands."""
    index = 0
    for keys in _band_keys(texts, alike):
        for row in keys.tolist():
            yield from ((index, band) for band in enumerate(row))
            index += 1


def _band_keys(texts: Sequence[str], alike: Alike) -> Iterator[NDArray[np.uint64]]:
    """One row a text, one number a band: equal where a band is (and else by the rarest chance)."""
    mix = np.random.default_rng(SEED).integers(1, 2**63, alike.rows, dtype=np.uint64) | np.uint64(1)
    for start in range(0, len(texts), AT_ONCE):
        signatures = _signatures(texts[start : start + AT_ONCE], alike)
        yield (signatures.reshape(-1, alike.bands, alike.rows) * mix).sum(axis=2, dtype=np.uint64)


def _signatures(texts: Sequence[str], alike: Alike) -> NDArray[np.uint64]:
    """One row a text; a text without words resembles nothing."""
    rng = np.random.default_rng(SEED)
    size = alike.bands * alike.rows
    factor, shift = (rng.integers(1, 2**31, size, dtype=np.uint64) for _ in range(2))  # no product is above 2^63
    runs = [shingles(text) or {f"no words: {text}"} for text in texts]
    hashes = np.array([crc32(run.encode()) for some in runs for run in some], dtype=np.uint64)
    starts = np.cumsum([0, *(len(some) for some in runs[:-1])])
    return np.minimum.reduceat((hashes[:, None] * factor + shift) % np.uint64(PRIME), starts, axis=0)
