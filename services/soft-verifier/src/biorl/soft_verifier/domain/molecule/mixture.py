"""What a forest and least squares on likeness say together of one property.

They err on different molecules, so their mean is better than either; both are asked in the same way, by the parts that
have not seen a molecule's fold. Likeness needs every pair of training molecules, so beyond LARGEST of them the forest
is alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.domain.calibration import logit
from biorl.soft_verifier.domain.molecule.forest import Forest, Matrix, grow
from biorl.soft_verifier.domain.molecule.ridge import Ridge

Numbers = npt.NDArray[np.float64]
TREES = 200
"""Of each fold: 1000 judge a new molecule, in two milliseconds. Cross-validated over scaffolds 40 are a little worse
than 100, and those than 200."""
TREES_OF_MANY = 100
"""Of each fold where there are more than LARGEST molecules: their trees are large, and HIV's take nine minutes."""
LARGEST = 4000
"""Training molecules: some 300 MB and a minute."""


@dataclass(frozen=True, slots=True)
class Mixture:
    forest: Forest
    ridge: Ridge | None
    centre: Numbers
    """[2]: what forest and ridge say is taken relative to it,"""
    spread: Numbers
    """[2], and in units of this; then both are added."""
    yes_or_no: bool

    def judge(self, features: Matrix, alike: Numbers | None, fold: int | None) -> tuple[float, float]:
        """(score, variance) of one molecule, from its features and its likeness to those of training.

        The score of a number is its expectation, in its unit; that of an answer grows with its probability. The
        variance is that between trees, and between them and the ridge. `fold` is that of a training molecule.
        """
        trees = None if fold is None else self.forest.without(fold)
        votes = self.forest.votes(features[None, :], trees)
        said = None if self.ridge is None or alike is None else np.array([self.ridge.value(alike, fold)])
        score, variance = self._together(votes, said)
        return float(score[0]), float(variance[0])

    def unseen(self, features: Matrix, likeness: Numbers | None, fold: npt.NDArray[np.int8]) -> tuple[Numbers, Numbers]:
        """(score, variance) [train] of training molecules, each by what has not seen it."""
        votes = _unseen_votes(self.forest, features, fold)
        said = None if self.ridge is None or likeness is None else self.ridge.unseen(likeness, fold)
        return self._together(votes, said)

    def _together(self, votes: Matrix, said: Numbers | None) -> tuple[Numbers, Numbers]:
        """From votes [row, tree] and what the ridge says [row]."""
        share, variance = votes.mean(axis=1, dtype=np.float64), votes.var(axis=1, dtype=np.float64)
        if said is None:
            return logit(share) if self.yes_or_no else share, variance
        both = (np.stack([share, said], axis=1) - self.centre) / self.spread
        return both.sum(axis=1), variance + ((share - said) / 2) ** 2

    def arrays(self) -> dict[str, Array]:
        own: dict[str, Array] = {"mixture_centre": self.centre, "mixture_spread": self.spread} | self.forest.arrays()
        return own | (self.ridge.arrays() if self.ridge else {})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str, *, yes_or_no: bool) -> Self:
        ridge = Ridge.from_arrays(arrays, prefix) if f"{prefix}coefficient" in arrays else None
        centre, spread = (arrays[f"{prefix}mixture_{name}"] for name in ("centre", "spread"))
        return cls(Forest.from_arrays(arrays, prefix), ridge, centre, spread, yes_or_no)


def fit_mixture(
    features: Matrix, likeness: Numbers | None, target: Numbers, fold: npt.NDArray[np.int8], *, yes_or_no: bool
) -> Mixture:
    """From [row, feature], [row, row] or nothing, [row] and [row]."""
    trees = TREES_OF_MANY if likeness is None else TREES
    forest = grow(features, target, fold, yes_or_no=yes_or_no, trees=trees)
    if likeness is None:
        return Mixture(forest, None, np.zeros(2), np.ones(2), yes_or_no)
    ridge = Ridge.fit(likeness, target, fold, yes_or_no=yes_or_no)
    if not yes_or_no:
        return Mixture(forest, ridge, np.zeros(2), np.full(2, 2.0), yes_or_no)
    share = _unseen_votes(forest, features, fold).mean(axis=1, dtype=np.float64)
    both = np.array([share, ridge.unseen(likeness, fold)])
    return Mixture(forest, ridge, both.mean(axis=1), np.maximum(both.std(axis=1), 1e-6), yes_or_no)


def _unseen_votes(forest: Forest, features: Matrix, fold: npt.NDArray[np.int8]) -> Matrix:
    """[row, tree] of the trees that have not seen the row."""
    parts = range(int(fold.max()) + 1)
    votes = np.empty((len(fold), len(forest.root) // len(parts)), dtype=np.float32)
    for part in parts:
        rows = fold == part
        votes[rows] = forest.votes(features[rows], forest.without(part))
    return votes
