"""PerturbQA's CSV files: `<line>-de.csv` says what changes, `<line>-dir.csv` in which direction.

Columns pert, gene, label (0 or 1), split (train or test). The two are merged: direction is known for what changes. The
`_set` files, whose readouts are gene sets, are not read.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from biorl.ingester.adapters.files import digest_of, find
from biorl.ingester.adapters.tabular import read_text_table, split_named
from biorl.ingester.domain.effects import Dataset, Measured, PerturbationEffects, ReadoutEffect, assemble
from biorl.ingester.domain.sources import PerturbqaSource, Unit
from biorl.ingester.ports import UnreadableError
from biorl.questions.question import Context, PerturbationKind, Split

_FILE = re.compile(r"(?P<line>.+?)-(?P<task>de|dir)\.csv(?:\.gz)?", re.IGNORECASE)
_LINES = {"k562": "K562", "rpe1": "RPE1", "hepg2": "HepG2", "jurkat": "Jurkat"}
_COLUMNS = ("pert", "gene", "label", "split")
_KEY = ["pert", "gene"]


def find_lines(source: PerturbqaSource) -> list[Unit]:
    """One unit a cell line: its two files, or the one that is there."""
    wanted = {line.lower() for line in source.cell_lines}
    files: dict[str, list[Path]] = {}
    for _, path in find(source.path, ("*-de.csv*", "*-dir.csv*")):
        named = _FILE.fullmatch(path.name)
        line = named["line"].lower() if named else ""
        if line and not line.endswith("_set") and (not wanted or line in wanted):
            files.setdefault(line, []).append(path)
    return [Unit(f"{source.name}/{line}", tuple(sorted(paths))) for line, paths in sorted(files.items())]


def read_line(source: PerturbqaSource, unit: Unit) -> Iterator[PerturbationEffects]:
    """One message a perturbation. Raises UnreadableError for a file that is no such table."""
    tables = {_task(path): _read(path) for path in unit.paths}
    merged = _merged(tables.get("de"), tables.get("dir"))
    line = unit.name.rpartition("/")[2]
    context = Context("NCBITaxon:9606", _LINES.get(line, line), PerturbationKind.CRISPRI)
    dataset = Dataset(unit.name, digest_of(unit.paths), source.licence, benchmarks=(unit.name,))
    return assemble(dataset, list(_measured(merged, context)))


def _task(path: Path) -> str:
    named = _FILE.fullmatch(path.name)
    return named["task"].lower() if named else ""


def _read(path: Path) -> pd.DataFrame:
    table = read_text_table(path, ",")
    if missing := [column for column in _COLUMNS if column not in table]:
        raise UnreadableError(f"{path.name} lacks the columns {', '.join(missing)}")
    if not table["label"].isin(["0", "1"]).all():
        raise UnreadableError(f"{path.name} has labels other than 0 and 1")
    if (table["pert"] == "").any() or (table["gene"] == "").any():
        raise UnreadableError(f"{path.name} has rows without a gene")
    if repeated := int(table.duplicated(_KEY).sum()):
        raise UnreadableError(f"{path.name} says {repeated} pairs more than once")
    return table


def _merged(changed: pd.DataFrame | None, raised: pd.DataFrame | None) -> pd.DataFrame:
    """Columns pert, gene, split, changed (1, 0 or missing), raised (1, 0 or missing)."""
    if changed is None or raised is None:
        one = raised if changed is None else changed
        assert one is not None  # noqa: S101 - a unit has at least one file
        known, unknown = ("raised", "changed") if changed is None else ("changed", "raised")
        return one.rename(columns={"label": known}).assign(**{unknown: np.nan})
    both = changed.rename(columns={"label": "changed", "split": "split_de"}).merge(
        raised.rename(columns={"label": "raised", "split": "split_dir"}), on=_KEY, how="outer"
    )
    if (both["split_de"].notna() & both["split_dir"].notna() & (both["split_de"] != both["split_dir"])).any():
        raise UnreadableError("the two files put a pair on different sides of the split")
    return both.assign(split=both["split_de"].fillna(both["split_dir"]))


def _measured(table: pd.DataFrame, context: Context) -> Iterator[Measured]:
    splits = {name: split_named(name) for name in table["split"].unique()}
    for (perturbed, side), rows in table.groupby(["pert", "split"], sort=False):
        columns = (rows["gene"].tolist(), rows["changed"].tolist(), rows["raised"].tolist())
        readouts = tuple(_effect(*row) for row in sorted(zip(*columns, strict=True), key=lambda row: str(row[0])))
        split: Split = splits[side]
        yield Measured(context, (str(perturbed),), split, readouts)


def _effect(gene: str, changed: object, raised: object) -> ReadoutEffect:
    direction = {"1": 1, "0": -1}.get(str(raised), 0)
    return ReadoutEffect(gene, {"1": True, "0": False}.get(str(changed)), 0 if changed == "0" else direction)
