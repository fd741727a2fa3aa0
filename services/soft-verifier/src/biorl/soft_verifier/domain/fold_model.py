"""A calibrated smoother of one context and outcome, with one more for each fold that was left out.

Whoever asks about a train perturbation is answered by the smoother that has not seen its fold. The same out-of-fold
predictions fit the calibration and give the cross-validated quality on the card. Never leave-one-out: its rates and
residuals would carry the very label that is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from biorl.soft_verifier.domain.belief import Array, Artifact
from biorl.soft_verifier.domain.calibration import Calibration, Curve, fit_baseline, fit_calibration
from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, NUM_FOLDS, Neighbours
from biorl.soft_verifier.domain.smoothing import (
    DIRECTIONS,
    SHRINKAGE,
    Floats,
    Places,
    Smoother,
    Sparse,
    fit_smoother,
    restore_smoother,
)

ALL_FOLDS = NUM_FOLDS
"""Index of the smoother that has seen every fold."""


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Of pairs of a perturbed gene and a readout, [n] each."""

    probability: Floats
    baseline: Floats
    uncertainty: Floats


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Predictions for train pairs whose fold was left out; pairs of perturbations without relatives are not in it."""

    fold: npt.NDArray[np.int64]
    readout: npt.NDArray[np.int64]
    label: npt.NDArray[np.bool_]
    score: Floats
    rate: Floats
    mass: Floats
    num_pairs: int
    """Train pairs in all."""


@dataclass(frozen=True, slots=True)
class FoldModel:
    labels: Sparse
    """[P, R], int8: +1 positive, -1 negative, 0 not observed."""
    smoothers: tuple[Smoother, ...]
    """One for each fold left out, then the one that has seen all."""
    fold: Places
    """[G]: which smoother answers about a gene."""
    covered: npt.NDArray[np.bool_]
    """[G]: genes with relatives enough among what their smoother has seen."""
    calibration: Calibration
    baseline: Calibration

    def beliefs(self, likeness: Sparse, gene: Places, readout: Places) -> Beliefs:
        """`likeness` [G, P]; `gene` [n] and `readout` [n] are places in it and among the readouts.

        Uncertainty is the share of the belief that comes from the readout's own rate rather than from relatives.
        """
        score, mass, rate = np.zeros((3, len(gene)), dtype=np.float32)
        for fold in np.unique(self.fold[gene]):
            pairs = np.flatnonzero(self.fold[gene] == fold)
            asked, row = np.unique(gene[pairs], return_inverse=True)
            smoother = self.smoothers[fold]
            score[pairs], mass[pairs] = smoother.at(sp.csr_array(likeness[asked]), row, readout[pairs])
            rate[pairs] = smoother.rates[readout[pairs]]
        parts = self.calibration(score, rate), self.baseline(np.zeros_like(rate), rate), SHRINKAGE / (mass + SHRINKAGE)
        return Beliefs(*(part.astype(np.float32) for part in parts))

    def arrays(self) -> dict[str, Array]:
        """What an artifact keeps."""
        tables: dict[str, Array] = {
            "label.data": self.labels.data.astype(np.int8),
            "label.indices": self.labels.indices.astype(np.int32),
            "label.indptr": self.labels.indptr.astype(np.int64),
            "rates": np.stack([smoother.rates for smoother in self.smoothers]),
            "directions": np.stack([_padded(smoother.directions) for smoother in self.smoothers]),
        }
        return tables | _packed("calibration", self.calibration) | _packed("baseline", self.baseline)


class TooFewRelativesError(ValueError):
    """No train perturbation has relatives in another fold: there is nothing to learn from, or to calibrate on."""


def fit_fold_model(labels: Sparse, neighbours: Neighbours) -> tuple[FoldModel, OutOfFold]:
    """`labels` [P, R] holds +1 and -1; its rows are the neighbours' perturbations. Raises TooFewRelativesError."""
    likeness = neighbours.rows(neighbours.perturbations)
    smoothers = [fit_smoother(_without(labels, neighbours.folds == fold), likeness) for fold in range(NUM_FOLDS)]
    smoothers.append(fit_smoother(labels, likeness))
    held_out = _out_of_fold(labels, likeness, neighbours.folds, smoothers)
    if not held_out.label.any() or held_out.label.all():
        raise TooFewRelativesError
    calibration = fit_calibration(held_out.score, held_out.rate, held_out.label)
    baseline = fit_baseline(held_out.rate, held_out.label)
    return assemble(labels, smoothers, calibration, baseline, neighbours), held_out


def restore_fold_model(artifact: Artifact, prefix: str, neighbours: Neighbours) -> FoldModel:
    data, indices, indptr = (artifact.arrays[f"{prefix}label.{part}"] for part in ("data", "indices", "indptr"))
    rates, directions = artifact.arrays[f"{prefix}rates"], artifact.arrays[f"{prefix}directions"]
    label = sp.csr_array((data, indices, indptr), shape=(len(neighbours.perturbations), rates.shape[1]))
    seen = [_without(label, neighbours.folds == fold) for fold in range(NUM_FOLDS)] + [label]
    smoothers = [restore_smoother(part, rates[fold], directions[fold]) for fold, part in enumerate(seen)]
    calibration, baseline = (_unpacked(artifact, f"{prefix}{name}") for name in ("calibration", "baseline"))
    return assemble(label, smoothers, calibration, baseline, neighbours)


def assemble(
    labels: Sparse,
    smoothers: Sequence[Smoother],
    calibration: Calibration,
    baseline: Calibration,
    neighbours: Neighbours,
) -> FoldModel:
    """Adds what can be computed before anybody asks."""
    has_labels = np.diff(labels.indptr) > 0
    column = np.array([neighbours.column.get(gene, -1) for gene in neighbours.genes], dtype=np.int64)
    fold = np.where(column >= 0, neighbours.folds[column], ALL_FOLDS)
    seen = np.stack([has_labels & (neighbours.folds != left_out) for left_out in range(NUM_FOLDS + 1)])
    mass = neighbours.likeness @ seen.T.astype(np.float32)
    covered = mass[np.arange(len(fold)), fold] >= LEAST_MASS
    return FoldModel(labels, tuple(smoothers), fold, covered, calibration, baseline)


def label_table(part: Measurements, neighbours: Neighbours) -> Sparse:
    """[P, R], int8: +1 positive, -1 negative, 0 not observed or contradictory."""
    rows = np.array([neighbours.column.get(name, -1) for name in part.perturbations])[part.perturbation]
    single = rows >= 0
    signs = np.where(part.label[single], 1, -1).astype(np.int8)
    shape = (len(neighbours.perturbations), len(part.readouts))
    table = sp.csr_array(sp.coo_array((signs, (rows[single], part.readout[single])), shape=shape))
    table.sum_duplicates()
    table.eliminate_zeros()
    return table


def _without(labels: Sparse, left_out: npt.NDArray[np.bool_]) -> Sparse:
    """The same table with some rows emptied."""
    kept = sp.csr_array(sp.diags_array((~left_out).astype(np.int8), dtype=np.int8) @ labels)
    kept.eliminate_zeros()
    return kept


def _out_of_fold(
    labels: Sparse,
    likeness: Sparse,
    folds: npt.NDArray[np.int64],
    smoothers: Sequence[Smoother],
) -> OutOfFold:
    has_labels = np.diff(labels.indptr) > 0
    parts = []
    for fold in range(NUM_FOLDS):
        relatives = likeness @ (has_labels & (folds != fold)).astype(np.float32)
        queried = np.flatnonzero((folds == fold) & has_labels & (relatives >= LEAST_MASS))
        asked = sp.coo_array(labels[queried])
        row, column = asked.coords
        score, mass = smoothers[fold].at(sp.csr_array(likeness[queried]), row, column)
        rate = smoothers[fold].rates[column]
        parts.append((np.full_like(column, fold), column, asked.data > 0, score, rate, mass))
    left_out, readout, label, scores, rates, masses = (np.concatenate(values) for values in zip(*parts, strict=True))
    return OutOfFold(left_out, readout, label, scores, rates, masses, labels.nnz)


def _padded(directions: Floats) -> Floats:
    return np.pad(directions, ((0, DIRECTIONS - len(directions)), (0, 0)))


def _packed(name: str, calibration: Calibration) -> dict[str, Array]:
    return {
        f"{name}.weights": calibration.weights,
        f"{name}.x": calibration.curve.x,
        f"{name}.y": calibration.curve.y,
    }


def _unpacked(artifact: Artifact, name: str) -> Calibration:
    curve = Curve(artifact.arrays[f"{name}.x"], artifact.arrays[f"{name}.y"])
    return Calibration(artifact.arrays[f"{name}.weights"], curve)
