"""The regulatory network: pathways of regulators that act through a hub gene on shared readout genes.

Knocking down a regulator moves its pathway's hub, the hub moves the readouts that listen to it, and some regulators act
on a readout directly. Two genes of one pathway and one role therefore do alike, which is what a world model can learn
from annotation; a readout listens to several pathways with different signs, so its base rate alone tells nothing.
Works on arrays of genes only; log2 fold changes add up along edges (a linear steady state). Guarantees a stable
network: every knock-down has one finite answer.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

PATHWAY_NAMES = (
    "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima", "mike",
    "november", "oscar", "papa",
)  # fmt: skip
MAX_SPECTRAL_RADIUS = 0.8
"""Below one, so that effects fade along feedback loops."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large an organism is."""

    num_pathways: int = 12
    genes_per_pathway: int = 12
    """Regulators of one pathway, its hub among them; each of them is knocked down in the screen."""
    num_readouts: int = 96
    pathways_per_readout: int = 5
    cells_per_perturbation: int = 30
    """In each cell line."""
    num_control_cells: int = 500
    """In each cell line."""
    num_papers: int = 40

    def __post_init__(self) -> None:
        if not 2 <= self.num_pathways <= len(PATHWAY_NAMES):
            msg = f"an organism has 2 to {len(PATHWAY_NAMES)} pathways, not {self.num_pathways}"
            raise ValueError(msg)
        if self.genes_per_pathway < 4 or self.num_readouts < 1 or self.num_papers < 4:
            msg = "an organism needs 4 genes a pathway, a readout and 4 papers at least"
            raise ValueError(msg)
        if not 1 <= self.pathways_per_readout <= self.num_pathways:
            msg = f"a readout listens to 1 to {self.num_pathways} pathways, not {self.pathways_per_readout}"
            raise ValueError(msg)


TINY = Size(
    num_pathways=4,
    genes_per_pathway=6,
    num_readouts=16,
    pathways_per_readout=3,
    cells_per_perturbation=20,
    num_control_cells=100,
    num_papers=8,
)
"""For tests: everything is there, nothing takes time."""


@dataclass(frozen=True, slots=True)
class Network:
    """Which gene acts on which, in one cell line. Arrays are indexed by gene."""

    symbols: tuple[str, ...]
    pathway: npt.NDArray[np.int64]
    """Pathway of a regulator; -1 for a readout."""
    role: npt.NDArray[np.int64]
    """+1 activates its pathway, -1 inhibits it; 0 for a readout."""
    hubs: tuple[int, ...]
    """The gene through which each pathway acts."""
    weights: Floats
    """weights[target, source]: log2 fold change of the target for one log2 fold change of the source."""

    @property
    def regulators(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self.pathway >= 0)

    @property
    def readouts(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self.pathway < 0)


def build_network(size: Size, rng: np.random.Generator) -> Network:
    """A network of one cell line. Symbols carry no information about pathways."""
    num_regulators = size.num_pathways * size.genes_per_pathway
    num_genes = num_regulators + size.num_readouts
    pathway = np.full(num_genes, -1)
    pathway[:num_regulators] = np.repeat(np.arange(size.num_pathways), size.genes_per_pathway)
    hubs = tuple(range(0, num_regulators, size.genes_per_pathway))
    role = np.zeros(num_genes, dtype=np.int64)
    role[:num_regulators] = rng.choice([1, -1], num_regulators, p=[0.65, 0.35])
    role[list(hubs)] = 1
    weights = _wire(size, pathway, role, hubs, rng)
    return Network(_symbols(num_genes, rng), pathway, role, hubs, _stable(weights))


def _symbols(num_genes: int, rng: np.random.Generator) -> tuple[str, ...]:
    return tuple(f"SIMG{number:03d}" for number in rng.permutation(num_genes) + 1)


def _wire(
    size: Size,
    pathway: npt.NDArray[np.int64],
    role: npt.NDArray[np.int64],
    hubs: tuple[int, ...],
    rng: np.random.Generator,
) -> Floats:
    num_genes = len(pathway)
    weights = np.zeros((num_genes, num_genes))
    for regulator in np.flatnonzero(pathway >= 0):
        hub = hubs[pathway[regulator]]
        if regulator != hub:
            weights[hub, regulator] = role[regulator] * rng.uniform(0.4, 0.8)
    for hub in hubs:  # crosstalk: one other pathway listens
        other = hubs[rng.integers(len(hubs))]
        if other != hub:
            weights[other, hub] = rng.choice([-1, 1]) * rng.uniform(0.15, 0.3)
    for readout in np.flatnonzero(pathway < 0):
        heard = rng.choice(len(hubs), size.pathways_per_readout, replace=False)
        signs = _both_signs(size.pathways_per_readout, rng)
        weights[readout, [hubs[index] for index in heard]] = signs * rng.uniform(0.35, 0.9, len(heard))
        direct = rng.choice(np.flatnonzero(role != 0), 3, replace=False)  # what no annotation explains
        weights[readout, direct] += rng.choice([-1, 1], 3) * rng.uniform(0.2, 0.5, 3)
    return weights


def _both_signs(count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Signs in random order, as even as the count allows: a readout rises for some pathways and falls for others."""
    signs = np.where(np.arange(count) % 2 == rng.integers(2), 1, -1)
    return rng.permutation(signs)


def _stable(weights: Floats) -> Floats:
    radius = float(np.abs(np.linalg.eigvals(weights)).max())
    return weights * min(1.0, MAX_SPECTRAL_RADIUS / radius) if radius > 0 else weights


def rewired(network: Network, share: float, rng: np.random.Generator) -> Network:
    """Another cell line of the same organism: this share of the edges into readouts has the opposite sign."""
    weights = network.weights.copy()
    targets, sources = np.nonzero(weights)
    into_readouts = np.flatnonzero(network.pathway[targets] < 0)
    flipped = rng.choice(into_readouts, round(share * len(into_readouts)), replace=False)
    weights[targets[flipped], sources[flipped]] *= -1
    return Network(network.symbols, network.pathway, network.role, network.hubs, weights)


def knockdown(network: Network, gene: int, log2_fold_change: float = -2.0) -> Floats:
    """log2 fold change of every gene at steady state when `gene` is held at `log2_fold_change`."""
    free = network.weights.copy()
    free[gene] = 0.0
    push = np.zeros(len(network.symbols))
    push[gene] = log2_fold_change
    return np.linalg.solve(np.eye(len(push)) - free, push)


def all_knockdowns(network: Network, log2_fold_change: float = -2.0) -> Floats:
    """Effects of knocking down each regulator, shape (regulators, genes), in log2 fold change."""
    return np.stack([knockdown(network, int(gene), log2_fold_change) for gene in network.regulators])
