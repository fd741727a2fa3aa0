"""How alike molecules are to a library of them, for methods that weigh all of it: a kernel.

A quarter of it is the fragments that two molecules share, by kind: circular ones, pairs of atoms, torsions (each the
sum of least counts over the sum of greatest, Tanimoto's coefficient for counts); the rest is how near their descriptors
are. A molecule is 1 to itself. Both are positive definite, so their mean is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.domain.molecule.structure import FRAGMENTS, KINDS, Fragments

Numbers = npt.NDArray[np.float64]
MOST = 8
"""A fragment counts no oftener: a long chain does not drown the rest."""
DESCRIPTORS = 0.75
"""Their share; chosen over held-out training scaffolds, where .5 is as good for answers and 3 % worse for numbers."""
FARTHEST = 3.0
"""Standard deviations from the mean at which descriptors are cut off."""


@dataclass(frozen=True, slots=True)
class Index:
    """Which molecules hold a fragment of one kind."""

    start: npt.NDArray[np.int32]
    """[fragment + 1]: where the entries of a fragment begin."""
    molecule: npt.NDArray[np.int32]
    """[entry]"""
    count: npt.NDArray[np.uint8]
    """[entry], at most MOST."""
    total: npt.NDArray[np.int32]
    """[molecule]: sum of its counts."""

    @classmethod
    def of(cls, held: Sequence[Fragments]) -> Self:
        place = np.concatenate([places for places, _ in held])
        count = np.minimum(np.concatenate([counts for _, counts in held]), MOST)
        molecule = np.repeat(np.arange(len(held)), [len(places) for places, _ in held])
        order = np.argsort(place, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=FRAGMENTS))])
        total = np.bincount(molecule, count, minlength=len(held))
        return cls(
            start.astype(np.int32),
            molecule[order].astype(np.int32),
            count[order].astype(np.uint8),
            total.astype(np.int32),
        )

    def alike(self, asked: Fragments) -> Numbers:
        """[molecule], in [0, 1]; 0 where neither holds any."""
        places, counts = asked[0], np.minimum(asked[1], MOST).astype(np.uint8)
        ends = zip(self.start[places].tolist(), self.start[places + 1].tolist(), strict=True)
        entries = [slice(*each) for each in ends]
        holders = [self.molecule[:0], *(self.molecule[each] for each in entries)]
        least = [self.count[:0], *(np.minimum(self.count[at], most) for at, most in zip(entries, counts, strict=True))]
        both = np.bincount(np.concatenate(holders), np.concatenate(least), minlength=len(self.total))
        return np.asarray(both / np.maximum(self.total + counts.sum(dtype=np.int64) - both, 1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Kinship:
    """To each molecule of a library."""

    kinds: tuple[Index, ...]
    centre: Numbers
    """[descriptor], of logarithms."""
    spread: Numbers
    """[descriptor]; infinite for one that is the same in all molecules."""
    standing: npt.NDArray[np.float32]
    """[molecule, descriptor]: where it stands among the others, in standard deviations."""

    @classmethod
    def of(cls, held: Sequence[tuple[Fragments, ...]], descriptors: npt.NDArray[np.float32]) -> Self:
        """From the fragments of each molecule, by kind, and [molecule, descriptor]."""
        kinds = tuple(Index.of([fragments[kind] for fragments in held]) for kind in range(KINDS))
        values = _logarithms(descriptors)
        spread = values.std(axis=0)
        spread[spread < 1e-6] = np.inf
        centre = values.mean(axis=0)
        return cls(kinds, centre, spread, _standing(values, centre, spread))

    def to(self, fragments: tuple[Fragments, ...], descriptors: npt.NDArray[np.float32]) -> Numbers:
        """[molecule], in [0, 1]: of a molecule with these fragments, by kind, and these descriptors."""
        shared = np.mean([index.alike(asked) for index, asked in zip(self.kinds, fragments, strict=True)], axis=0)
        near = self._near(descriptors)
        return np.asarray((1 - DESCRIPTORS) * shared + DESCRIPTORS * near, dtype=np.float64)

    def _near(self, descriptors: npt.NDArray[np.float32]) -> Numbers:
        """exp(-d2 / 2), where d2 is the mean square over the descriptors that differ at all."""
        asked = _standing(_logarithms(descriptors), self.centre, self.spread)
        squares = ((self.standing - asked) ** 2).sum(axis=1, dtype=np.float64)
        return np.asarray(np.exp(-squares / max(np.isfinite(self.spread).sum(), 1) / 2), dtype=np.float64)

    def arrays(self) -> dict[str, Array]:
        own: dict[str, Array] = {"centre": self.centre, "spread": self.spread, "standing": self.standing}
        for kind, index in enumerate(self.kinds):
            own |= {f"{kind}.{name}": getattr(index, name) for name in _INDEX}
        return own

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str) -> Self:
        kinds = tuple(Index(*(arrays[f"{prefix}{kind}.{name}"] for name in _INDEX)) for kind in range(KINDS))
        return cls(kinds, *(arrays[f"{prefix}{name}"] for name in ("centre", "spread", "standing")))


_INDEX = ("start", "molecule", "count", "total")


def _logarithms(descriptors: npt.NDArray[np.float32]) -> Numbers:
    """Signed: descriptors are sizes and counts, many with long tails."""
    values = descriptors.astype(np.float64)
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)), dtype=np.float64)


def _standing(values: Numbers, centre: Numbers, spread: Numbers) -> npt.NDArray[np.float32]:
    scaled: Any = np.clip((values - centre) / spread, -FARTHEST, FARTHEST)
    return np.asarray(scaled, dtype=np.float32)
