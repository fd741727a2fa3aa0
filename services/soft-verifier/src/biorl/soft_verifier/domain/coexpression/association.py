"""Pointwise mutual information of pairs of genes, and whether chance explains it.

PMI compares how often two genes are on together with how often they would be if the cells of each stratum were shuffled
for one of them. The mean and the variance of that count over all such permutations are known exactly (Mantel and
Haenszel 1959, J Natl Cancer Inst 22:719), so no permutation is drawn; a test draws them and compares. Significance is
two-sided, at a false discovery rate over all pairs (Benjamini and Hochberg 1995). Shapes: G genes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from biorl.soft_verifier.domain.coexpression.cells import Switches

Floats = npt.NDArray[np.float64]

FALSE_DISCOVERIES = 0.05
"""Share of the pairs called significant that chance explains, at most, on average."""
PSEUDO_COUNT = 0.5
"""Cells added to both counts, so that a pair that is never seen together is a finite number."""


@dataclass(frozen=True, slots=True)
class Associations:
    genes: tuple[str, ...]
    pmi: Floats
    """[G, G]: log of observed over expected count; 0 for chance."""
    z: Floats
    """[G, G]: distance of the observed count from the mean over permutations, in their standard deviations."""
    significant: npt.NDArray[np.bool_]
    """[G, G]; False on the diagonal."""


def associate(cells: Switches) -> Associations:
    size = len(cells.genes)
    observed, expected, variance = (np.zeros((size, size)) for _ in range(3))
    for stratum in np.unique(cells.stratum):
        on = cells.on[cells.stratum == stratum].astype(np.float32)
        num, count = len(on), on.sum(axis=0, dtype=np.float64)
        observed += on.T @ on
        expected += np.outer(count, count) / num
        spread = count * (num - count)
        variance += np.outer(spread, spread) / (num * num * max(num - 1, 1))
    z = (observed - expected) / np.sqrt(np.maximum(variance, 1e-12))
    pmi = np.log((observed + PSEUDO_COUNT) / (expected + PSEUDO_COUNT))
    return Associations(cells.genes, pmi, z, _significant(z))


def _significant(z: Floats) -> npt.NDArray[np.bool_]:
    """Benjamini and Hochberg over the pairs above the diagonal."""
    upper = np.triu_indices(len(z), 1)
    p = 2 * ndtr(-np.abs(z[upper]))
    ranked = np.sort(p)
    passing = np.flatnonzero(ranked <= FALSE_DISCOVERIES * np.arange(1, len(p) + 1) / max(len(p), 1))
    found = np.zeros(z.shape, dtype=np.bool_)
    if len(passing):
        found[upper] = p <= ranked[passing.max()]
    both: npt.NDArray[np.bool_] = found | found.T
    return both
