"""How alike two genes are, over many sources at once: the kernel "K2".

Each source alone is noisy and patchy; their weighted mean is what predicts (measured: the best single source .623, the
mean .654 AUC per gene). Gene sets count by log(N / size)^1.5, so that a rare shared pathway says more than a common
one; rows have unit length, likeness is the cosine. The mean is rescaled so that every gene is 1 to itself - a gene that
a source does not know loses nothing by that source - and squared, which lets near relatives outweigh a crowd.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from biorl.genes.gene_sets import GeneSets
from biorl.genes.maps import GeneMap

Matrix = npt.NDArray[np.float32]


class Likeness(Protocol):
    """One source's view of genes."""

    @property
    def name(self) -> str: ...

    @property
    def genes(self) -> tuple[str, ...]:
        """The genes that it knows."""

    def between(self, rows: Sequence[str], columns: Sequence[str]) -> Matrix:
        """[row, column], float32, in [0, 1]; 0 where the source does not know one of the two."""


class TermCosine:
    """Cosine of genes over the terms that they belong to, rare terms first."""

    def __init__(self, sets: GeneSets, exponent: float = 1.5, largest_term: int = 1500) -> None:
        sizes = np.asarray(sets.membership.sum(axis=0)).ravel()
        idf = np.log(len(sets.genes) / np.maximum(sizes, 1)) ** exponent
        idf[(sizes > largest_term) | (sizes < 2)] = 0
        features = sp.csr_array(sets.membership @ sp.diags_array(idf.astype(np.float32)))
        features.eliminate_zeros()
        lengths = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
        known = np.flatnonzero(lengths > 0)
        scaled = sp.diags_array(1 / lengths[known]) @ features[known]
        self.name = sets.name
        self.genes = tuple(sets.genes[index] for index in known)
        self._features = sp.csr_array(scaled.astype(np.float32))
        self._place = {gene: index for index, gene in enumerate(self.genes)}

    def between(self, rows: Sequence[str], columns: Sequence[str]) -> Matrix:
        left, right = self._take(rows), self._take(columns)
        cosines: Matrix = (left @ right.T).toarray()
        return np.minimum(cosines, np.float32(1))

    def _take(self, genes: Sequence[str]) -> sp.csr_array:
        known = [index for index, gene in enumerate(genes) if gene in self._place]
        places = [self._place[genes[index]] for index in known]
        ones = np.ones(len(known), dtype=np.float32)
        pick = sp.csr_array((ones, (known, places)), shape=(len(genes), len(self.genes)))
        return sp.csr_array(pick @ self._features)


class MapNearness:
    """exp(-distance^2 / (2 bandwidth^2)) of genes on a map."""

    def __init__(self, gene_map: GeneMap) -> None:
        self.name = gene_map.name
        self.genes = gene_map.genes
        self._place = {gene: index for index, gene in enumerate(self.genes)}
        self._points = gene_map.points.astype(np.float64) / gene_map.bandwidth

    def between(self, rows: Sequence[str], columns: Sequence[str]) -> Matrix:
        left, right = self._take(rows), self._take(columns)
        squares = (left**2).sum(1)[:, None] + (right**2).sum(1)[None, :] - 2 * left @ right.T
        near: Matrix = np.nan_to_num(np.exp(-np.maximum(squares, 0) / 2), nan=0.0).astype(np.float32)
        return near

    def _take(self, genes: Sequence[str]) -> npt.NDArray[np.float64]:
        points = np.full((len(genes), self._points.shape[1]), np.nan)
        for index, gene in enumerate(genes):
            if gene in self._place:
                points[index] = self._points[self._place[gene]]
        return points


@dataclass(frozen=True, slots=True)
class WeightedSource:
    likeness: Likeness
    weight: float


class Kernel:
    """The weighted mean of sources, unit on its diagonal, raised to a power."""

    def __init__(self, sources: Sequence[WeightedSource], power: float = 2.0) -> None:
        self.sources = tuple(sources)
        self.power = power
        self._self_likeness: dict[str, float] = {}
        for source in self._counted():
            for gene in source.likeness.genes:
                self._self_likeness[gene] = self._self_likeness.get(gene, 0.0) + source.weight

    @property
    def genes(self) -> tuple[str, ...]:
        """Every gene that at least one source knows, sorted."""
        return tuple(sorted(self._self_likeness))

    @property
    def weights(self) -> tuple[float, ...]:
        """Of the sources, in their order; one that weighs nothing is there to be weighed otherwise."""
        return tuple(source.weight for source in self.sources)

    def weighing(self, weights: Sequence[float]) -> "Kernel":
        """The same sources, each with the weight at its place."""
        pairs = zip(self.sources, weights, strict=True)
        return Kernel([WeightedSource(source.likeness, weight) for source, weight in pairs], self.power)

    def between(self, rows: Sequence[str], columns: Sequence[str]) -> Matrix:
        """[row, column], float32, in [0, 1]: 1 for a gene with itself, all 0 for a gene that no source knows."""
        total = np.zeros((len(rows), len(columns)), dtype=np.float32)
        for source in self._counted():
            total += np.float32(source.weight) * source.likeness.between(rows, columns)
        total *= self._scale(rows)[:, None]
        total *= self._scale(columns)[None, :]
        return np.asarray(np.clip(total, 0, 1) ** np.float32(self.power), dtype=np.float32)

    def _counted(self) -> list[WeightedSource]:
        return [source for source in self.sources if source.weight > 0]

    def _scale(self, genes: Sequence[str]) -> Matrix:
        weights = np.array([self._self_likeness.get(gene, 0.0) for gene in genes])
        scale: Matrix = np.divide(1, np.sqrt(weights), out=np.zeros_like(weights), where=weights > 0).astype(np.float32)
        return scale
