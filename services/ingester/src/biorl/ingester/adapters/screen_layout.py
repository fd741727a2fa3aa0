"""Where a screen's AnnData keeps what: found by the names that the field uses, or as the operator says.

The file may say more about itself in `uns["screen"]`: organism, cell_line, perturbation_kind, licence.
"""

import logging
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from biorl.ingester.adapters.tabular import split_named
from biorl.ingester.domain.labels import genes_of, is_control, kind_of
from biorl.ingester.domain.sources import ScreenSource
from biorl.ingester.ports import UnreadableError
from biorl.questions.question import PerturbationKind, Split

logger = logging.getLogger(__name__)

PERTURBATIONS = ("perturbation", "perturbation_name", "condition", "target_gene", "gene", "guide_target", "gene_target")
CELL_LINES = ("cell_line", "cell_type", "celltype", "cell_id")
KINDS = ("perturbation_kind", "perturbation_type")
SPLITS = ("split",)
SYMBOLS = ("gene_symbol", "gene_symbols", "gene_name", "symbol", "feature_name")
ORGANISMS = ("organism_ontology_term_id", "organism", "species")
HUMAN, MOUSE, RAT = "NCBITaxon:9606", "NCBITaxon:10090", "NCBITaxon:10116"
TAXA = {"human": HUMAN, "homo sapiens": HUMAN, "mouse": MOUSE, "mus musculus": MOUSE, "rat": RAT}
ENSEMBL = {"ENSG0": HUMAN, "ENSMUSG0": MOUSE, "ENSRNOG0": RAT}
_RODENT = re.compile("[A-Z][a-z]+[a-z0-9-]*$")
"""How symbols of mouse and rat are written: Actb, Trp53."""
_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of each cell; arrays of shape (cells,)."""

    groups: npt.NDArray[np.str_]
    """Genes perturbed, joined by the separator, or "control"."""
    cell_lines: npt.NDArray[np.str_]
    kinds: npt.NDArray[np.str_]
    """The file's own word; empty when it says none."""
    splits: npt.NDArray[np.str_]
    organism: str
    licence: str

    def of(self, cells: npt.NDArray[np.intp]) -> Self:
        return replace(
            self,
            groups=self.groups[cells],
            cell_lines=self.cell_lines[cells],
            kinds=self.kinds[cells],
            splits=self.splits[cells],
        )

    def kind_of(self, cells: npt.NDArray[np.bool_]) -> PerturbationKind | None:
        """What most of the cells say. Raises UnreadableError for a word that names no kind."""
        word = _commonest(self.kinds[cells])
        kind = kind_of(word)
        if word and kind is None:
            raise UnreadableError(f"{word!r} is no kind of perturbation: set perturbation_kind")
        return kind

    def split_of(self, cells: npt.NDArray[np.bool_]) -> Split | None:
        """None when the file does not say. Raises UnreadableError when a perturbation is on both sides."""
        words = sorted({word for word in self.splits[cells].tolist() if word})
        if len(words) > 1:
            raise UnreadableError(f"a perturbation is in {' and '.join(words)}")
        return split_named(words[0]) if words else None


def load(path: Path) -> Any:
    """The AnnData. Raises UnreadableError for whatever keeps it from being read."""
    import anndata  # noqa: PLC0415 - slow to import

    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):  # of how old files name their parts
            screen = anndata.read_h5ad(path)
    except MemoryError:
        raise
    except Exception as error:
        # The file is a stranger's, and neither HDF5 nor AnnData say what they raise for a damaged one.
        raise UnreadableError(f"{path.name} is no AnnData file: {error!r}") from error
    if screen.X is None or 0 in screen.shape:
        raise UnreadableError(f"{path.name} holds no expression")
    screen.var_names_make_unique()
    return screen


def layout_of(screen: Any, source: ScreenSource) -> Layout:
    """Raises UnreadableError when no column names perturbations or no cell is a control."""
    said = _said(screen)
    named = _column(screen.obs, source.perturbation_column, PERTURBATIONS)
    if named is None:
        raise UnreadableError(f"no obs column names perturbations; there are {', '.join(map(str, screen.obs.columns))}")
    groups = _groups(named, source)
    if not (groups == "control").any():
        raise UnreadableError("no cell is a control: set `control` to its label")
    return Layout(
        groups=groups,
        cell_lines=_texts(screen, source.cell_line_column, CELL_LINES, source.cell_line or said.get("cell_line", "")),
        kinds=_texts(screen, source.kind_column, KINDS, source.perturbation_kind or said.get("perturbation_kind", "")),
        splits=_texts(screen, source.split_column, SPLITS, ""),
        organism=source.organism or said.get("organism", "") or _organism(screen),
        licence=source.licence or said.get("licence", ""),
    )


def _organism(screen: Any) -> str:
    """As the cells or the names of genes tell; human where neither does.

    Raises UnreadableError for several, for one without a known name, and for symbols not written as human ones.
    """
    said = _column(screen.obs, "", ORGANISMS)
    words = sorted(set(said) - {""}) if said is not None else []
    if len(words) > 1:
        raise UnreadableError(f"cells of {' and '.join(words)}: give one file an organism")
    if words:
        taxon = words[0] if words[0].startswith("NCBITaxon:") else TAXA.get(words[0].lower())
        if taxon is None:
            raise UnreadableError(f"{words[0]!r} is no organism that is known here: set `organism` (NCBITaxon:...)")
        return taxon
    names = [str(name) for name in screen.var_names[:_SAMPLE]]
    found = {taxon for name in names for prefix, taxon in ENSEMBL.items() if name.startswith(prefix)}
    if len(found) == 1:
        return found.pop()
    if sum(_RODENT.match(name) is not None for name in names) > len(names) / 2:
        raise UnreadableError(f"genes are written as those of mouse or rat are ({names[0]}): set `organism`")
    return HUMAN


def expression(screen: Any, source: ScreenSource) -> Any:
    """The screen with log1p of normalised expression in X. Raises UnreadableError for scaled values."""
    every = screen.X.data if hasattr(screen.X, "tocsr") else screen.X
    lowest, highest = (every.min(initial=0), every.max(initial=0))  # NaN where one of them is
    if not np.isfinite([lowest, highest]).all():
        raise UnreadableError("X holds values that are no numbers: leave those cells or genes out, or fill them in")
    if lowest < 0:
        raise UnreadableError("X is scaled (it has negative values): give counts or log1p of normalised counts")
    values = screen[:: max(1, screen.n_obs // _SAMPLE)].to_df().to_numpy()
    is_counts = bool((values == np.round(values)).all()) if source.matrix == "auto" else source.matrix == "counts"
    if is_counts:
        import scanpy as sc  # noqa: PLC0415 - slow to import

        sc.pp.normalize_total(screen, target_sum=1e4)
        sc.pp.log1p(screen)
    # Written by older versions without its base, which scanpy then asks for.
    screen.uns["log1p"] = {"base": None}
    return screen


def readout_names(screen: Any, source: ScreenSource) -> npt.NDArray[np.str_]:
    """Shape (genes,). Symbols, where var has them and its index holds Ensembl ids."""
    if source.readout_column and source.readout_column not in screen.var:
        there = ", ".join(map(str, screen.var.columns))
        raise UnreadableError(f"var has no column {source.readout_column}; there are {there or 'none'}")
    column = source.readout_column
    if not column and all(str(name).startswith("ENS") for name in screen.var_names[:20]):
        column = next((name for name in SYMBOLS if name in screen.var), "")
    names = screen.var[column].astype(str) if column else screen.var_names.astype(str)
    unique = pd.Index(names)
    if unique.has_duplicates:
        logger.warning(
            "%d readouts share a symbol with another and are left under their index", unique.duplicated().sum()
        )
        unique = pd.Index(np.where(unique.duplicated(keep=False), screen.var_names.astype(str), unique))
    return np.asarray(unique, dtype=str)


def _said(screen: Any) -> dict[str, str]:
    said = screen.uns.get("screen", {})
    return {str(key): str(value) for key, value in said.items()} if isinstance(said, Mapping) else {}


def _groups(named: pd.Series, source: ScreenSource) -> npt.NDArray[np.str_]:
    """Equal perturbations get one label: "A+B" and "B+A", "A" and "A+ctrl". Empty for a cell that says nothing."""
    labels = {}
    for name in named.unique():
        genes = genes_of(name, source.separator)
        control = name == source.control if source.control else name != "" and (is_control(name) or not genes)
        labels[name] = "control" if control else source.separator.join(genes)
    groups: npt.NDArray[np.str_] = named.map(labels).to_numpy(dtype=str)
    return groups


def _texts(screen: Any, wanted: str, usual: Sequence[str], otherwise: str) -> npt.NDArray[np.str_]:
    """The column's words; `otherwise`, when given, wins over a column that was only guessed."""
    column = None if otherwise and not wanted else _column(screen.obs, wanted, usual)
    return np.full(screen.n_obs, otherwise) if column is None else column.to_numpy(dtype=str)


def _column(obs: pd.DataFrame, wanted: str, usual: Sequence[str]) -> pd.Series | None:
    if wanted and wanted not in obs:
        raise UnreadableError(f"obs has no column {wanted}; there are {', '.join(map(str, obs.columns))}")
    name = wanted or next((name for name in usual if name in obs), "")
    return obs[name].astype(object).where(obs[name].notna(), "").astype(str) if name else None


def _commonest(words: npt.NDArray[np.str_]) -> str:
    """Of equally common ones the first in the alphabet."""
    values, counts = np.unique(words, return_counts=True)
    return str(values[np.argmax(counts)]) if len(values) else ""
