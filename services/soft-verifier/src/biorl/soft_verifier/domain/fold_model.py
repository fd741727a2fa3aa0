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
from biorl.soft_verifier.domain.coverage import TooLittleMeasuredError
from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, NUM_FOLDS, Neighbours
from biorl.soft_verifier.domain.reading import Reading
from biorl.soft_verifier.domain.smoothing import (
    DIRECTIONS,
    LOW_RANK_WEIGHT,
    Floats,
    Places,
    Smoother,
    Sparse,
    fit_smoother,
    smoothed_pairs,
)

ALL_FOLDS = NUM_FOLDS
"""Index of the smoother that has seen every fold."""
_CHUNK = 1024


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
    perturbation: npt.NDArray[np.int64]
    readout: npt.NDArray[np.int64]
    label: npt.NDArray[np.bool_]
    score: Floats
    rate: Floats
    num_pairs: int
    """Train pairs in all."""


@dataclass(frozen=True, slots=True)
class FoldModel:
    """What can be said of a gene before a readout is named is computed in training; a belief costs one look at the
    labels of its readout."""

    by_readout: Sparse
    """[R, P]: +1 positive, -1 negative, 0 not observed."""
    rates: Floats
    """[fold, R]: of each smoother; one for each fold left out, then the one that has seen all."""
    directions: Floats
    """[fold, D, R]"""
    folds: Places
    """[P]"""
    fold: Places
    """[G]: which smoother answers about a gene."""
    covered: npt.NDArray[np.bool_]
    """[G]: genes with relatives enough among what their smoother has seen."""
    together: Floats
    """[G, D]: how far a gene goes along its smoother's directions."""
    reading: Reading

    def beliefs(self, likeness: Sparse, gene: Places, readout: Places) -> Beliefs:
        """`likeness` [G, P]; `gene` [n] and `readout` [n] are places in it and among the readouts.

        Uncertainty is how likely the call is wrong.
        """
        fold = self.fold[gene]
        rate = self.rates[fold, readout]
        positive, mass = self._relatives(sp.csr_array(likeness[gene]), fold, readout)
        shared = (self.together[gene] * self.directions[fold, :, readout]).sum(axis=1)
        score = smoothed_pairs(positive, mass, rate) + np.float32(LOW_RANK_WEIGHT) * shared
        probability, baseline = self.reading(score, rate)
        parts = probability, baseline, chance_of_error(probability)
        return Beliefs(*(part.astype(np.float32) for part in parts))

    def _relatives(self, likeness: Sparse, fold: Places, readout: Places) -> tuple[Floats, Floats]:
        """[n]: likeness [n, P] to those with a positive label of the readout, and to all with one; not to the fold."""
        near = sp.csr_array(likeness.multiply(self.by_readout[readout]))
        row = np.repeat(np.arange(len(fold)), np.diff(near.indptr))
        signed = np.where(self.folds[near.indices] == fold[row], 0, near.data)
        positive = np.bincount(row, np.maximum(signed, 0), len(fold))
        mass = np.bincount(row, np.abs(signed), len(fold))
        return positive.astype(np.float32), mass.astype(np.float32)

    def arrays(self) -> dict[str, Array]:
        """What an artifact keeps."""
        tables: dict[str, Array] = {
            "label.data": self.by_readout.data.astype(np.int8),
            "label.indices": self.by_readout.indices.astype(np.int32),
            "label.indptr": self.by_readout.indptr.astype(np.int64),
            "rates": self.rates,
            "directions": self.directions,
            "together": self.together,
        }
        return tables | self.reading.arrays("")


TOO_FEW_RELATIVES = "too_few_relatives"
"""No train perturbation has relatives in another fold: there is nothing to learn from, or to calibrate on."""


def fit_fold_model(labels: Sparse, neighbours: Neighbours) -> tuple[FoldModel, OutOfFold]:
    """`labels` [P, R] holds +1 and -1; its rows are the neighbours' perturbations. Raises TooLittleMeasuredError."""
    likeness = neighbours.rows(neighbours.perturbations)
    smoothers = [fit_smoother(_without(labels, neighbours.folds == fold), likeness) for fold in range(NUM_FOLDS)]
    smoothers.append(fit_smoother(labels, likeness))
    held_out = _out_of_fold(labels, likeness, neighbours.folds, smoothers)
    if not held_out.label.any() or held_out.label.all():
        raise TooLittleMeasuredError(TOO_FEW_RELATIVES)
    reading = Reading.of(held_out.score, held_out.rate, held_out.label)
    by_readout = sp.csr_array(labels.T.astype(np.float32))
    rates = np.stack([smoother.rates for smoother in smoothers])
    directions = np.stack([_padded(smoother.directions) for smoother in smoothers])
    fold, covered = _answered(by_readout, neighbours)
    together = _together(smoothers, neighbours, fold)
    folds = neighbours.folds
    return FoldModel(by_readout, rates, directions, folds, fold, covered, together, reading), held_out


def restore_fold_model(artifact: Artifact, prefix: str, neighbours: Neighbours) -> FoldModel:
    data, indices, indptr = (artifact.arrays[f"{prefix}label.{part}"] for part in ("data", "indices", "indptr"))
    rates, directions, together = (artifact.arrays[f"{prefix}{name}"] for name in ("rates", "directions", "together"))
    shape = (rates.shape[1], len(neighbours.perturbations))
    by_readout = sp.csr_array((data.astype(np.float32), indices, indptr), shape=shape)
    reading = Reading.from_artifact(artifact, prefix)
    fold, covered = _answered(by_readout, neighbours)
    folds = neighbours.folds
    return FoldModel(by_readout, rates, directions, folds, fold, covered, together, reading)


def _answered(by_readout: Sparse, neighbours: Neighbours) -> tuple[Places, npt.NDArray[np.bool_]]:
    """[G]: the smoother that answers about each gene, and whether the gene has relatives enough in it."""
    column = np.array([neighbours.column.get(gene, -1) for gene in neighbours.genes], dtype=np.int64)
    fold = np.where(column >= 0, neighbours.folds[column], ALL_FOLDS)
    has_labels = np.bincount(by_readout.indices, minlength=len(neighbours.folds)) > 0
    seen = np.stack([has_labels & (neighbours.folds != left_out) for left_out in range(NUM_FOLDS + 1)])
    mass = neighbours.likeness @ seen.T.astype(np.float32)
    return fold, mass[np.arange(len(fold)), fold] >= LEAST_MASS


def _together(smoothers: Sequence[Smoother], neighbours: Neighbours, fold: Places) -> Floats:
    table = np.zeros((len(fold), DIRECTIONS), dtype=np.float32)
    for number, smoother in enumerate(smoothers):
        genes = np.flatnonzero(fold == number)
        for part in (genes[start : start + _CHUNK] for start in range(0, len(genes), _CHUNK)):
            table[part, : len(smoother.directions)] = smoother.together(sp.csr_array(neighbours.likeness[part]))
    return table


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
        score, _ = smoothers[fold].scores(likeness[queried])
        asked = sp.coo_array(labels[queried])
        row, column = asked.coords
        rate = smoothers[fold].rates[column]
        place = (np.full_like(column, fold), queried[row], column)
        parts.append((*place, asked.data > 0, score[row, column], rate))
    left_out, perturbation, readout, label, scores, rates = (
        np.concatenate(values) for values in zip(*parts, strict=True)
    )
    return OutOfFold(left_out, perturbation, readout, label, scores, rates, labels.nnz)


def _padded(directions: Floats) -> Floats:
    return np.pad(directions, ((0, DIRECTIONS - len(directions)), (0, 0)))
