"""Tables of molecules: SMILES with labels, one dataset a file; MoleculeNet's files are known by their columns.

Molecules are told apart by canonical SMILES. Rows of one molecule are one: equal labels are merged, a yes beside a no
is left out (nobody says which one holds), numbers are averaged. A SMILES that RDKit does not take is an unreadable
item.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from biorl.ingester.adapters.files import digest_of
from biorl.ingester.adapters.moleculenet import Layout, layout_of
from biorl.ingester.adapters.tabular import read_text_table
from biorl.ingester.domain.scaffold_split import ScaffoldRule, scaffold_split
from biorl.ingester.domain.sources import MoleculeSource, Unit
from biorl.ingester.domain.subjects import (
    Described,
    Label,
    LabelledSubject,
    Molecule,
    SubjectDataset,
    assemble_subjects,
)
from biorl.ingester.ports import Unreadable, UnreadableError

MAX_SMILES = 1000
"""Characters; longer ones are polymers or hostile."""
_TRUE = frozenset({"1", "1.0", "true", "yes"})
_FALSE = frozenset({"0", "0.0", "false", "no"})
_NOT_SAID = frozenset({"", "nan", "na", "none", "null"})
_Values = defaultdict[str, list[bool | float]]


class OtherTableError(UnreadableError):
    """The table can be read, but nothing says that it is one of molecules."""


def read_molecules(source: MoleculeSource, unit: Unit) -> Iterator[LabelledSubject | Unreadable]:
    """One item a molecule. Raises UnreadableError for a table without the columns."""
    (path,) = unit.paths
    table = read_text_table(path, "\t" if ".tsv" in path.name else ",")
    layout = _layout(source, table, path.name)
    values: defaultdict[str, _Values] = defaultdict(lambda: defaultdict(list))
    scaffolds: dict[str, str] = {}
    rows: list[str] = []
    columns = [table[column].tolist() for column in layout.labels]
    for number, (smiles, *cells) in enumerate(zip(table[layout.smiles].tolist(), *columns, strict=True), start=2):
        structure = _structure(smiles.strip())
        if structure is None:
            yield Unreadable(f"{unit.name}#{number}", f"{smiles[:80]!r} is no SMILES that RDKit takes")
            continue
        scaffolds[structure.canonical] = structure.scaffold
        rows.append(structure.scaffold)
        for name, cell in zip(layout.labels.values(), cells, strict=True):
            values[structure.canonical][name] += _read(cell, is_number=name in layout.units)
    sides = scaffold_split(rows, _rule(source))
    described = [
        Described(Molecule(smiles, scaffolds[smiles]), sides[scaffolds[smiles]], labels)
        for smiles, known in values.items()
        if (labels := _labels(known, layout))
    ]
    benchmarks = source.benchmarks or ((layout.dataset,) if not source.properties else ())
    dataset = SubjectDataset(layout.dataset, digest_of(unit.paths), source.licence, benchmarks=benchmarks)
    yield from assemble_subjects(dataset, described)


def _rule(source: MoleculeSource) -> ScaffoldRule:
    """A table of one's own may well be sorted by what is asked of it, and no benchmark needs the order of its rows."""
    follows_file = not source.properties or source.split.seed is not None
    return source.split if follows_file else replace(source.split, seed=0)


def _layout(source: MoleculeSource, table: pd.DataFrame, file: str) -> Layout:
    """What the operator says of the file, else what its columns say."""
    if not source.properties:
        if known := layout_of(list(table.columns)):
            return known
        raise OtherTableError(f"{file} is no MoleculeNet file; name its columns in `properties`")
    layout = Layout(
        source.dataset or file.partition(".")[0], source.properties, source.smiles_column, source.units or {}
    )
    if missing := [column for column in (layout.smiles, *layout.labels) if column not in table]:
        raise UnreadableError(f"{file} lacks the columns {', '.join(missing)}")
    return layout


@dataclass(frozen=True, slots=True)
class _Structure:
    canonical: str
    scaffold: str


def _structure(smiles: str) -> _Structure | None:
    """None for what RDKit does not take for a molecule."""
    from rdkit import Chem, rdBase  # noqa: PLC0415 - half a second that papers and screens need not pay
    from rdkit.Chem.Scaffolds import MurckoScaffold  # noqa: PLC0415

    if not smiles or len(smiles) > MAX_SMILES:
        return None
    with rdBase.BlockLogs():
        molecule: Any = Chem.MolFromSmiles(smiles)
        if molecule is None or not molecule.GetNumAtoms():
            return None
        scaffold: Any = MurckoScaffold.MurckoScaffoldSmiles
        return _Structure(str(Chem.MolToSmiles(molecule)), str(scaffold(mol=molecule, includeChirality=False)))


def _read(cell: str, *, is_number: bool) -> list[bool | float]:
    """The value of a cell as a list of one; empty where the cell says nothing."""
    word = cell.strip().lower()
    if word in _NOT_SAID:
        return []
    if not is_number and word in _TRUE | _FALSE:
        return [word in _TRUE]
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not is_number or not math.isfinite(number):
        raise UnreadableError(f"{cell!r} is no {'number' if is_number else '0 or 1'}")
    return [number]


def _labels(known: _Values, layout: Layout) -> tuple[Label, ...]:
    return tuple(label for name, values in known.items() if (label := _label(name, values, layout)))


def _label(name: str, values: Sequence[bool | float], layout: Layout) -> Label | None:
    if name in layout.units and values:
        return Label(name, number=math.fsum(values) / len(values), unit=layout.units[name])
    return Label(name, holds=bool(values[0])) if len(set(values)) == 1 else None
