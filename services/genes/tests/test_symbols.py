"""Every name of a gene leads to one symbol, or stays as it is."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.genes.reading import AnnotationFileError
from biorl.genes.symbols import (
    GeneRecord,
    Symbols,
    read_ensembl_genes,
    read_gene_info,
    read_symbol_table,
    with_names_of,
)

RECORDS = [
    GeneRecord("AARS1", ("AARS", "CMT2N")),
    GeneRecord("GARS1", ("GARS", "CMT2D")),
    GeneRecord("MARCHF1", ("MARCH1", "RNF171")),
    GeneRecord("MTARC1", ("MARCH1", "MOSC1")),
    GeneRecord("C11orf1", ()),
]
SYMBOLS = Symbols.from_records(RECORDS)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("AARS1", "AARS1"), ("AARS", "AARS1"), (" aars ", "AARS1"), ("C11ORF1", "C11orf1"), ("UNKNOWN1", "UNKNOWN1")],
)
def test_a_name_leads_to_its_symbol(name: str, symbol: str) -> None:
    assert SYMBOLS.normalise(name) == symbol


def test_an_alias_of_two_genes_is_not_guessed() -> None:
    assert SYMBOLS.normalise("MARCH1") == "MARCH1"


def test_a_symbol_is_not_redirected_by_another_genes_synonym() -> None:
    symbols = Symbols.from_records([GeneRecord("A", ()), GeneRecord("B", ("A",))])
    assert symbols.normalise("A") == "A"


def test_symbols_that_differ_by_case_alone_are_two_genes() -> None:
    symbols = Symbols.from_records([GeneRecord("Abc", ()), GeneRecord("ABC", ())])
    assert [symbols.normalise(name) for name in ("Abc", "ABC", "abc")] == ["Abc", "ABC", "abc"]


def test_without_a_table_every_name_is_itself() -> None:
    assert Symbols().normalise("SIMG001") == "SIMG001"


names = st.text(st.sampled_from("abAB12-"), min_size=1, max_size=4)


@given(st.lists(st.builds(GeneRecord, names, st.lists(names, max_size=3).map(tuple)), max_size=8), names)
def test_normalising_twice_changes_nothing(records: list[GeneRecord], name: str) -> None:
    symbols = Symbols.from_records(records)
    once = symbols.normalise(name)
    assert symbols.normalise(once) == once


def test_gene_info_is_read_with_the_authoritys_symbol(tmp_path: Path) -> None:
    path = tmp_path / "x.gene_info"
    path.write_text(
        "#tax_id\tSymbol\tSynonyms\tdescription\tSymbol_from_nomenclature_authority\tdbXrefs\n"
        "9606\tAARS\tCMT2N|-\talanyl-tRNA synthetase\tAARS1\tMIM:601065|HGNC:HGNC:20|Ensembl:ENSG00000090861\n"
        "9606\tLOC1\t-\t-\t-\t-\n"
    )
    assert read_gene_info(path) == [
        GeneRecord("AARS1", ("AARS", "CMT2N", "ENSG00000090861"), "alanyl-tRNA synthetase"),
        GeneRecord("LOC1", (), ""),
    ]


def test_ensembls_ids_are_names_of_the_gene(tmp_path: Path) -> None:
    path = tmp_path / "genes.parquet"
    told = {"ensembl_gene_id": ["ENSG00000090861", "ENSG1"], "symbol": ["AARS1", None], "synonyms": [None, "x"]}
    pq.write_table(pa.table(told), path)
    assert read_ensembl_genes(path) == [GeneRecord("AARS1", ("ENSG00000090861",))]
    assert Symbols.from_records(read_ensembl_genes(path)).normalise("ENSG00000090861") == "AARS1"


def test_a_plain_table_and_parquet_say_the_same(tmp_path: Path) -> None:
    plain, parquet = tmp_path / "symbols.tsv", tmp_path / "genes.parquet"
    plain.write_text("symbol\tsynonyms\nAARS1\tAARS|CMT2N\nTP53\t\n")
    pq.write_table(pa.table({"symbol": ["AARS1", "TP53", None], "synonyms": ["AARS|CMT2N", None, "x"]}), parquet)
    assert read_symbol_table(plain) == read_ensembl_genes(parquet)


def test_a_table_without_its_columns_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "symbols.tsv"
    path.write_text("gene\talias\nA\tB\n")
    with pytest.raises(AnnotationFileError, match=r"symbols\.tsv: has no column 'symbol'"):
        read_symbol_table(path)


def test_bytes_that_are_not_parquet_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "genes.parquet"
    path.write_bytes(b"no parquet at all")
    with pytest.raises(AnnotationFileError, match="is not parquet"):
        read_ensembl_genes(path)


def test_a_newer_release_adds_its_names_without_renaming_anything() -> None:
    old = [GeneRecord("AARS", ("CMT2N",), "alanyl-tRNA synthetase"), GeneRecord("B", ())]
    new = [GeneRecord("AARS1", ("AARS", "DEE29")), GeneRecord("AB", ("AARS", "B")), GeneRecord("NEW", ())]
    assert with_names_of(old, new) == [
        GeneRecord("AARS", ("AARS1", "CMT2N", "DEE29"), "alanyl-tRNA synthetase"),
        GeneRecord("B", ()),
    ]


def test_a_newer_release_is_recognised_by_a_former_symbol_in_capitals() -> None:
    old = [GeneRecord("C7orf26", (), "chromosome 7 open reading frame 26")]
    (record,) = with_names_of(old, [GeneRecord("INTS15", ("C7ORF26",))])
    assert Symbols.from_records([record]).normalise("INTS15") == "C7orf26"


def test_a_synonym_that_is_another_genes_symbol_does_not_hide_which_gene_is_meant() -> None:
    old = [GeneRecord("GARS", ("SMAD1",)), GeneRecord("SMAD1", ("MADH1",))]
    new = [GeneRecord("GARS1", ("GARS", "SMAD1")), GeneRecord("SMAD1", ("MADR1",))]
    symbols = Symbols.from_records(with_names_of(old, new))
    assert [symbols.normalise(name) for name in ("GARS1", "SMAD1", "MADR1")] == ["GARS", "SMAD1", "SMAD1"]


def test_an_ensembl_id_says_which_gene_is_meant_where_names_say_two() -> None:
    old = [GeneRecord("EPRS", ("ENSG00000136628",)), GeneRecord("QARS", ("ENSG00000172053",))]
    new = GeneRecord("EPRS1", ("EPRS", "QARS", "ENSG00000136628"))
    nameless = replace(new, synonyms=("EPRS", "QARS"))
    named, unclear = (Symbols.from_records(with_names_of(old, [record])) for record in (new, nameless))
    assert named.normalise("EPRS1") == "EPRS"
    assert unclear.normalise("EPRS1") == "EPRS1"


def test_what_became_the_symbol_of_one_gene_is_no_longer_another_genes_synonym() -> None:
    old = [GeneRecord("TDGF1", ("ENSG00000241186",)), GeneRecord("CFC1B", ("CRIPTO",))]
    symbols = Symbols.from_records(with_names_of(old, [GeneRecord("CRIPTO", ("ENSG00000241186",))]))
    assert symbols.normalise("CRIPTO") == "TDGF1"
