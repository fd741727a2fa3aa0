"""Least squares on the likeness of molecules (kernel ridge regression), in parts like a forest.

A part has not seen one fold of the training molecules, and judges it; the parts together judge a new molecule. Of yes
and no both weigh the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve

from biorl.soft_verifier.domain.belief import Array

Numbers = npt.NDArray[np.float64]
NOISE = 0.03
"""Chosen over held-out training scaffolds; .1 is as good for answers and 1 % worse for numbers."""


@dataclass(frozen=True, slots=True)
class Ridge:
    coefficient: Numbers
    """[fold, train]: of the part that has not seen the fold; 0 for its molecules."""
    offset: Numbers
    """[fold]"""

    @classmethod
    def fit(cls, likeness: Numbers, target: Numbers, fold: npt.NDArray[np.int8], *, yes_or_no: bool) -> Self:
        """From [train, train], [train] and [train]."""
        folds = int(fold.max()) + 1
        coefficient, offset = np.zeros((folds, len(target))), np.zeros(folds)
        for part in range(folds):
            known = np.flatnonzero(fold != part)
            offset[part] = 0.5 if yes_or_no else target[known].mean()
            noise = _noise(target[known], yes_or_no=yes_or_no)
            system = likeness[np.ix_(known, known)] + np.diag(noise)
            coefficient[part, known] = solve(system, target[known] - offset[part], assume_a="pos", overwrite_a=True)
        return cls(coefficient, offset)

    def unseen(self, likeness: Numbers, fold: npt.NDArray[np.int8]) -> Numbers:
        """[train]: what is said of each training molecule by the part that has not seen it."""
        said = np.einsum("rt,rt->r", likeness, self.coefficient[fold]) + self.offset[fold]
        return np.asarray(said, dtype=np.float64)

    def value(self, alike: Numbers, fold: int | None) -> float:
        """Of one molecule, from its likeness [train]; `fold` is that of a training molecule."""
        if fold is not None:
            return float(alike @ self.coefficient[fold] + self.offset[fold])
        return float(alike @ self.coefficient.mean(axis=0) + self.offset.mean())

    def arrays(self) -> dict[str, Array]:
        return {"coefficient": self.coefficient, "offset": self.offset}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str) -> Self:
        return cls(arrays[f"{prefix}coefficient"], arrays[f"{prefix}offset"])


def _noise(target: Numbers, *, yes_or_no: bool) -> Numbers:
    """[train]: a label of the rarer answer counts for more, so it has less."""
    if not yes_or_no:
        return np.full(len(target), NOISE)
    share = np.where(target > 0.5, target.mean(), 1 - target.mean())
    return np.asarray(NOISE * 2 * share, dtype=np.float64)
