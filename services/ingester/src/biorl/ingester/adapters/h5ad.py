"""Screens as AnnData files: effects of each perturbation against the control cells of its own line, by scanpy.

Welch's t-test with Benjamini-Hochberg correction (`scanpy.tl.rank_genes_groups`). A readout responds when its adjusted
p-value and its fold change pass the thresholds; all others are measured and did not change. `X` must be log-normalised,
or counts, which are normalised first.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
import scanpy as sc

from biorl.ingester.domain.effects import Dataset, PerturbationEffects, ReadoutEffect, finished
from biorl.ingester.ports import Batch, Ledger
from biorl.questions.question import Context, PerturbationKind, Split

MIN_CELLS = 5
PERTURBATION_COLUMNS = ("perturbation", "condition", "gene", "perturbation_name")
LINE_COLUMNS = ("cell_line", "cell_type", "celltype")
CONTROLS = ("control", "ctrl", "non-targeting", "NT", "non_targeting")


@dataclass(frozen=True, slots=True)
class H5ad:
    path: Path
    """A file, or a folder of *.h5ad."""
    organism: str = ""
    """Empty: what the file says in uns["screen"], else human."""
    perturbation_kind: str = ""
    cell_line: str = ""
    """For files without a column of lines."""
    max_adjusted_p: float = 0.05
    min_abs_log2fc: float = 0.2
    held_out_share: float = 0.2
    """For files without a split column: perturbations are held out by a digest of their name."""
    seed: int = 0
    kind: str = "h5ad"

    def pending(self, known: Ledger) -> Iterator[Batch]:
        for path in sorted(self.path.glob("*.h5ad")) if self.path.is_dir() else [self.path]:
            if not path.is_file():
                continue
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if not known.knows(digest):
                yield self._batch(path, digest)

    def _batch(self, path: Path, digest: str) -> Batch:
        try:
            return Batch(path.name, digest, effects=tuple(finished(self._effects(path, digest))))
        except (OSError, KeyError, ValueError) as error:
            return Batch(path.name, digest, fault=str(error))

    def _effects(self, path: Path, digest: str) -> list[PerturbationEffects]:
        screen = anndata.read_h5ad(path)
        about = {key: str(value) for key, value in dict(screen.uns.get("screen", {})).items()}
        column = _column(screen, PERTURBATION_COLUMNS)
        lines = next((name for name in LINE_COLUMNS if name in screen.obs), None)
        _log_normalise(screen)
        dataset = Dataset(f"h5ad/{path.stem}", digest, about.get("licence", ""))
        found: list[PerturbationEffects] = []
        for line in sorted(screen.obs[lines].astype(str).unique()) if lines else [self.cell_line or "unknown"]:
            part = screen[screen.obs[lines].astype(str) == line].copy() if lines else screen
            found += self._of_line(part, column, line, dataset, about)
        return found

    def _of_line(
        self, cells: Any, column: str, line: str, dataset: Dataset, about: dict[str, str]
    ) -> list[PerturbationEffects]:
        names = cells.obs[column].astype(str)
        control = next((name for name in CONTROLS if (names == name).any()), None)
        if control is None:
            raise ValueError(f"no control cells in {column!r} of line {line}: one of {', '.join(CONTROLS)} is needed")
        counts = names.value_counts()
        kept = sorted(name for name in counts.index if name != control and counts[name] >= MIN_CELLS)
        cells.obs["_group"] = pd.Categorical(names)
        sc.tl.rank_genes_groups(cells, "_group", groups=kept, reference=control, method="t-test", n_genes=cells.n_vars)
        context = Context(
            self.organism or about.get("organism", "NCBITaxon:9606"),
            line,
            PerturbationKind(self.perturbation_kind or about.get("perturbation_kind", "crispri")),
        )
        splits = _splits(cells, names) if "split" in cells.obs else {}
        return [
            PerturbationEffects(
                dataset, context, _genes(name), splits.get(name) or self._split(name), self._readouts(cells, name)
            )
            for name in kept
        ]

    def _readouts(self, cells: Any, name: str) -> tuple[ReadoutEffect, ...]:
        table = sc.get.rank_genes_groups_df(cells, group=name).sort_values("names")
        found = []
        for gene, change, adjusted in zip(table["names"], table["logfoldchanges"], table["pvals_adj"], strict=True):
            if not np.isfinite(change) or not np.isfinite(adjusted):
                continue
            responds = bool(adjusted <= self.max_adjusted_p and abs(change) >= self.min_abs_log2fc)
            direction = (1 if change > 0 else -1) if responds else 0
            found.append(ReadoutEffect(str(gene), responds, direction, float(change), float(adjusted)))
        return tuple(found)

    def _split(self, name: str) -> Split:
        lot = int.from_bytes(hashlib.sha256(f"{self.seed}|{name}".encode()).digest()[:8], "big") / 2**64
        return Split.TEST if lot < self.held_out_share else Split.TRAIN


def _column(screen: Any, names: tuple[str, ...]) -> str:
    for name in names:
        if name in screen.obs:
            return name
    raise KeyError(f"obs needs one of the columns {', '.join(names)}; it has {', '.join(map(str, screen.obs))}")


def _log_normalise(screen: Any) -> None:
    top = screen.X.max()
    if "log1p" not in screen.uns and top > 30:
        sc.pp.normalize_total(screen, target_sum=1e4)
        sc.pp.log1p(screen)
    screen.uns["log1p"] = {"base": None}


def _genes(name: str) -> tuple[str, ...]:
    """`A+B` is both; a control beside a gene is the gene alone."""
    return tuple(part for part in name.split("+") if part not in CONTROLS)


def _splits(cells: Any, names: Any) -> dict[str, Split]:
    table = pd.DataFrame({"name": names, "split": cells.obs["split"].astype(str)}).drop_duplicates()
    if table["name"].duplicated().any():
        table = table[table["split"] == "test"].drop_duplicates("name")  # a perturbation partly held out is held out
    return {str(name): Split(split) for name, split in table.itertuples(index=False) if split in list(Split)}
