"""Gene symbols and their synonyms: what a screen calls AARS, or ENSG00000090861, is what annotation calls AARS1.

Both sides of every join go through one `Symbols`. An alias that several genes share is not guessed: it stays as it is.
Unknown symbols stay as they are too, so a made-up organism needs no table at all.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from biorl.genes.reading import AnnotationFileError, columns

MAX_GENES = 2_000_000
_NEEDED = ("Symbol", "Synonyms", "description")
_OPTIONAL = ("Symbol_from_nomenclature_authority", "Other_designations", "map_location", "dbXrefs")
"""Columns of NCBI's gene_info; "-" stands for nothing."""
_ENSEMBL = re.compile(r"\bEnsembl:(\w+)")
_ENSEMBL_ID = re.compile(r"ENS[A-Z]*G\d{11}")


@dataclass(frozen=True, slots=True)
class GeneRecord:
    """One gene of a nomenclature."""

    symbol: str
    synonyms: tuple[str, ...] = ()
    """Ensembl's ids among them."""
    full_name: str = ""
    """"alanyl-tRNA synthetase 1"; empty when the table has none."""
    designations: str = ""
    """Other names that it was given, in full."""
    location: str = ""
    """On a chromosome, by its bands: "12q13.13"."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """From any name of a gene to its symbol. Letters' case counts only where genes differ by nothing else."""

    official: frozenset[str] = frozenset()
    redirects: Mapping[str, str] = field(default_factory=dict)
    """Upper-cased name to symbol, for names that mean one gene."""

    @classmethod
    def from_records(cls, records: Iterable[GeneRecord]) -> Self:
        """An official symbol is never redirected, whatever other gene lists it as a synonym."""
        records = list(records)
        official = frozenset(record.symbol for record in records)
        by_symbol = _meanings((symbol, symbol) for symbol in official)
        by_alias = _meanings((alias, record.symbol) for record in records for alias in record.synonyms)
        aliases = {name: genes for name, genes in by_alias.items() if name not in by_symbol}
        redirects = {name: min(genes) for name, genes in (by_symbol | aliases).items() if len(genes) == 1}
        return cls(official, redirects)

    def normalise(self, name: str) -> str:
        """The symbol of the gene; the name itself, trimmed, when no single gene is meant."""
        name = name.strip()
        if name in self.official:
            return name
        return self.redirects.get(name.upper(), name)


def _meanings(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    meanings: dict[str, set[str]] = defaultdict(set)
    for name, symbol in pairs:
        meanings[name.upper()].add(symbol)
    return meanings


def with_names_of(records: Sequence[GeneRecord], other: Iterable[GeneRecord]) -> list[GeneRecord]:
    """The same genes, also known by what another release of the nomenclature calls them.

    AARS of one release is AARS1 of the next, which lists AARS as a synonym, or C7orf26 INTS15, which lists C7ORF26. A
    record of `other` adds its names to the one gene of `records` that it means: the one with its Ensembl id, else the
    one that it names; when it means none or several, it adds nothing. A synonym that is another gene's symbol (SMAD1,
    which GARS1 lists) says nothing of what is meant, and what is the symbol of a gene in `other` is no other's synonym.
    """
    other = list(other)
    meaning = _meaning_among(records, {record.symbol for record in other})
    meant = [(record, symbol) for record in other if (symbol := meaning(record))]
    owner = {record.symbol.upper(): symbol for record, symbol in meant}
    names = {record.symbol: set(record.synonyms) for record in records}
    for record, symbol in meant:
        names[symbol].update((record.symbol, *record.synonyms))

    def own(symbol: str) -> tuple[str, ...]:
        return tuple(sorted(name for name in names[symbol] - {symbol} if owner.get(name.upper(), symbol) == symbol))

    return [replace(record, synonyms=own(record.symbol)) for record in records]


def _meaning_among(records: Sequence[GeneRecord], symbols: AbstractSet[str]) -> Callable[[GeneRecord], str | None]:
    """Which of `records` a record of another release means, among whose `symbols` are; None where that is not clear."""
    known = {record.symbol for record in records}
    of_name = Symbols.from_records(GeneRecord(symbol) for symbol in known)
    of_id = Symbols.from_records(GeneRecord(record.symbol, _ids(record)) for record in records)

    def meaning(record: GeneRecord) -> str | None:
        same = {of_id.normalise(name) for name in _ids(record)} & known
        named = {of_name.normalise(name) for name in (record.symbol, *(set(record.synonyms) - symbols))} & known
        meant = same if len(same) == 1 else named
        return min(meant) if len(meant) == 1 else None

    return meaning


def _ids(record: GeneRecord) -> tuple[str, ...]:
    return tuple(name for name in record.synonyms if _ENSEMBL_ID.fullmatch(name))


def read_gene_info(path: Path) -> list[GeneRecord]:
    """NCBI gene_info (tab-separated, one species): the nomenclature authority's symbol, else NCBI's own."""
    records = []
    for symbol, synonyms, *told in columns(path, _NEEDED, _OPTIONAL):
        name, authority, designations, location, elsewhere = ("" if cell == "-" else cell for cell in told)
        chosen = authority or symbol
        names = "|".join((synonyms, symbol, *_ENSEMBL.findall(elsewhere)))
        records.append(GeneRecord(chosen, _split(names, chosen), name, designations, location))
    return _checked(path, records)


def read_ensembl_genes(path: Path) -> list[GeneRecord]:
    """Parquet with columns `symbol` and `synonyms` (separated by `|`), as Ensembl with HGNC names exports it; Ensembl's
    ids are synonyms too where they are given."""
    import pyarrow as pa  # noqa: PLC0415 - 40 MB that a server does without: it has symbols, and reads no tables of them
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise AnnotationFileError(path, f"is not parquet ({error})") from error
    given = set(file.schema_arrow.names)
    if missing := {"symbol", "synonyms"} - given:
        raise AnnotationFileError(path, f"has no column {min(missing)!r}")
    if file.metadata.num_rows > MAX_GENES:
        raise AnnotationFileError(path, f"holds more than {MAX_GENES} genes")
    names = [name for name in ("synonyms", "ensembl_gene_id") if name in given]
    table = file.read(columns=["symbol", *names]).to_pydict()
    rows = zip(table["symbol"], *(table[name] for name in names), strict=True)
    return [GeneRecord(symbol, _split("|".join(filter(None, known)))) for symbol, *known in rows if symbol]


def read_symbol_table(path: Path) -> list[GeneRecord]:
    """Plain TSV with a header and the columns `symbol` and `synonyms` (separated by `|`)."""
    rows = columns(path, ("symbol", "synonyms"))
    return _checked(path, [GeneRecord(symbol, _split(synonyms)) for symbol, synonyms in rows if symbol])


def _split(synonyms: str, symbol: str = "") -> tuple[str, ...]:
    return tuple(sorted(set(synonyms.split("|")) - {"", "-", symbol}))


def _checked(path: Path, records: Sequence[GeneRecord]) -> list[GeneRecord]:
    if len(records) > MAX_GENES:
        raise AnnotationFileError(path, f"holds more than {MAX_GENES} genes")
    return list(records)
