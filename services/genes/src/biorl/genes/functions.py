"""What is known of genes, term by term: an ontology with its names, and which terms each gene is annotated with.

`load_functions` finds the same files as `biorl.genes.annotation`. Where there is no GO annotation, gene sets (GMT)
stand in: terms without a graph, named as the sets are.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from biorl.genes.annotation import AnnotationFile, AnnotationFolder
from biorl.genes.gene_sets import read_gmt
from biorl.genes.ontology import Ontology
from biorl.genes.reading import AnnotationFileError
from biorl.genes.symbols import Symbols

_TAXON = re.compile(r"GO_annotations-(\d+)-")


@dataclass(frozen=True, slots=True)
class Functions:
    symbols: Symbols
    ontology: Ontology
    names: Mapping[str, str]
    """From a term to its name."""
    terms: Mapping[str, frozenset[str]]
    """From a gene to the terms that it is directly annotated with."""
    files: tuple[AnnotationFile, ...]
    organism: str = ""
    """NCBI taxon ("NCBITaxon:9606") whose genes these are; empty where no file says."""


def load_functions(folder: Path) -> Functions:
    """Reads what is below `folder`. Raises AnnotationFileError when nothing there says what genes do."""
    found = AnnotationFolder(folder)
    symbols = Symbols.from_records(found.records())
    ontology, names, members = found.ontology(), found.term_names(), _go(found)
    if not members:
        ontology, members = Ontology({}), _gmt(found)
        names = {term: term.replace("_", " ") for term in members}
    if not members:
        raise AnnotationFileError(folder, "holds no GO annotation and no gene sets (*.gmt)")
    terms: dict[str, set[str]] = defaultdict(set)
    for term, genes in members.items():
        for gene in genes:
            terms[symbols.normalise(gene)].add(term)
    known = {gene: frozenset(told) for gene, told in terms.items()}
    return Functions(symbols, ontology, names, known, found.files(), _organism(found))


def _organism(found: AnnotationFolder) -> str:
    """GO annotation has the taxon in its name: GO_annotations-9606-direct-allev.tsv."""
    said = (_TAXON.match(file.name) for file in found.files())
    return next((f"NCBITaxon:{match[1]}" for match in said if match), "")


def _go(found: AnnotationFolder) -> dict[str, set[str]]:
    return {term: genes for direct in found.go_annotation().values() for term, genes in direct.items()}


def _gmt(found: AnnotationFolder) -> dict[str, set[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for path in found.gmt_files():
        for term, genes in read_gmt(path).items():
            members[term].update(genes)
    return dict(members)
