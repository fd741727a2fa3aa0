"""Gene sets come out of every format with normalised symbols, as one matrix."""

from pathlib import Path

import pytest

from biorl.genes.gene_sets import GeneSets, read_gmt, read_go_annotation, read_modules
from biorl.genes.reading import AnnotationFileError
from biorl.genes.symbols import GeneRecord, Symbols


def test_a_gene_counts_once_under_two_names() -> None:
    symbols = Symbols.from_records([GeneRecord("AARS1", ("AARS",))])
    sets = GeneSets.from_members("s", {"t": ["AARS", "AARS1", "B"], "empty": []}, symbols)
    assert sets.genes == ("AARS1", "B")
    assert sets.terms == ("t",)
    assert sets.membership.toarray().tolist() == [[1.0], [1.0]]


def test_the_order_of_input_does_not_matter() -> None:
    one = GeneSets.from_members("s", {"t": ["A", "B"], "u": ["C"]}, Symbols())
    two = GeneSets.from_members("s", {"u": ["C"], "t": ["B", "A"]}, Symbols())
    assert (one.genes, one.terms, one.membership.toarray().tolist()) == (
        two.genes,
        two.terms,
        two.membership.toarray().tolist(),
    )


def test_gmt_lines_of_one_term_add_up(tmp_path: Path) -> None:
    path = tmp_path / "a.gmt"
    path.write_text("t\tdescription\tA\tB\t\n\nt\t\tC\n")
    assert read_gmt(path) == {"t": ("A", "B", "C")}


def test_a_line_that_is_not_gmt_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.gmt"
    path.write_text("t\tdescription\tA\nnonsense\n")
    with pytest.raises(AnnotationFileError, match="line 2 is not GMT"):
        read_gmt(path)


def test_modules_run_to_the_end_of_the_line(tmp_path: Path) -> None:
    path = tmp_path / "m.tsv"
    path.write_text("Cluster number\tURL\tGenes\t\t\n1\tu\tA\tB\t\n2\tu\tC\t\tD\n")
    assert read_modules(path) == {"1": ("A", "B"), "2": ("C", "D")}


def test_go_annotation_is_split_by_domain(tmp_path: Path) -> None:
    path = tmp_path / "GO_annotations.tsv"
    path.write_text("go_id\tgo_domain\tgene_symbols\nGO:1\tbiological_process\tA|B\nGO:2\tcellular_component\t\n")
    assert read_go_annotation(path) == {
        "biological_process": {"GO:1": {"A", "B"}},
        "cellular_component": {"GO:2": set()},
    }
