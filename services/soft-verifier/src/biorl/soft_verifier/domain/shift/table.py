"""Measured shifts of one context as a table of perturbations and readouts, in units of each readout's own spread.

A shift is a log2 fold change against control. What a readout does on average over perturbations, its mean shift, is
taken out: it says nothing of any one of them. Shapes: P perturbations, R readouts; NaN where nothing was measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.effects import Measurements, is_own_readout

Floats = npt.NDArray[np.float64]

PSEUDO_COUNTS = 5.0
"""Weight, in perturbations, of a typical readout's spread in each readout's own; of no shift in its mean shift."""
MOST_SPREADS = 8.0
"""Beyond this many spreads a shift says "far" and no more."""
LEAST_SPREAD = 1e-3


@dataclass(frozen=True, slots=True)
class ShiftTable:
    perturbations: tuple[str, ...]
    readouts: tuple[str, ...]
    shift: Floats
    """[P, R], log2 fold change."""

    def rows(self, kept: npt.NDArray[np.bool_]) -> "ShiftTable":
        names = tuple(name for name, keep in zip(self.perturbations, kept, strict=True) if keep)
        return ShiftTable(names, self.readouts, self.shift[kept])


@dataclass(frozen=True, slots=True)
class Spread:
    """What is usual for each readout over some perturbations."""

    mean: Floats
    """[R]: mean shift."""
    scale: Floats
    """[R]: standard deviation of the shift, above 0."""

    def standardised(self, shift: Floats) -> Floats:
        """[..., R]: in spreads from the mean; 0, "as usual", where nothing was measured."""
        return np.clip(np.nan_to_num((shift - self.mean) / self.scale), -MOST_SPREADS, MOST_SPREADS)

    @property
    def usual(self) -> Floats:
        """[R]: the mean shift in spreads."""
        return self.mean / self.scale


def shift_table(parts: Sequence[Measurements]) -> ShiftTable:
    """Of one context's measurements; a pair of two outcomes has one shift.

    How far a perturbed gene itself moved is the intervention, and no measurement.
    """
    perturbations = tuple(sorted({name for part in parts for name in part.perturbations}))
    readouts = tuple(sorted({name for part in parts for name in part.readouts}))
    total = np.zeros((len(perturbations), len(readouts)))
    count = np.zeros_like(total)
    row_of = {name: row for row, name in enumerate(perturbations)}
    column_of = {name: column for column, name in enumerate(readouts)}
    for part in parts:
        rows = np.array([row_of[name] for name in part.perturbations], dtype=np.int64)[part.perturbation]
        columns = np.array([column_of[name] for name in part.readouts], dtype=np.int64)[part.readout]
        known = np.isfinite(part.shift) & ~is_own_readout(part)
        np.add.at(total, (rows[known], columns[known]), part.shift[known])
        np.add.at(count, (rows[known], columns[known]), 1)
    with np.errstate(invalid="ignore"):
        return ShiftTable(perturbations, readouts, np.where(count > 0, total / count, np.nan))


def fit_spread(shift: Floats) -> Spread:
    """From shifts [P, R]; readouts that few perturbations measured lean on the others."""
    known = np.isfinite(shift)
    count = known.sum(axis=0)
    mean = np.where(known, shift, 0).sum(axis=0) / (count + PSEUDO_COUNTS)
    squares = np.where(known, (shift - mean) ** 2, 0).sum(axis=0)
    typical = float(np.median((squares / np.maximum(count, 1))[count > 0])) if known.any() else 1.0
    variance = (squares + PSEUDO_COUNTS * typical) / (count + PSEUDO_COUNTS)
    return Spread(mean, np.maximum(np.sqrt(variance), LEAST_SPREAD))
