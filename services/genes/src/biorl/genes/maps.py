"""Genes as points of a two-dimensional map, near each other when they behave alike."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biorl.genes.reading import AnnotationFileError, columns
from biorl.genes.symbols import Symbols

BANDWIDTH = 0.3
"""Of the co-essential map, in its own units."""


@dataclass(frozen=True, slots=True)
class GeneMap:
    name: str
    genes: tuple[str, ...]
    points: npt.NDArray[np.float32]
    """[gene, 2], in the map's own units; float32."""
    bandwidth: float
    """Distance, in the map's units, at which likeness has fallen to exp(-1/2)."""


def read_coessential_map(path: Path, symbols: Symbols) -> GeneMap:
    """TSV with `gene_names`, `hUMAP_x`, `hUMAP_y`. Of two rows for one gene the first counts."""
    points: dict[str, tuple[float, float]] = {}
    for gene, x, y in columns(path, ("gene_names", "hUMAP_x", "hUMAP_y")):
        try:
            points.setdefault(symbols.normalise(gene), (float(x), float(y)))
        except ValueError as error:
            raise AnnotationFileError(path, f"gene {gene!r} has no point") from error
    genes = tuple(sorted(points))
    return GeneMap("co-essential map", genes, np.array([points[gene] for gene in genes], dtype=np.float32), BANDWIDTH)
