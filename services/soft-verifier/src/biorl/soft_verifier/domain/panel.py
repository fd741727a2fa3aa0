"""The train perturbations that speak of a context: those of its own cell line, and of other lines where they may.

Likeness is known between genes (domain/neighbours.py). A panel turns it into what each measured perturbation counts
for: one of the own line counts fully, one of another line less, and what another line saw of the very gene that is
asked about counts most. Genes that did the same in other lines are alike too (`profile_likeness`).

Shapes: G genes, U perturbed genes in any line, P perturbations of the panel (a gene perturbed in two lines is two).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.evidence import ACROSS_LINES, OTHER_LINE, Labels
from biorl.soft_verifier.domain.fold_model import label_table
from biorl.soft_verifier.domain.neighbours import Neighbours
from biorl.soft_verifier.domain.smoothing import Floats, Places, Sparse, fit_rates, residuals

SAME_GENE = 6.0
"""What another line's effects of the very gene that is asked about count for."""
ALWAYS_SEEN = -1
"""Fold of perturbations that no cross-validation leaves out."""
PROFILE_RANK, PROFILE_SHRINKAGE, LEAST_PROFILE = 200, 0.3, 0.005
"""Cross-validation's choices: the rank on directions, of 60, 150 and 200 in four lines and 20, 300 and 600 in two; the
least of .05, .005 and .001, the last two being alike."""


class Lines(StrEnum):
    """Whose labels a model of a line may learn from."""

    OWN = "own"
    UNSEEN = "unseen"
    """Other lines' too, except for genes that the benchmark, or the fold at hand, holds out in the own line."""
    ALL = "all"
    """Other lines' too, whatever is held out: a prediction for a new line, not for a new perturbation."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Which perturbations there are, and what a gene's likeness to each counts for."""

    column: Places
    """[P]: its gene's place among the neighbours' perturbations [U]."""
    folds: Places
    """[P]"""
    line: Places
    """[P]: 0 for the own line."""
    extra: Sparse
    """[U, P]: what counts beside likeness, for genes that were perturbed in some line."""
    spread: Sparse = field(init=False, repr=False)
    """[U, P]: what each perturbation counts for, of its gene."""

    def __post_init__(self) -> None:
        places = (self.column, np.arange(len(self.column)))
        object.__setattr__(self, "spread", sp.csr_array((self.weight, places), shape=self.extra.shape))

    @property
    def weight(self) -> Floats:
        """[P]: what each perturbation counts for by its line."""
        return np.where(self.line == 0, np.float32(1), np.float32(OTHER_LINE))

    def likeness(self, likeness: Sparse, perturbed: Places) -> Sparse:
        """What each perturbation counts for [Q, P], from likeness [Q, U]; `perturbed` [Q]: the gene's place, or -1."""
        own = likeness @ self.spread
        if not self.extra.nnz:
            return sp.csr_array(own)
        known = np.flatnonzero(perturbed >= 0)
        ones = np.ones(len(known), dtype=np.float32)
        pick = sp.csr_array((ones, (known, perturbed[known])), shape=likeness.shape)
        return sp.csr_array(own + pick @ self.extra)

    def of_batch(self, likeness: Sparse, perturbed: Places) -> "BatchLikeness":
        """The same for the few genes of a batch, worked out where it is looked at."""
        if not self.extra.nnz:
            return BatchLikeness(self, likeness.toarray(), None)
        extra = self.extra[np.maximum(perturbed, 0)].toarray()
        extra[perturbed < 0] = 0
        return BatchLikeness(self, likeness.toarray(), extra)

    def covariance(self, likeness: Sparse) -> Floats:
        """Of what perturbations do in their lines [P, P], for the process (domain/evidence.py); `likeness` [U, U]."""
        among: Floats = likeness[self.column][:, self.column].toarray()
        among[self.line[:, None] != self.line] *= np.float32(ACROSS_LINES)
        own = np.flatnonzero(self.line == 0)
        among[np.ix_(own, own)] += self.extra[self.column[own]][:, own].toarray()
        return among

    def left_out(self, fold: int) -> npt.NDArray[np.bool_]:
        """[P]"""
        return np.asarray(self.folds == fold)


@dataclass(frozen=True, slots=True)
class BatchLikeness:
    """What `Panel.likeness` gives, of the pairs that are looked at alone: of a batch they are few."""

    panel: Panel
    likeness: Floats
    """[Q, U]"""
    extra: Floats | None
    """[Q, P]: the panel's, of these genes."""

    def __getitem__(self, places: tuple[Places, Places]) -> Floats:
        """[n] of the genes [n] and the perturbations [n] at these places."""
        gene, perturbation = places
        own: Floats = self.likeness[gene, self.panel.column[perturbation]] * self.panel.weight[perturbation]
        return own if self.extra is None else own + self.extra[gene, perturbation]


def own_panel(part: Measurements, neighbours: Neighbours) -> tuple[Panel, Labels]:
    """The own line's perturbations alone."""
    column = _columns(part, neighbours)
    extra = sp.csr_array((len(neighbours.perturbations), len(column)), dtype=np.float32)
    line = np.zeros(len(column), dtype=np.int64)
    panel = Panel(column, neighbours.folds[column], line, extra)
    return panel, Labels.of(label_table(part, neighbours)[column], line)


def panel_across_lines(
    part: Measurements, others: Sequence[Measurements], neighbours: Neighbours, lines: Lines
) -> tuple[Panel, Labels]:
    """The own line's and the others'; `others` holds both outcomes of the other lines."""
    own, _ = own_panel(part, neighbours)
    withheld = part.held_out if lines is Lines.UNSEEN else frozenset()
    columns, tables = [own.column], [label_table(part, neighbours)[own.column]]
    for other in (item for item in others if item.outcome is part.outcome):
        column = _columns(other, neighbours)
        column = column[[neighbours.perturbations[place] not in withheld for place in column]]
        columns.append(column)
        tables.append(_with_readouts(label_table(other, neighbours)[column], other.readouts, part.readouts))
    column = np.concatenate(columns)
    line = np.repeat(np.arange(len(columns)), [len(item) for item in columns])
    folds = np.where((line == 0) | (lines is Lines.UNSEEN), neighbours.folds[column], ALWAYS_SEEN)
    extra = _extra(column, line, others, neighbours) if lines is Lines.ALL else _nothing(column, neighbours)
    return Panel(column, folds, line, extra), Labels.of(sp.csr_array(sp.vstack(tables)), line)


def _columns(part: Measurements, neighbours: Neighbours) -> Places:
    known = [neighbours.column[name] for name in part.perturbations if name in neighbours.column]
    return np.array(known, dtype=np.int64)


def _with_readouts(table: Sparse, readouts: Sequence[str], wanted: Sequence[str]) -> Sparse:
    """The same rows with the wanted readouts for columns."""
    place = {name: index for index, name in enumerate(readouts)}
    shared = [(place[name], index) for index, name in enumerate(wanted) if name in place]
    rows, columns = np.array(shared, dtype=np.int64).reshape(-1, 2).T
    pick = sp.csr_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(len(readouts), len(wanted)))
    return sp.csr_array(table @ pick)


def _nothing(column: Places, neighbours: Neighbours) -> Sparse:
    return sp.csr_array((len(neighbours.perturbations), len(column)), dtype=np.float32)


def _extra(column: Places, line: Places, others: Sequence[Measurements], neighbours: Neighbours) -> Sparse:
    """Alike in other lines, for the own line's perturbations; the same gene, for the other lines'."""
    own, other = np.flatnonzero(line == 0), np.flatnonzero(line > 0)
    alike = profile_likeness(others, neighbours)[:, column[own]]
    shape = (len(neighbours.perturbations), len(column))
    place = sp.csr_array((np.ones(len(own), np.float32), (np.arange(len(own)), own)), shape=(len(own), len(column)))
    same = np.full(len(other), SAME_GENE - OTHER_LINE, dtype=np.float32)
    return sp.csr_array(sp.csr_array(alike) @ place + sp.csr_array((same, (column[other], other)), shape=shape))


def profile_likeness(parts: Sequence[Measurements], neighbours: Neighbours) -> Floats:
    """[U, U], in [0, 1]: squared cosine of what perturbations did; 0 where one of the two was not measured."""
    by_outcome: Mapping[str, list[Measurements]] = {str(part.outcome): [] for part in parts}
    for part in parts:
        by_outcome[str(part.outcome)].append(part)
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 - heavy, and of use in training alone

    tables = [_mean_residuals(group, neighbours) for _, group in sorted(by_outcome.items())]
    table = sp.csr_array(sp.hstack(tables))
    rank = min(PROFILE_RANK, *(size - 1 for size in table.shape))
    left, values, _ = randomized_svd(table, rank, random_state=0, n_iter=4)
    places = left * values
    length = np.linalg.norm(places, axis=1)
    places /= np.where(length > 1e-6, length, np.inf)[:, None]
    alike: Floats = np.maximum(places @ places.T, 0).astype(np.float32) ** 2
    alike[alike < LEAST_PROFILE] = 0
    return alike


def _mean_residuals(parts: Sequence[Measurements], neighbours: Neighbours) -> Sparse:
    """[U, readouts of any line]: mean over lines, shrunk towards 0; 0 where not observed."""
    readouts = sorted({name for part in parts for name in part.readouts})
    shape = (len(neighbours.perturbations), len(readouts))
    total, count = sp.csr_array(shape, dtype=np.float32), sp.csr_array(shape, dtype=np.float32)
    for part in parts:
        table = _with_readouts(label_table(part, neighbours), part.readouts, readouts)
        total = total + residuals(table, fit_rates(table.indices, table.data > 0, len(readouts)))
        count = count + abs(table).astype(np.float32)
    count.data = 1 / (count.data + PROFILE_SHRINKAGE)
    return sp.csr_array(total.multiply(count))
