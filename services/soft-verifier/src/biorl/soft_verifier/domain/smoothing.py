"""Kernel smoothing of residuals: a gene's knock-down does what the knock-downs of genes like it did.

For each readout gene, m is its share of positive train labels, shrunk to the base rate. The residual of a label,
(y - m) / sqrt(m (1 - m)), is what the readout gene's own rate does not explain. A perturbation's score is the mean
residual of the perturbations that were observed with the readout, weighted by likeness, shrunk towards 0; added to it
is half of its projection onto the strongest directions in which readouts move together, which lets readouts that
respond alike lend each other evidence.

Shapes: P train perturbations, R readouts, Q queried perturbations, D directions, n pairs.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Sparse: TypeAlias = "sp.csr_array[Any, tuple[int, int]]"

PSEUDO_COUNTS = 5.0
"""Weight of the base rate in a readout's own rate, in observations."""
SHRINKAGE = 0.1
"""Likeness that stands against the evidence: with so much of it, a score is half of what was seen."""
DIRECTIONS = 20
LOW_RANK_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Smoother:
    """Fitted on some train perturbations; applied to any perturbation by its likeness to them."""

    rates: Floats
    """[R]: shrunk share of positive labels."""
    residual: Sparse
    """[P, R]: 0 where not observed."""
    observed: Sparse
    """[P, R]: 1 where observed."""
    directions: Floats
    """[D, R]: orthonormal rows."""

    def scores(self, likeness: Sparse) -> tuple[Floats, Floats]:
        """From likeness [Q, P]: score [Q, R] in units of residuals, and kernel mass [Q, R], the likeness behind it."""
        smooth, mass = smoothed(likeness, self.residual, self.observed)
        shared = np.float32(LOW_RANK_WEIGHT) * ((smooth @ self.directions.T) @ self.directions)
        return (smooth + shared).astype(np.float32, copy=False), mass

    def together(self, likeness: Sparse) -> Floats:
        """From likeness [Q, P]: how far each query goes along the directions [Q, D]."""
        smooth, _ = smoothed(likeness, self.residual, self.observed)
        along: Floats = smooth @ self.directions.T
        return along


def fit_rates(readout: npt.NDArray[np.integer[Any]], label: npt.NDArray[np.bool_], num_readouts: int) -> Floats:
    """Shrunk share of positive labels of each readout [R]; the base rate for a readout without labels."""
    base_rate = float(label.mean()) if len(label) else 0.5
    count = np.bincount(readout, minlength=num_readouts)
    positive = np.bincount(readout, weights=label, minlength=num_readouts)
    rates: Floats = ((positive + PSEUDO_COUNTS * base_rate) / (count + PSEUDO_COUNTS)).astype(np.float32)
    return np.clip(rates, np.float32(1e-4), np.float32(1 - 1e-4))


def residuals(labels: Sparse, rates: Floats) -> Sparse:
    """`labels` holds +1 for a positive and -1 for a negative label, 0 where nothing was observed."""
    rate = rates[labels.indices].astype(np.float64)
    values = ((labels.data > 0) - rate) / np.sqrt(rate * (1 - rate))
    return sp.csr_array((values.astype(np.float32), labels.indices, labels.indptr), shape=labels.shape)


def fit_smoother(labels: Sparse, likeness: Sparse) -> Smoother:
    """From the labels of train perturbations and their likeness to each other."""
    rates = fit_rates(labels.indices, labels.data > 0, labels.shape[1])
    residual = residuals(labels, rates)
    ones = np.ones(labels.nnz, dtype=np.float32)
    observed = sp.csr_array((ones, labels.indices, labels.indptr), shape=labels.shape)
    smooth, _ = smoothed(likeness, residual, observed)
    return Smoother(rates, residual, observed, strongest_directions(smooth))


def smoothed(likeness: Sparse, residual: Sparse, observed: Sparse) -> tuple[Floats, Floats]:
    """Mean residual of relatives, shrunk towards 0 [Q, R], and the likeness behind it [Q, R]."""
    total: Floats = (likeness @ residual).toarray()
    mass: Floats = (likeness @ observed).toarray()
    smooth: Floats = total / (mass + np.float32(SHRINKAGE))
    return smooth, mass


def smoothed_pairs(positive: Floats, mass: Floats, rate: Floats) -> Floats:
    """`smoothed` of single pairs [n], from their likeness to those with a positive label and to all with a label."""
    return np.asarray((positive - rate * mass) / np.sqrt(rate * (1 - rate)) / (mass + np.float32(SHRINKAGE)))


def strongest_directions(smooth: Floats) -> Floats:
    """The first right singular vectors [D, R] of [P, R], by subspace iteration from a fixed start: repeatable, and in
    time that grows with the table, not with its cube (Halko, Martinsson and Tropp 2011, algorithm 4.4)."""
    count = min(DIRECTIONS, *smooth.shape)
    start = np.random.default_rng(0).standard_normal((smooth.shape[1], min(2 * DIRECTIONS, *smooth.shape)))
    basis = start.astype(np.float32)
    for _ in range(8):
        basis, _ = np.linalg.qr(smooth.T @ (smooth @ basis))
    _, values, turn = np.linalg.svd(smooth @ basis, full_matrices=False)
    kept = values[:count] > 1e-5 * max(values.max(initial=0), 1e-12)
    return np.asarray(turn[:count][kept] @ basis.T, dtype=np.float32)
