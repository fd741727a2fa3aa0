"""What the train perturbations say of a pair of a perturbed gene and a readout, as numbers to rank from.

Of a gene, by its likeness to the train perturbations (`Evidence.profiles`): how many relatives it has and how near the
nearest is, how strongly they act, and where they stand in the directions in which readouts move together. Of a pair
(`Evidence.features`): what the relatives did to this readout, smoothed broadly and sharply, and what a Gaussian process
says that lets readouts lend each other evidence (kernel: likeness x (identity + directions), Bonilla et al. 2007), and
cell lines too: of what a perturbation does in one, half is taken to be the same in another.

How strongly relatives act is the largest gain over a smoother alone: knock-downs of some pathways change hundreds of
genes.

Shapes: P train perturbations (of one cell line or several), R readouts, Q genes, D directions, n pairs, F features.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from biorl.soft_verifier.domain.smoothing import (
    DIRECTIONS,
    SHRINKAGE,
    Floats,
    Places,
    Sparse,
    fit_rates,
    smoothed,
    strongest_directions,
)

FEATURES = (
    "smoothed",
    "sharply_smoothed",
    "process",
    "shared_by_relatives",
    "shared_by_readouts",
    "mass_at_readout",
    "mass",
    "nearest",
    "strength",
    "positives",
    "rate",
    "count",
)
NUMBERS = ("mass", "nearest", "strength", "positives")
"""Of a gene; its three places in the directions follow them in a profile."""
PLACES = 3
PROFILE = len(NUMBERS) + PLACES * DIRECTIONS
"""Width of a profile."""
SHARPENING = 1.5
"""Power of likeness that lets the nearest relatives speak alone."""
SHARP_SHRINKAGE = 0.01
STRENGTH_PSEUDO_COUNTS = 10.0
NOISE = 3.0
"""Variance of a residual that no relative explains, in units of what relatives explain."""
SHARED = 0.06
"""Share of the process that readouts have in common."""
MOST_STEPS, TOLERANCE = 20, 0.02
OTHER_LINE = 0.2
"""What a perturbation of another line counts for, beside one of the own line."""
ACROSS_LINES = 0.5
"""Correlation, in the process, of what a perturbation does in two lines; cross-validation's choice of 0, .2 and .5."""
MOST_PAIRS = 20_000_000
"""Pairs of labels of one readout beyond which the process learns from the own line alone: it would take minutes."""
_CHUNK = 8192


class Likeness(Protocol):
    """What each train perturbation counts for, of some genes: an array [Q, P], or what is looked up like one."""

    def __getitem__(self, places: tuple[Places, Places], /) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Labels:
    """Of all train perturbations, by readout: entries `start[r]` to `start[r + 1]` speak of readout r."""

    start: Places
    row: Places
    """[entry]: train perturbation."""
    positive: npt.NDArray[np.bool_]
    """[entry]"""
    line: Places
    """[P]: 0 for perturbations of the line that is asked about, 1 and more for those of other lines."""

    @classmethod
    def of(cls, table: Sparse, line: Places) -> "Labels":
        """From +1 and -1 [P, R]."""
        columns = sp.csc_array(table)
        return cls(columns.indptr.astype(np.int64), columns.indices.astype(np.int64), columns.data > 0, line)

    @property
    def readout(self) -> Places:
        """[entry]"""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    @property
    def most(self) -> Floats:
        """[P]: likeness beyond which the process does not listen harder: it knows a gene in another line as itself."""
        return np.where(self.line == 0, np.float32(np.inf), np.float32(OTHER_LINE))

    def entries(self, readout: Places) -> tuple[Places, Places]:
        """For pairs with these readouts [n]: every entry that speaks of one, and the pair that it speaks of."""
        counts = self.start[readout + 1] - self.start[readout]
        pair = np.repeat(np.arange(len(readout)), counts)
        first = np.cumsum(counts) - counts
        return np.arange(len(pair)) - first[pair] + self.start[readout][pair], pair

    def table(self, values: npt.NDArray[Any]) -> Sparse:
        """[P, R] with a value for each entry."""
        shape = (len(self.line), len(self.start) - 1)
        return sp.csr_array(sp.csc_array((values, self.row, self.start), shape=shape))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of the labels of some train perturbations."""

    labels: Labels
    rates: Floats
    """[R]: shrunk share of positive labels in the line that is asked about."""
    counts: Floats
    """[R]: labels behind it."""
    seen: Floats
    """[entry]: 1 for a label that counts, else 0."""
    residual: Floats
    """[entry]: what its line's rate does not explain of a label; 0 where it does not count."""
    weights: Floats
    """[entry]: of the process; 0 where it does not count."""
    directions: Floats
    """[D, R]"""

    def features(self, likeness: Likeness, profile: Floats, place: Places, readout: Places) -> Floats:
        """[n, F] for pairs of the gene at `place` [n] and `readout` [n]; `likeness` [Q, P], `profile` [Q, ...]."""
        cuts = range(0, len(place), _CHUNK)
        parts = [
            self._features(likeness, profile, place[cut : cut + _CHUNK], readout[cut : cut + _CHUNK]) for cut in cuts
        ]
        return np.concatenate([np.zeros((0, len(FEATURES)), np.float32), *parts])

    def _features(self, likeness: Likeness, profile: Floats, place: Places, readout: Places) -> Floats:
        numbers, places = np.split(profile[place], [len(NUMBERS)], axis=1)
        direction = self.directions.T[readout]
        process, by_relatives, by_readouts = (
            np.einsum("nd,nd->n", part, direction) for part in np.split(places, PLACES, axis=1)
        )
        smooth, sharp, own, mass = self._smoothed(likeness, place, readout)
        of_pair = np.stack([smooth, sharp, own + process, by_relatives, by_readouts, np.log(mass + 0.01)], axis=1)
        return np.concatenate([of_pair, numbers, self.of_readouts(readout)], axis=1).astype(np.float32)

    def of_readouts(self, readout: Places) -> Floats:
        """[n, 2]: how often it responds (log odds), and how well that is known."""
        rate = self.rates[readout]
        return np.column_stack([np.log(rate / (1 - rate)), np.log1p(self.counts[readout])])

    def _smoothed(self, likeness: Likeness, place: Places, readout: Places) -> tuple[Floats, Floats, Floats, Floats]:
        """The mean residual of relatives, the same of the nearest, the process's own part, the likeness behind it."""
        entry, pair = self.labels.entries(readout)
        row = self.labels.row[entry]
        weight = likeness[place[pair], row] * self.seen[entry]
        sharp, residual = weight**SHARPENING, self.residual[entry]
        covariance = np.minimum(weight, self.labels.most[row])
        columns = (weight, weight * residual, sharp, sharp * residual, covariance * self.weights[entry])
        mass, total, sharp_mass, sharp_total, own = (
            np.bincount(pair, part, len(place)).astype(np.float32) for part in columns
        )
        return total / (mass + SHRINKAGE), sharp_total / (sharp_mass + SHARP_SHRINKAGE), own, mass


def restore_evidence(
    labels: Labels, left_out: npt.NDArray[np.bool_], rates: Floats, weights: Floats, directions: Floats
) -> Evidence:
    """From what an artifact keeps; `rates` [line, R]."""
    kept, readout = ~left_out[labels.row], labels.readout
    rate = rates[labels.line[labels.row], readout]
    residual = (labels.positive - rate) / np.sqrt(rate * (1 - rate)) * kept
    own = kept & (labels.line[labels.row] == 0)
    counts = np.bincount(readout[own], minlength=rates.shape[1]).astype(np.float32)
    seen = kept.astype(np.float32)
    return Evidence(labels, rates[0], counts, seen, residual.astype(np.float32), weights, directions)


@dataclass(frozen=True, slots=True)
class Profiler:
    """Evidence with what it takes to describe a gene before a readout is named; needed in training alone."""

    evidence: Evidence
    rates: Floats
    """[line, R]"""
    of_relatives: Floats
    """[P, 2 + D]: strength, number of positives, place among the directions."""
    in_process: Floats
    """[P, D]: part in the process."""

    def profiles(self, likeness: Sparse) -> Floats:
        """[Q, 4 + 3 D] from likeness [Q, P]."""
        evidence = self.evidence
        present = np.bincount(evidence.labels.row, evidence.seen, len(evidence.labels.line)) > 0
        seen = sp.csr_array(likeness @ sp.diags_array(present.astype(np.float32)))
        mass = np.asarray(seen.sum(axis=1)).reshape(-1, 1)
        nearest = seen.max(axis=1).toarray().reshape(-1, 1)
        strength, positives, place = np.split(seen @ self.of_relatives, [1, 2], axis=1)
        heard = sp.csr_array(
            (np.minimum(seen.data, evidence.labels.most[seen.indices]), seen.indices, seen.indptr), shape=seen.shape
        )
        process = heard @ self.in_process
        strength, positives, place = (part / (mass + SHRINKAGE) for part in (strength, positives, place))
        smooth, _ = _smooth(evidence, likeness)
        by_readouts = smooth @ evidence.directions.T
        columns = [np.log(mass + 0.01), nearest, strength, positives, process, place, by_readouts]
        return np.concatenate(columns, axis=1).astype(np.float32)


def _smooth(evidence: Evidence, likeness: Sparse) -> tuple[Floats, Floats]:
    labels = evidence.labels
    return smoothed(likeness, labels.table(evidence.residual), labels.table(evidence.seen))


def fit_evidence(labels: Labels, likeness: Sparse, covariance: Floats, left_out: npt.NDArray[np.bool_]) -> Profiler:
    """Of the perturbations `left_out` [P] nothing is learnt. `likeness` [P, P], `covariance` [P, P] of the process."""
    rates = _rates(labels, left_out)
    none = np.zeros((DIRECTIONS, rates.shape[1]), np.float32)
    bare = restore_evidence(labels, left_out, rates, np.zeros(len(labels.row), np.float32), none)
    smooth, _ = _smooth(bare, likeness)
    directions = strongest_directions(smooth[labels.line == 0])
    gain = np.float32(SHARED * len(bare.counts) / max(1, len(directions)))
    directions = np.pad(directions, ((0, DIRECTIONS - len(directions)), (0, 0)))
    weights = _process_weights(bare, covariance, directions, gain)
    along = gain * np.asarray(labels.table(weights) @ directions.T)
    present = np.bincount(labels.row, bare.seen, len(labels.line)) > 0
    place = (smooth @ directions.T) * present[:, None]
    of_relatives = np.column_stack([*_activity(bare), place]).astype(np.float32)
    evidence = restore_evidence(labels, left_out, rates, weights, directions)
    return Profiler(evidence, rates, of_relatives, along.astype(np.float32))


def _rates(labels: Labels, left_out: npt.NDArray[np.bool_]) -> Floats:
    """Shrunk share of positive labels [line, R]."""
    readout, num_readouts = labels.readout, len(labels.start) - 1
    kept = [~left_out[labels.row] & (labels.line[labels.row] == line) for line in range(int(labels.line.max()) + 1)]
    return np.stack([fit_rates(readout[rows], labels.positive[rows], num_readouts) for rows in kept])


def _activity(evidence: Evidence) -> tuple[Floats, Floats]:
    """How much more than expected each train perturbation [P] does, and the logarithm of how much it does."""
    labels, size = evidence.labels, len(evidence.labels.line)
    count, total, positive = (
        np.bincount(labels.row, part, size)
        for part in (evidence.seen, evidence.residual, labels.positive * evidence.seen)
    )
    return total / (count + STRENGTH_PSEUDO_COUNTS), np.log1p(positive)


def _process_weights(evidence: Evidence, among: Floats, directions: Floats, gain: np.float32) -> Floats:
    """Weights [entry] of the residuals in the Gaussian process's mean, `among` [P, P] its covariance."""
    labels, entry = evidence.labels, _heard(evidence)
    row, readout = labels.row[entry], labels.readout[entry]
    of_readout = np.ascontiguousarray(directions.T[readout])
    cuts = np.flatnonzero(np.diff(readout)) + 1
    blocks = [among[np.ix_(rows, rows)] for rows in np.split(row, cuts)]

    def covariance(weights: Floats) -> Floats:
        parts = zip(blocks, np.split(weights, cuts), strict=True)
        each = np.concatenate([block @ part for block, part in parts])
        table = sp.csr_array((weights, (row, readout)), shape=(len(among), directions.shape[1]))
        shared = gain * np.einsum("nd,nd->n", (among @ (table @ directions.T))[row], of_readout)
        return np.asarray(each + shared + np.float32(NOISE) * weights, dtype=np.float32)

    weights = np.zeros(len(labels.row), dtype=np.float32)
    # likeness of another line's perturbation is in units of OTHER_LINE, its covariance in units of ACROSS_LINES
    unit = np.where(labels.line[row] == 0, np.float32(1), np.float32(ACROSS_LINES / OTHER_LINE))
    weights[entry] = conjugate_gradients(covariance, evidence.residual[entry]) * unit
    return weights


def _heard(evidence: Evidence) -> Places:
    """The entries that the process learns from: whichever fold is left out, of the same lines."""
    labels, seen = evidence.labels, evidence.seen > 0
    pairs = (np.diff(labels.start).astype(np.float64) ** 2).sum()
    return np.flatnonzero(seen if pairs <= MOST_PAIRS else seen & (labels.line[labels.row] == 0))


def conjugate_gradients(multiply: Callable[[Floats], Floats], target: Floats) -> Floats:
    """x with multiply(x) = target, for a symmetric positive map; stops when TOLERANCE of the target is left."""
    solution, residue, step = np.zeros_like(target), target.copy(), target.copy()
    size = float(residue @ residue)
    enough = TOLERANCE**2 * size
    for _ in range(MOST_STEPS):
        if size <= enough:
            break
        moved = multiply(step)
        length = np.float32(size / float(step @ moved))
        solution += length * step
        residue -= length * moved
        size, before = float(residue @ residue), size
        step = residue + np.float32(size / before) * step
    return solution
