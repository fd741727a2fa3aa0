"""Chance is what permutations say it is, and depth of sequencing is no biology."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from biorl.soft_verifier.domain.coexpression.association import associate
from biorl.soft_verifier.domain.coexpression.cells import Cells, Switches, switches


def shuffled(switched: Switches, rng: np.random.Generator, draws: int) -> np.ndarray:
    """[draw]: how often genes 0 and 1 are on together when gene 1's cells are shuffled within strata."""
    counts = []
    for _ in range(draws):
        other = switched.on[:, 1].copy()
        for stratum in np.unique(switched.stratum):
            here = np.flatnonzero(switched.stratum == stratum)
            other[here] = other[rng.permutation(here)]
        counts.append((switched.on[:, 0] & other).sum())
    return np.array(counts)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_the_null_is_that_of_permutations_within_strata(seed: int, one: float, other: float) -> None:
    rng = np.random.default_rng(seed)
    on = np.stack([rng.random(80) < one, rng.random(80) < other], axis=1)
    switched = Switches(("A", "B"), on, rng.integers(0, 3, 80))
    counts = shuffled(switched, rng, 1500)
    if counts.std() == 0:
        return
    z = (int((on[:, 0] & on[:, 1]).sum()) - counts.mean()) / counts.std()
    assert associate(switched).z[0, 1] == pytest.approx(z, abs=0.25)


def test_genes_that_go_together_are_found_and_others_are_not() -> None:
    rng = np.random.default_rng(2)
    together = rng.random(500) < 0.5
    noise = rng.random((500, 30)) < 0.4
    pair = np.stack([together, together ^ (rng.random(500) < 0.2)], axis=1)
    found = associate(Switches(tuple(map(str, range(32))), np.concatenate([pair, noise], axis=1), np.zeros(500, int)))
    assert found.significant[0, 1]
    assert found.pmi[0, 1] > 0.3
    assert found.significant.sum() <= 2 + 2 * 5
    assert not found.significant.diagonal().any()


def test_genes_that_avoid_each_other_have_a_negative_pmi() -> None:
    rng = np.random.default_rng(3)
    one = rng.random(400) < 0.5
    found = associate(Switches(("A", "B"), np.stack([one, ~one], axis=1), np.zeros(400, int)))
    assert found.significant[0, 1]
    assert found.pmi[0, 1] < -1


def test_deep_cells_are_not_mistaken_for_biology() -> None:
    """Without strata every pair looks co-expressed: more of everything is seen in a deep cell."""
    rng = np.random.default_rng(4)
    depth = np.exp(rng.normal(0, 1, (600, 1)))
    counts = rng.poisson(depth * np.exp(rng.normal(0, 0.3, 40)))
    switched = switches(Cells("", tuple(map(str, range(40))), counts))
    flat = Switches(switched.genes, switched.on, np.zeros(600, int))
    by_depth, by_nothing = (associate(each).significant.mean() for each in (switched, flat))
    assert by_depth < 0.2
    assert by_nothing > 0.9


def test_sparse_and_dense_cells_are_the_same_and_genes_that_are_never_on_are_left_out() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(0.7, (200, 6)).astype(float)
    counts[:, 3] = 0
    names = tuple("ABCDEF")
    dense, thin = switches(Cells("", names, counts)), switches(Cells("", names, sparse.csr_array(counts)))
    assert dense.genes == thin.genes == ("A", "B", "C", "E", "F")
    assert np.array_equal(dense.on, thin.on)


def test_of_columns_that_mean_one_gene_the_first_counts() -> None:
    table = Cells("", ("A", "OLD-A", "B"), np.array([[1.0, 2.0, 3.0]])).named(lambda name: name.removeprefix("OLD-"))
    assert table.genes == ("A", "B")
    assert table.expression.tolist() == [[1.0, 3.0]]
