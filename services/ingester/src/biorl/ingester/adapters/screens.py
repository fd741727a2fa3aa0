"""Single-cell screens in AnnData: effects of each perturbation against the control cells of its own cell line.

scanpy ranks every gene (Wilcoxon or t-test, Benjamini-Hochberg within a perturbation); thresholds make labels of
that. The perturbed genes themselves are no readouts: their change is the intervention. What is left out is logged.
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from biorl.ingester.adapters.files import digest_of
from biorl.ingester.adapters.screen_layout import Layout, expression, layout_of, load, readout_names
from biorl.ingester.domain.effects import Dataset, Measured, PerturbationEffects, ReadoutEffect, assemble
from biorl.ingester.domain.labels import genes_of, label, split_of
from biorl.ingester.domain.sources import ScreenSource, Unit
from biorl.ingester.ports import UnreadableError
from biorl.questions.question import Context, Split

logger = logging.getLogger(__name__)

MAX_ABS_LOG2FC = 10.0
"""scanpy divides by 1e-9 where a gene is silent on one side; beyond this the size says nothing."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The cells of one cell line that take part."""

    name: str
    cells: Any
    """AnnData with obs column `group`: the perturbation's label, or "control"."""
    layout: Layout
    readouts: npt.NDArray[np.str_]


_CONTROL = "control"


def read_screen(source: ScreenSource, unit: Unit) -> Iterator[PerturbationEffects]:
    """One message for a perturbation in a cell line. Raises UnreadableError for a file that is no screen."""
    (path,) = unit.paths
    screen = load(path)
    layout = layout_of(screen, source)
    screen = expression(screen, source)
    measured = [item for line in _lines(screen, layout, source) for item in _measure(line, source)]
    if not measured:
        raise UnreadableError("no perturbation has enough cells beside enough controls")
    name = source.dataset or path.name.partition(".")[0]
    dataset = Dataset(name, digest_of(unit.paths), layout.licence, benchmarks=source.benchmarks)
    return assemble(dataset, measured)


def _lines(screen: Any, layout: Layout, source: ScreenSource) -> Iterator[_Line]:
    names = readout_names(screen, source)
    for line in sorted(set(layout.cell_lines.tolist())):
        here = layout.cell_lines == line
        groups = pd.Series(layout.groups[here])
        counts = groups.value_counts()
        if counts.get(_CONTROL, 0) < source.min_cells:
            logger.warning("cell line %r has %d control cells: left out", line, counts.get(_CONTROL, 0))
            continue
        small = sorted(counts.index[counts < source.min_cells])
        if small:
            logger.warning("cell line %r: too few cells for %d perturbations: %s", line, len(small), small[:20])
        kept = ~groups.isin(small).to_numpy()
        cells = screen[np.flatnonzero(here)[kept]].copy()
        cells.obs["group"] = pd.Categorical(groups[kept])
        yield _Line(line, cells, layout.of(np.flatnonzero(here)[kept]), names)


def _measure(line: _Line, source: ScreenSource) -> Iterator[Measured]:
    groups = [name for name in line.cells.obs["group"].cat.categories if name != _CONTROL]
    if not groups:
        return
    ranks = _ranks(line.cells, groups, source.test)
    seen = _share_expressed(line.cells)
    control = seen[_CONTROL]
    for group in groups:
        genes = genes_of(group, source.separator)
        is_readout = np.maximum(seen[group], control) >= source.min_expressed
        is_readout &= ~np.isin(line.readouts, genes)
        readouts = _readouts(line, ranks[group], is_readout, source)
        context, split = _place(line, group, genes, source)
        yield Measured(context, genes, split, readouts)


def _ranks(cells: Any, groups: Sequence[str], test: str) -> dict[str, pd.DataFrame]:
    """By group: a frame with columns log2fc and padj, in the order of var."""
    import scanpy as sc  # noqa: PLC0415 - seconds to import, and not every source is a screen

    ties = {"tie_correct": True} if test == "wilcoxon" else {}
    with warnings.catch_warnings():
        # A gene that no cell has divides by zero; its p is no number, and it is left out below.
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        sc.tl.rank_genes_groups(
            cells, "group", groups=list(groups), reference=_CONTROL, method=test, use_raw=False, **ties
        )
    result = cells.uns["rank_genes_groups"]
    frames = {}
    for group in groups:
        frame = pd.DataFrame(
            {"log2fc": result["logfoldchanges"][group], "padj": result["pvals_adj"][group]},
            index=result["names"][group],
        )
        frames[group] = frame.reindex(cells.var_names)
    return frames


def _share_expressed(cells: Any) -> dict[str, npt.NDArray[np.float64]]:
    """By group: the share of cells in which each gene is seen at all."""
    groups = cells.obs["group"].to_numpy()
    shares = {}
    for group in cells.obs["group"].cat.categories:
        seen = cells.X[groups == group] != 0
        shares[group] = np.asarray(seen.mean(axis=0), dtype=np.float64).ravel()
    return shares


def _readouts(
    line: _Line, ranks: pd.DataFrame, is_readout: npt.NDArray[np.bool_], source: ScreenSource
) -> tuple[ReadoutEffect, ...]:
    folds = np.clip(ranks["log2fc"].to_numpy(np.float64), -MAX_ABS_LOG2FC, MAX_ABS_LOG2FC)
    adjusted = ranks["padj"].to_numpy(np.float64)
    usable = is_readout & np.isfinite(folds) & np.isfinite(adjusted)
    effects = []
    for name, fold, p in zip(line.readouts[usable], folds[usable].tolist(), adjusted[usable].tolist(), strict=True):
        changed, direction = label(fold, p, source.thresholds)
        effects.append(ReadoutEffect(str(name), changed, direction, fold, p))
    return tuple(sorted(effects, key=lambda effect: effect.readout))


def _place(line: _Line, group: str, genes: tuple[str, ...], source: ScreenSource) -> tuple[Context, Split]:
    cells = line.layout.groups == group
    kind, split = line.layout.kind_of(cells), line.layout.split_of(cells)
    context = Context(line.layout.organism, line.name, kind)
    return context, split if split is not None else split_of(genes, source.split)
