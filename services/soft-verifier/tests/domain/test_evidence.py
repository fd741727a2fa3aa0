"""What a Gaussian process over perturbations, readouts and cell lines says, against its closed form."""

import numpy as np
import pytest
import scipy.sparse as sp

from biorl.soft_verifier.domain import evidence as module
from biorl.soft_verifier.domain.evidence import (
    ACROSS_LINES,
    FEATURES,
    NOISE,
    SHARED,
    Evidence,
    Labels,
    Profiler,
    fit_evidence,
)
from biorl.soft_verifier.domain.panel import SAME_GENE, Panel
from biorl.soft_verifier.domain.smoothing import Floats, Sparse

GENES, READOUTS, ASKED = 7, 5, 6
"""The last gene is asked about; the own line has measured 0 to 5, another line 3 to 6."""
COLUMN, LINE = np.array([0, 1, 2, 3, 4, 5, 3, 4, 5, 6]), np.repeat([0, 1], [6, 4])
ALL_READOUTS = np.arange(READOUTS)


def likeness() -> Sparse:
    places = np.abs(np.random.default_rng(1).normal(size=(GENES, 4)))
    places /= np.linalg.norm(places, axis=1, keepdims=True)
    return sp.csr_array((places @ places.T).astype(np.float32) ** 2)


def panel() -> Panel:
    other = np.flatnonzero(LINE == 1)
    same = (np.full(len(other), SAME_GENE, np.float32), (COLUMN[other], other))
    return Panel(COLUMN, COLUMN % 5, LINE, sp.csr_array(same, shape=(GENES, len(COLUMN))))


def labels(*, flipped: bool = False) -> Labels:
    """Most pairs of both lines; another line's may be turned round."""
    rng = np.random.default_rng(2)
    table = np.where(rng.random((len(LINE), READOUTS)) < 0.5, 1, -1) * (rng.random((len(LINE), READOUTS)) < 0.8)
    table[LINE == 1] *= -1 if flipped else 1
    return Labels.of(sp.csr_array(table.astype(np.int8)), LINE)


def fitted(known: Labels, left_out: int = -1) -> Profiler:
    near = panel().likeness(likeness(), np.arange(GENES))[COLUMN]
    return fit_evidence(known, near, panel().covariance(likeness()), panel().left_out(left_out))


def process(profiler: Profiler) -> Floats:
    """Of the gene that is asked about, [R]."""
    near = panel().likeness(sp.csr_array(likeness()[[ASKED]]), np.array([ASKED]))
    place = np.zeros(READOUTS, np.int64)
    features = profiler.evidence.features(near.toarray(), profiler.profiles(near), place, ALL_READOUTS)
    return features[:, FEATURES.index("process")]


def closed_form(evidence: Evidence) -> Floats:
    """The process's mean [R] by a dense solution."""
    known, alike = evidence.labels, likeness().toarray()
    row, readout = known.row, known.readout
    same_line = np.where(LINE[:, None] == LINE, 1, ACROSS_LINES)
    directions = int((np.abs(evidence.directions).sum(axis=1) > 0).sum())
    gain = SHARED * READOUTS / directions
    readouts = np.eye(READOUTS) + gain * evidence.directions.T @ evidence.directions
    between = (alike[np.ix_(COLUMN, COLUMN)] * same_line)[np.ix_(row, row)] * readouts[np.ix_(readout, readout)]
    to_own = alike[ASKED, COLUMN] * np.where(LINE == 0, 1, ACROSS_LINES)
    weights = np.linalg.solve(between + NOISE * np.eye(len(row)), evidence.residual)
    return np.asarray((to_own[row] * readouts[:, readout]) @ weights, dtype=np.float32)


def test_the_process_over_lines_is_what_a_dense_solution_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOLERANCE", 1e-6)
    profiler = fitted(labels())
    assert np.allclose(process(profiler), closed_form(profiler.evidence), atol=1e-4)


def test_the_process_hears_what_another_line_saw() -> None:
    assert not np.allclose(process(fitted(labels())), process(fitted(labels(flipped=True))), atol=1e-2)


@pytest.mark.parametrize("fewer", [0, 1])
def test_where_labels_are_many_the_process_learns_from_the_own_line_alone_whatever_fold_is_left_out(
    monkeypatch: pytest.MonkeyPatch, fewer: int
) -> None:
    known = labels()
    other = known.line[known.row] == 1
    monkeypatch.setattr(module, "MOST_PAIRS", int((np.diff(known.start) ** 2).sum()) - fewer)
    for left_out in (-1, 0):
        weights = fitted(known, left_out).evidence.weights
        assert np.any(weights[~other])
        assert np.any(weights[other]) == (not fewer)
