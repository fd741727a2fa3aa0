"""What is true of a term is true of the terms above it, over is_a and part_of alone."""

from pathlib import Path

import pytest

from biorl.genes.ontology import Ontology, read_gosemsim, read_obo
from biorl.genes.reading import AnnotationFileError

OBO = """format-version: 1.2

[Term]
id: GO:1
name: root

[Term]
id: GO:2
is_a: GO:1 ! root

[Term]
id: GO:3
relationship: part_of GO:2 {source="x"} ! two
relationship: regulates GO:9 ! nine

[Term]
id: GO:4
is_a: GO:1
is_obsolete: true

[Typedef]
id: part_of
is_a: GO:1
"""


def test_annotation_climbs_is_a_and_part_of_but_not_regulates(tmp_path: Path) -> None:
    path = tmp_path / "go.obo"
    path.write_text(OBO)
    ontology = read_obo(path)
    assert ontology.ancestors("GO:3") == {"GO:1", "GO:2"}
    assert ontology.propagate({"GO:3": {"A"}, "GO:1": {"B"}}) == {"GO:3": {"A"}, "GO:2": {"A"}, "GO:1": {"A", "B"}}


def test_an_obsolete_term_has_no_place(tmp_path: Path) -> None:
    path = tmp_path / "go.obo"
    path.write_text(OBO)
    assert "GO:4" not in read_obo(path).parents
    assert "part_of" not in read_obo(path).parents


def test_a_loop_in_a_faulty_file_ends() -> None:
    ontology = Ontology({"A": frozenset("B"), "B": frozenset("A")})
    assert ontology.ancestors("A") == {"B"}


def test_gosemsim_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "gotbl.tsv"
    path.write_text(
        "go_id\tTerm\tOntology\trelationship\tparent\n"
        "GO:2\tt\tBP\tisa\tGO:1\nGO:3\tt\tBP\tpart of\tGO:2\nGO:3\tt\tBP\tregulates\tGO:9\nGO:1\tt\tBP\tisa\tall\n"
    )
    assert read_gosemsim(path).ancestors("GO:3") == {"GO:1", "GO:2"}


def test_a_file_without_terms_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "go.obo"
    path.write_text("format-version: 1.2\n")
    with pytest.raises(AnnotationFileError, match=r"go\.obo: has no \[Term\]"):
        read_obo(path)
