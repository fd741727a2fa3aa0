"""All that a folder of annotation files says about genes: a table of symbols and a kernel of likeness.

`load_annotation` finds known files by their names, anywhere below the folder: an operator puts files there and names
nothing. Sources weigh what cross-validation on PerturbQA's train split chose for the human ones (WEIGHTS).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from biorl.genes.gene_sets import GeneSets, Members, read_gmt, read_go_annotation, read_modules
from biorl.genes.maps import read_coessential_map
from biorl.genes.names import symbol_stems, words_of_full_names
from biorl.genes.ontology import Ontology, read_gosemsim, read_gosemsim_names, read_obo, read_obo_names
from biorl.genes.reading import AnnotationFileError, file_digest
from biorl.genes.similarity import Kernel, Likeness, MapNearness, TermCosine, WeightedSource
from biorl.genes.symbols import (
    GeneRecord,
    Symbols,
    read_ensembl_genes,
    read_gene_info,
    read_symbol_table,
    with_names_of,
)

SYMBOL_TABLES: tuple[tuple[str, Callable[[Path], list[GeneRecord]]], ...] = (
    ("*.gene_info*", read_gene_info),
    ("genes.tsv*", read_gene_info),
    ("ensembl*genes*.parquet", read_ensembl_genes),
    ("*symbols*.tsv*", read_symbol_table),
)
"""Tables of symbols. The first that is there says what genes are called; the others add names."""

ONTOLOGIES: tuple[tuple[str, Callable[[Path], Ontology], Callable[[Path], dict[str, str]]], ...] = (
    ("*gotbl*.tsv*", read_gosemsim, read_gosemsim_names),
    ("go.obo*", read_obo, read_obo_names),
    ("go-basic.obo*", read_obo, read_obo_names),
)
"""Where a graph of terms is found, and how it and the terms' names are read."""
GO_ANNOTATION = ("GO_annotations*allev*.tsv*", "GO_annotations*.tsv*")
MODULES = "coessential_modules*.tsv*"
MAP = "coessential_umap*.tsv*"
WEIGHTS = {
    "GO molecular_function": 0.5,
    "ReactomePathways": 0.3,
    "co-essential modules": 2.0,
    "symbol stems": 0.3,
    "co-essential map": 0.3,
}
"""By source; one that is not named counts 1."""
NOT_GENE_SYMBOLS = ("wikipathways.gmt", "h.all.")
"""GMT files left out: Entrez ids of several species; hallmarks, which measured at chance."""


@dataclass(frozen=True, slots=True)
class AnnotationFile:
    name: str
    digest: str
    """SHA-256 (hex) of its bytes."""


@dataclass(frozen=True, slots=True)
class Annotation:
    symbols: Symbols
    kernel: Kernel
    files: tuple[AnnotationFile, ...]
    """What was read, by name, for provenance."""


def load_annotation(folder: Path) -> Annotation:
    """Reads every known file below `folder`; about 15 s for the human resources.

    Raises AnnotationFileError for a known file that cannot be read, or when no gene set is found.
    """
    found = AnnotationFolder(folder)
    records = found.records()
    symbols = Symbols.from_records(records)
    likenesses: list[Likeness] = [
        *(TermCosine(sets) for sets in found.gene_sets(symbols, records)),
        *found.maps(symbols),
    ]
    kernel = Kernel([WeightedSource(each, WEIGHTS.get(each.name, 1.0)) for each in likenesses])
    return Annotation(symbols, kernel, found.files())


class AnnotationFolder:
    """The files below a folder, and which of them were used."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise AnnotationFileError(folder, "is not a folder")
        self.folder = folder
        self.used: set[Path] = set()

    def first(self, pattern: str) -> Path | None:
        path = min(self.folder.rglob(pattern), default=None)
        if path:
            self.used.add(path)
        return path

    def records(self) -> list[GeneRecord]:
        tables = [read(path) for pattern, read in SYMBOL_TABLES if (path := self.first(pattern))]
        records = tables[0] if tables else []
        for other in tables[1:]:
            records = with_names_of(records, other)
        return records

    def ontology(self) -> Ontology:
        for pattern, read, _ in ONTOLOGIES:
            if path := self.first(pattern):
                return read(path)
        return Ontology({})

    def term_names(self) -> dict[str, str]:
        """Empty where there is no ontology."""
        for pattern, _, read in ONTOLOGIES:
            if path := self.first(pattern):
                return read(path)
        return {}

    def go_annotation(self) -> dict[str, dict[str, set[str]]]:
        """Domain to term to direct genes; empty where there is none."""
        path = self.first(GO_ANNOTATION[0]) or self.first(GO_ANNOTATION[1])
        return read_go_annotation(path) if path else {}

    def gmt_files(self) -> Iterator[Path]:
        """Those that speak of gene symbols."""
        for path in sorted({*self.folder.rglob("*.gmt"), *self.folder.rglob("*.gmt.gz")}):
            if not path.name.startswith(NOT_GENE_SYMBOLS):
                self.used.add(path)
                yield path

    def files(self) -> tuple[AnnotationFile, ...]:
        """Those that were used so far, by name."""
        ordered = sorted(self.used, key=lambda path: path.name)
        return tuple(AnnotationFile(path.name, file_digest(path)) for path in ordered)

    def gene_sets(self, symbols: Symbols, records: list[GeneRecord]) -> Iterator[GeneSets]:
        """Every source of gene sets, one after the other. Raises AnnotationFileError where there is none."""
        empty = True
        for name, members in chain(self._go(), self._gmt(), self._modules(), _names(records)):
            empty = False
            yield GeneSets.from_members(name, members, symbols)
        if empty:
            raise AnnotationFileError(self.folder, "holds no gene sets (*.gmt, GO annotation or co-essential modules)")

    def maps(self, symbols: Symbols) -> Iterator[MapNearness]:
        if path := self.first(MAP):
            yield MapNearness(read_coessential_map(path, symbols))

    def _go(self) -> Iterator[tuple[str, Members]]:
        if domains := self.go_annotation():
            ontology = self.ontology()
            for domain, direct in sorted(domains.items()):
                yield f"GO {domain}", ontology.propagate(direct)

    def _gmt(self) -> Iterator[tuple[str, Members]]:
        for path in self.gmt_files():
            yield path.name.split(".gmt")[0], read_gmt(path)

    def _modules(self) -> Iterator[tuple[str, Members]]:
        if path := self.first(MODULES):
            yield "co-essential modules", read_modules(path)


def _names(records: list[GeneRecord]) -> Iterator[tuple[str, Members]]:
    if any(record.full_name for record in records):
        yield "words of full names", words_of_full_names(records)
        yield "symbol stems", symbol_stems(records)
