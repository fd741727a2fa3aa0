"""What genes do, from GO tables with a graph, or from gene sets where there are none."""

from pathlib import Path

import pytest

from biorl.genes.functions import load_functions
from biorl.genes.ontology import read_obo_names
from biorl.genes.reading import AnnotationFileError

OBO = """[Term]
id: GO:1
name: repair
is_a: GO:2 ! process

[Term]
id: GO:2
name: process

[Term]
id: GO:3
name: gone
is_obsolete: true
"""


def test_go_tables_give_terms_names_and_the_graph(tmp_path: Path) -> None:
    header = "go_id\tgo_name\tgo_domain\tgene_symbols\n"
    (tmp_path / "GO_annotations-allev.tsv").write_text(f"{header}GO:1\trepair\tbiological_process\tA|OLD-B\n")
    (tmp_path / "go.obo").write_text(OBO)
    (tmp_path / "symbols.tsv").write_text("symbol\tsynonyms\nB\tOLD-B\n")
    found = load_functions(tmp_path)
    assert found.terms["A"] == {"GO:1"}
    assert found.names == {"GO:1": "repair", "GO:2": "process"}
    assert found.ontology.ancestors("GO:1") == {"GO:2"}
    assert found.organism == ""
    assert {file.name for file in found.files} >= {"go.obo", "GO_annotations-allev.tsv"}


def test_the_name_of_go_annotation_says_whose_genes_they_are(tmp_path: Path) -> None:
    header = "go_id\tgo_name\tgo_domain\tgene_symbols\n"
    (tmp_path / "GO_annotations-10090-direct-allev.tsv").write_text(f"{header}GO:1\trepair\tbiological_process\tA\n")
    assert load_functions(tmp_path).organism == "NCBITaxon:10090"


def test_gene_sets_stand_in_without_a_graph(tmp_path: Path) -> None:
    (tmp_path / "sets.gmt").write_text("DNA_REPAIR\t\tA\tB\n")
    found = load_functions(tmp_path)
    assert found.names == {"DNA_REPAIR": "DNA REPAIR"}
    assert found.terms == {"A": {"DNA_REPAIR"}, "B": {"DNA_REPAIR"}}
    assert not found.ontology.parents


def test_a_folder_that_says_nothing_of_genes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationFileError, match="holds no GO annotation and no gene sets"):
        load_functions(tmp_path)


def test_obsolete_terms_have_no_name(tmp_path: Path) -> None:
    (tmp_path / "go.obo").write_text(OBO)
    assert read_obo_names(tmp_path / "go.obo") == {"GO:1": "repair", "GO:2": "process"}
