"""PerturbQA's tables: `<line>-de.csv[.gz]` and `<line>-dir.csv[.gz]` with columns pert, gene, label, split.

A label is 1 for differentially expressed (de) and for up-regulated (dir). Both tables of a line become one set of
effects a perturbation. Format: Wu et al., arXiv 2502.21290. Labels are for non-commercial use.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from biorl.ingester.domain.effects import Dataset, PerturbationEffects, ReadoutEffect, finished
from biorl.ingester.ports import Batch, Ledger
from biorl.questions.question import Context, PerturbationKind, Split

LINES = {name.lower(): name for name in ("K562", "RPE1", "HepG2", "Jurkat")}
LICENCE = "LicenseRef-Genentech-NonCommercial"
ORGANISM = "NCBITaxon:9606"
COLUMNS = ["pert", "gene", "label", "split"]


@dataclass(frozen=True, slots=True)
class PerturbQa:
    folder: Path
    cell_lines: tuple[str, ...] = ()
    """Empty takes every line that is there."""
    kind: str = "perturbqa"

    def pending(self, known: Ledger) -> Iterator[Batch]:
        wanted = [line.lower() for line in self.cell_lines] or list(LINES)
        for line in wanted:
            files = [path for task in ("de", "dir") if (path := self._file(line, task))]
            digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
            if files and not known.knows(digest):
                yield self._batch(line, digest, files)

    def _file(self, line: str, task: str) -> Path | None:
        found = [self.folder / f"{line}-{task}.csv{ending}" for ending in ("", ".gz")]
        return next((path for path in found if path.is_file()), None)

    def _batch(self, line: str, digest: str, files: Sequence[Path]) -> Batch:
        name = f"perturbqa/{line}"
        try:
            tables = {path.name.split("-")[1].split(".")[0]: _table(path) for path in files}
        except (OSError, EOFError, ValueError) as error:
            return Batch(name, digest, fault=str(error))
        return Batch(name, digest, effects=tuple(effects(line, digest, tables)))


def _table(path: Path) -> pd.DataFrame:
    # "NA" and "nan" are gene symbols in some organism; nothing is missing in these files.
    table = pd.read_csv(path, dtype={"label": "int8"}, keep_default_na=False)
    if not set(COLUMNS) <= set(table.columns):
        raise ValueError(f"{path.name} needs the columns {', '.join(COLUMNS)}")
    if not table["label"].isin([0, 1]).all() or not table["split"].isin(list(Split)).all():
        raise ValueError(f"{path.name}: labels are 0 or 1, splits train, validation or test")
    return table


def effects(line: str, digest: str, tables: dict[str, pd.DataFrame]) -> list[PerturbationEffects]:
    """One for each perturbation of both tables, in order of symbol."""
    name = f"perturbqa/{line}"
    dataset = Dataset(name, digest, LICENCE, benchmarks=(name,))
    context = Context(ORGANISM, LINES.get(line, line), PerturbationKind.CRISPRI)
    directions = {
        (pert, gene): 1 if label else -1
        for pert, gene, label in tables.get("dir", pd.DataFrame(columns=COLUMNS))[COLUMNS[:3]].itertuples(index=False)
    }
    rows: list[tuple[str, str, bool | None, str]]
    if "de" not in tables:
        rows = [(p, g, None, s) for p, g, s in tables["dir"][["pert", "gene", "split"]].itertuples(index=False)]
    else:
        rows = [(p, g, bool(label), s) for p, g, label, s in tables["de"][COLUMNS].itertuples(index=False)]
    found: dict[tuple[str, str], list[ReadoutEffect]] = {}
    for pert, gene, responds, split in rows:
        effect = ReadoutEffect(gene, responds, directions.get((pert, gene), 0))
        found.setdefault((pert, split), []).append(effect)
    return finished(
        [
            PerturbationEffects(dataset, context, (pert,), Split(split), tuple(readouts))
            for (pert, split), readouts in sorted(found.items())
        ]
    )
