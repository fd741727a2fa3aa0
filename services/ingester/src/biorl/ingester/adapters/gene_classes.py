"""Lists of genes that belong to a class, beside lists of genes that do not; one dataset a class.

A list is a text file with one name a line, or a column of a CSV or TSV file (`labels.csv:dosage_sensitive`). Ensembl
ids become symbols where a table of names is given. A gene on both lists is left out: nobody says which one holds.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from biorl.ingester.adapters.files import digest_of, opened
from biorl.ingester.adapters.tabular import read_text_table
from biorl.ingester.domain.labels import split_of
from biorl.ingester.domain.sources import GeneClassSource, Unit
from biorl.ingester.domain.subjects import (
    Described,
    Gene,
    Label,
    LabelledSubject,
    SubjectDataset,
    assemble_subjects,
)
from biorl.ingester.ports import UnreadableError, VanishedError

_MAX_BYTES = 256 * 1024**2
_ACCESSION, _NAME = "ensembl_id", "gene_name"
GENEFORMER = (
    ("dosage-sensitive", "geneformer_dosage_sens_tf_labels.csv:dosage_sensitive",
     "geneformer_dosage_sens_tf_labels.csv:dosage_insensitive"),
    ("bivalent-not-unmethylated", "geneformer_bivalent_gene_labels.txt", "geneformer_no_methylation_gene_labels.txt"),
    ("bivalent-not-lys4-only", "geneformer_bivalent_gene_labels.txt", "geneformer_lys4_only_gene_labels.txt"),
)  # fmt: skip
"""Class, members and others of Geneformer's gene classification tasks, by the names of its example files."""


def geneformer_classes(folder: Path, licence: str = "Apache-2.0") -> list[GeneClassSource]:
    """The tasks whose files are in the folder."""
    names = next((path.name for path in sorted(folder.glob("geneformer_gene_info_table.csv*"))), "")
    found = [
        GeneClassSource(path=folder, gene_class=name, members=members, others=others, names=names, licence=licence)
        for name, members, others in GENEFORMER
    ]
    return [source for source in found if all(path.is_file() for path in _paths(source))]


def find_classes(source: GeneClassSource) -> list[Unit]:
    """One unit: the lists of one class, and the table of names; none while a file is missing."""
    paths = _paths(source)
    if not all(path.is_file() for path in paths):
        return []
    return [Unit(f"{source.name or 'genes'}/{source.gene_class}", paths)]


def read_gene_class(source: GeneClassSource, unit: Unit) -> Iterator[LabelledSubject]:
    """One item a gene. Raises UnreadableError for a list without a gene, or a column that is not there."""
    names = _names(source)
    members, others = (
        {(gene := _gene(written, names, source)).name: gene for written in sorted(_genes(source.path, where))}
        for where in (source.members, source.others)
    )
    described = [
        Described(gene, split_of((name,), source.split), (Label(source.gene_class, holds=name in members),))
        for name, gene in (members | others).items()
        if (name in members) != (name in others)
    ]
    name = source.dataset or f"geneformer/{source.gene_class}"
    dataset = SubjectDataset(name, digest_of(unit.paths), source.licence, benchmarks=source.benchmarks or (name,))
    return assemble_subjects(dataset, described)


def _paths(source: GeneClassSource) -> tuple[Path, ...]:
    files = [where.partition(":")[0] for where in (source.members, source.others, source.names)]
    return tuple(source.path / file for file in dict.fromkeys(files) if file)


def _genes(folder: Path, where: str) -> frozenset[str]:
    file, _, column = where.partition(":")
    names = _column(folder / file, column) if column else _lines(folder / file)
    genes = frozenset(name.strip() for name in names) - {""}
    if not genes:
        raise UnreadableError(f"{where} names no gene")
    return genes


def _column(path: Path, column: str) -> list[str]:
    table = read_text_table(path, "\t" if ".tsv" in path.name else ",")
    if column not in table:
        raise UnreadableError(f"{path.name} has no column {column!r}")
    return [str(cell) for cell in table[column]]


def _lines(path: Path) -> list[str]:
    try:
        with opened(path, _MAX_BYTES) as file:
            return file.read().decode().splitlines()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path.name} is not UTF-8 text") from error


def _names(source: GeneClassSource) -> Mapping[str, str]:
    """From Ensembl id to symbol; empty without a table."""
    if not source.names:
        return {}
    path = source.path / source.names
    if not path.is_file():
        raise VanishedError(f"there is no table of names {source.names}")
    return dict(zip(_column(path, _ACCESSION), _column(path, _NAME), strict=True))


def _gene(written: str, names: Mapping[str, str], source: GeneClassSource) -> Gene:
    symbol = names.get(written.partition(".")[0], "") or written
    return Gene(symbol, source.organism, written if symbol != written else "")
