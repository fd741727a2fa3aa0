"""The general table of effects: CSV, TSV or parquet, one row for a perturbation and a readout. See the README.

Labels that are given are taken; what is missing is told from log2fc and padj by the thresholds. A pair that comes twice
is refused, because nobody says which one holds.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from biorl.ingester.adapters.files import digest_of
from biorl.ingester.adapters.tabular import read_parquet_table, read_text_table, split_named
from biorl.ingester.domain.effects import Dataset, Measured, PerturbationEffects, ReadoutEffect, assemble
from biorl.ingester.domain.labels import Thresholds, genes_of, kind_of, label, split_of
from biorl.ingester.domain.sources import EffectTableSource, Unit
from biorl.ingester.ports import UnreadableError
from biorl.questions.question import Context, PerturbationKind

REQUIRED = ("perturbation", "readout")
MEASURES = ("de", "direction", "log2fc", "padj")
CONTEXTS = ("cell_line", "organism", "perturbation_kind")
_TRUE = frozenset({"1", "true", "yes", "t", "y", "1.0"})
_FALSE = frozenset({"0", "false", "no", "f", "n", "0.0"})
_DIRECTIONS = {"1": 1, "+1": 1, "up": 1, "1.0": 1, "-1": -1, "down": -1, "-1.0": -1, "0": 0, "0.0": 0, "none": 0}
_NOT_SAID = frozenset({"", "nan", "none", "na", "null"})


class _Cells(NamedTuple):
    """Of one row, in the order of `MEASURES`; None for a column that is not there."""

    de: Any
    direction: Any
    log2fc: Any
    padj: Any


def read_effect_table(source: EffectTableSource, unit: Unit) -> Iterator[PerturbationEffects]:
    """One message for a perturbation in a context. Raises UnreadableError for a table without the columns."""
    (path,) = unit.paths
    table = _named(_read(path), source.columns or {})
    measures = [column for column in MEASURES if column in table]
    if missing := [column for column in REQUIRED if column not in table]:
        raise UnreadableError(f"{path.name} lacks the columns {', '.join(missing)}")
    if not measures:
        raise UnreadableError(f"{path.name} has none of the columns {', '.join(MEASURES)}")
    dataset = Dataset(
        source.dataset or path.name.partition(".")[0],
        digest_of(unit.paths),
        source.licence,
        benchmarks=source.benchmarks,
    )
    return assemble(dataset, list(_measured(table, measures, source)))


def _read(path: Path) -> pd.DataFrame:
    suffixes = {suffix.lower() for suffix in path.suffixes}
    if suffixes & {".parquet", ".pq"}:
        return read_parquet_table(path)
    return read_text_table(path, "\t" if suffixes & {".tsv", ".tab", ".txt"} else ",")


def _named(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """A column that is named takes the place of one that goes by the README's name."""
    if absent := [own for own in columns.values() if own not in table]:
        raise UnreadableError(f"there is no column {', '.join(absent)}")
    replaced = [name for name in columns if name in table and name not in columns.values()]
    return table.drop(columns=replaced).rename(columns={own: name for name, own in columns.items()})


def _measured(table: pd.DataFrame, measures: list[str], source: EffectTableSource) -> Iterator[Measured]:
    given = [column for column in (*CONTEXTS, "split") if column in table]
    for key, rows in table.groupby(["perturbation", *given], sort=False, dropna=False):
        perturbation, *rest = key
        said = {name: _text(value) for name, value in zip(given, rest, strict=True)}
        genes = genes_of(_text(perturbation), source.separator)
        if not genes:
            continue  # a row of the control itself
        if (repeated := rows["readout"].duplicated()).any():
            pairs = f"{'+'.join(genes)} has {int(repeated.sum())} readouts more than once"
            raise UnreadableError(f"{pairs}: a table is of one study, with one row for each of its pairs")
        split = split_named(said["split"]) if said.get("split") else split_of(genes, source.split)
        yield Measured(_context(said, source), genes, split, _readouts(rows, measures, source))


def _context(said: Mapping[str, str], source: EffectTableSource) -> Context:
    word = said.get("perturbation_kind") or source.perturbation_kind
    return Context(
        said.get("organism") or source.organism,
        said.get("cell_line") or source.cell_line,
        _kind(word) if word else None,
    )


def _kind(word: str) -> PerturbationKind:
    if (kind := kind_of(word)) is None:
        raise UnreadableError(f"{word!r} is no kind of perturbation")
    return kind


def _readouts(rows: pd.DataFrame, measures: list[str], source: EffectTableSource) -> tuple[ReadoutEffect, ...]:
    names = [_text(name) for name in rows["readout"]]
    columns = [rows[name].tolist() if name in measures else [None] * len(rows) for name in MEASURES]
    effects = [
        _effect(name, _Cells(*cells), source.thresholds) for name, *cells in zip(names, *columns, strict=True) if name
    ]
    return tuple(sorted(effects, key=lambda effect: effect.readout))


def _effect(name: str, cells: _Cells, thresholds: Thresholds) -> ReadoutEffect:
    log2fc, padj = _number(cells.log2fc), _number(cells.padj)
    told_change, told_direction = label(log2fc, padj, thresholds)
    said_change, sign = _flag(cells.de), _sign(cells.direction)
    changed = told_change if said_change is None else said_change
    if sign is None:
        sign = told_direction or (int(math.copysign(1, log2fc)) if changed and log2fc else 0)
    return ReadoutEffect(name, changed, 0 if changed is False else sign, log2fc, padj)


def _flag(value: Any) -> bool | None:
    text = _text(value).lower()
    if text in _NOT_SAID:
        return None
    if text not in _TRUE | _FALSE:
        raise UnreadableError(f"{text!r} says neither yes nor no")
    return text in _TRUE


def _sign(value: Any) -> int | None:
    """None for an empty cell; "none" is a direction that was looked for."""
    text = _text(value).lower()
    if text in _NOT_SAID - {"none"}:
        return None
    if text not in _DIRECTIONS:
        raise UnreadableError(f"{text!r} is no direction")
    return _DIRECTIONS[text]


def _number(value: Any) -> float | None:
    text = _text(value)
    if text.lower() in _NOT_SAID:
        return None
    try:
        number = float(text)
    except ValueError:
        raise UnreadableError(f"{text!r} is no number") from None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    """Empty for what parquet calls missing."""
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value).strip()
