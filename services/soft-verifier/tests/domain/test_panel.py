"""What perturbations count for, looked up for a batch, is what it is worked out for all."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from biorl.soft_verifier.domain.panel import Panel


@given(seed=st.integers(0, 10_000), density=st.sampled_from([0.0, 0.3, 1.0]))
def test_a_batch_looks_up_the_very_numbers(seed: int, density: float) -> None:
    rng = np.random.default_rng(seed)
    genes, perturbed_genes, perturbations = 5, 6, 9

    def sparse(rows: int, columns: int, share: float) -> sp.csr_array:
        return sp.csr_array(sp.random_array((rows, columns), density=share, rng=rng, dtype=np.float32))

    column, line = rng.integers(perturbed_genes, size=perturbations), rng.integers(3, size=perturbations)
    panel = Panel(column, np.zeros_like(column), line, sparse(perturbed_genes, perturbations, density))
    likeness, perturbed = sparse(genes, perturbed_genes, 0.5), rng.integers(-1, perturbed_genes, size=genes)
    places = (rng.integers(genes, size=30), rng.integers(perturbations, size=30))
    expected = panel.likeness(likeness, perturbed).toarray()[places]
    assert np.array_equal(panel.of_batch(likeness, perturbed)[places], expected)


def test_a_gene_that_was_not_perturbed_has_nothing_beside_its_likeness() -> None:
    extra = sp.csr_array(np.array([[7.0]], dtype=np.float32))
    panel = Panel(np.array([0]), np.array([0]), np.array([0]), extra)
    likeness = sp.csr_array(np.array([[0.5], [0.5]], dtype=np.float32))
    found = panel.of_batch(likeness, np.array([-1, 0]))[np.array([0, 1]), np.array([0, 0])]
    assert found.tolist() == pytest.approx([0.5, 7.5])
