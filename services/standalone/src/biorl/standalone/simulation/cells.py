"""Single cells of the screen: what a knock-down does to the mean, with the noise that sequencing adds.

Numpy alone. Counts are gamma-Poisson; the split is by perturbation and even over pathways, so that a held-out gene has
relatives in training. Nothing here looks at labels: effects are what the ingester measures from these cells.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biorl.standalone.simulation.network import Floats, Network, Size, all_knockdowns

CONTROL = "control"
COUNTS_PER_CELL = 4_000
TEST_SHARE = 0.4
DISPERSION = 0.15
"""Extra variance of counts over Poisson, relative to the squared mean."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of one line, one row each."""

    counts: npt.NDArray[np.int32]
    """Shape (cells, genes)."""
    perturbation: tuple[str, ...]
    """Symbol of the gene knocked down, or "control"."""


def baseline_expression(num_genes: int, rng: np.random.Generator) -> Floats:
    """Expected share of a control cell's counts, shape (genes,)."""
    expression = np.exp(rng.normal(0.0, 0.5, num_genes))
    share: Floats = expression / expression.sum()
    return share


def sample_cells(network: Network, baseline: Floats, size: Size, rng: np.random.Generator) -> Cells:
    """Control cells first, then the cells of each perturbation."""
    effects = all_knockdowns(network)
    control = _counts(baseline, np.zeros_like(baseline), size.num_control_cells, rng)
    treated = [_counts(baseline, effect, size.cells_per_perturbation, rng) for effect in effects]
    names = [CONTROL] * size.num_control_cells
    for gene in network.regulators:
        names += [network.symbols[gene]] * size.cells_per_perturbation
    return Cells(np.concatenate([control, *treated]), tuple(names))


def _counts(baseline: Floats, effect: Floats, num_cells: int, rng: np.random.Generator) -> npt.NDArray[np.int32]:
    depth = COUNTS_PER_CELL * np.exp(rng.normal(0.0, 0.2, (num_cells, 1)))
    mean = depth * baseline * np.exp2(effect)
    rate = mean * rng.gamma(1 / DISPERSION, DISPERSION, mean.shape)
    return rng.poisson(rate).astype(np.int32)


def held_out_regulators(network: Network, rng: np.random.Generator) -> frozenset[str]:
    """Symbols of the perturbations on the test side: the same share of every pathway, never its hub."""
    held_out: set[str] = set()
    for index, hub in enumerate(network.hubs):
        members = np.flatnonzero(network.pathway == index)
        candidates = members[members != hub]
        chosen = rng.choice(candidates, max(1, round(TEST_SHARE * len(candidates))), replace=False)
        held_out.update(network.symbols[gene] for gene in chosen)
    return frozenset(held_out)


def log_normalised(counts: npt.NDArray[np.int32], target: float = 10_000.0) -> npt.NDArray[np.float32]:
    """log(1 + counts scaled to `target` a cell), as scanpy's normalize_total and log1p give it."""
    totals = counts.sum(axis=1, keepdims=True).clip(min=1)
    scaled: npt.NDArray[np.float32] = np.log1p(counts / totals * target).astype(np.float32)
    return scaled
