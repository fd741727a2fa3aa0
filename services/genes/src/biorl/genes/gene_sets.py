"""Gene sets: which genes share a term, a pathway or a module, as one sparse matrix.

Readers for the formats that gene sets come in: GMT (also gzip), co-essential modules, GO annotation tables.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from biorl.genes.reading import AnnotationFileError, columns, lines
from biorl.genes.symbols import Symbols

Members = Mapping[str, Iterable[str]]
"""From a term to the symbols of its genes."""


@dataclass(frozen=True, slots=True)
class GeneSets:
    """One source of gene sets. Genes and terms are sorted, so equal content gives equal matrices."""

    name: str
    genes: tuple[str, ...]
    terms: tuple[str, ...]
    membership: sp.csr_array
    """[gene, term] = 1.0 where the gene is a member; float32."""

    @classmethod
    def from_members(cls, name: str, members: Members, symbols: Symbols) -> "GeneSets":
        """Normalises the symbols; a gene counts once in a term, whatever it is called there."""
        normal = {term: {symbols.normalise(gene) for gene in genes if gene.strip()} for term, genes in members.items()}
        genes = sorted(set().union(*normal.values()))
        terms = sorted(term for term, inside in normal.items() if inside)
        place = {gene: index for index, gene in enumerate(genes)}
        rows = [place[gene] for term in terms for gene in sorted(normal[term])]
        ends = np.cumsum([0, *(len(normal[term]) for term in terms)])
        ones = np.ones(len(rows), dtype=np.float32)
        by_term = sp.csc_array((ones, rows, ends), shape=(len(genes), len(terms)))
        return cls(name, tuple(genes), tuple(terms), by_term.tocsr())


def read_gmt(path: Path) -> dict[str, tuple[str, ...]]:
    """GMT: term, description, then genes, separated by tabs. Lines with an equal term add up."""
    members: dict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(lines(path), start=1):
        if not line.strip():
            continue
        term, *rest = line.split("\t")
        if not term or not rest:
            raise AnnotationFileError(path, f"line {number} is not GMT: a term, a description, then genes, by tabs")
        members[term] += [gene for gene in rest[1:] if gene]
    return {term: tuple(genes) for term, genes in members.items()}


def read_modules(path: Path) -> dict[str, tuple[str, ...]]:
    """Co-essential modules (clusterOne table): a header whose last named column is `Genes`, which runs to the line's
    end; the first column names the module."""
    rows = lines(path)
    header = next(rows, "").split("\t")
    if "Genes" not in header:
        raise AnnotationFileError(path, "has no column 'Genes'")
    first = header.index("Genes")
    cells = (line.split("\t") for line in rows)
    return {row[0]: tuple(gene for gene in row[first:] if gene) for row in cells if row[0]}


def read_go_annotation(path: Path) -> dict[str, dict[str, set[str]]]:
    """GO annotation table (`go_id`, `go_domain`, `gene_symbols` separated by `|`): domain to term to direct genes."""
    domains: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for term, domain, genes in columns(path, ("go_id", "go_domain", "gene_symbols")):
        domains[domain][term].update(gene for gene in genes.split("|") if gene)
    return {domain: dict(terms) for domain, terms in domains.items()}
