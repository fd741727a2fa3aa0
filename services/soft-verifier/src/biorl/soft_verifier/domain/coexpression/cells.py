"""Unperturbed cells, as co-expression needs them: which genes are on in which, and how deep each was sequenced."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

NUM_STRATA = 5
"""Groups of cells of like depth."""
LEAST_SHARE = 0.02
"""A gene that is on, or off, in a smaller share of the cells cannot be told from chance."""
MOST_GENES = 6_000
"""More than that and the table of pairs does not fit; those that are told apart best are kept."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Of one cell line; or of any, where they stand for all (`cell_line` empty)."""

    cell_line: str
    genes: tuple[str, ...]
    """Symbols, normalised, each once."""
    expression: Any
    """[cell, gene], counts or log-normalised, dense or scipy sparse."""

    def named(self, normalise: Callable[[str], str]) -> "Cells":
        """Under official symbols; of columns that mean one gene, the first."""
        names = [normalise(gene) for gene in self.genes]
        first = {name: place for place, name in reversed(list(enumerate(names)))}
        kept = sorted(first.values())
        return Cells(self.cell_line, tuple(names[place] for place in kept), self.expression[:, kept])


@dataclass(frozen=True, slots=True)
class Switches:
    """[cell, gene] and [cell]."""

    genes: tuple[str, ...]
    on: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.int64]


def switches(cells: Cells) -> Switches:
    """A gene is on in a cell where it is above its median (which is 0 for most genes).

    Deep cells have more genes on, all together; strata of like depth keep that from looking like biology.
    """
    dense = cells.expression.toarray() if hasattr(cells.expression, "toarray") else np.asarray(cells.expression)
    on = dense > np.median(dense, axis=0)
    share = on.mean(axis=0)
    able = np.flatnonzero((share >= LEAST_SHARE) & (share <= 1 - LEAST_SHARE))
    kept = np.sort(able[np.argsort(-(share * (1 - share))[able], kind="stable")[:MOST_GENES]])
    depth = (dense > 0).sum(axis=1) if (dense == 0).any() else dense.sum(axis=1)
    edges = np.quantile(depth, np.arange(1, NUM_STRATA) / NUM_STRATA)
    names = tuple(cells.genes[place] for place in kept.tolist())
    return Switches(names, on[:, kept], np.searchsorted(edges, depth))
