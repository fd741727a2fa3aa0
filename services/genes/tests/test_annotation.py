"""A folder of annotation is understood by the names of its files."""

from pathlib import Path

import pytest

from biorl.genes.annotation import load_annotation
from biorl.genes.reading import AnnotationFileError


def test_a_plain_gmt_is_enough(tmp_path: Path) -> None:
    (tmp_path / "annotation.gmt").write_text("t\t\tA\tB\nu\t\tC\tD\n")
    annotation = load_annotation(tmp_path)
    assert annotation.kernel.genes == ("A", "B", "C", "D")
    assert [file.name for file in annotation.files] == ["annotation.gmt"]
    assert annotation.symbols.normalise("anything") == "anything"


def test_a_table_of_genes_renames_both_sides(tmp_path: Path) -> None:
    (tmp_path / "genes.tsv").write_text("#tax_id\tSymbol\tSynonyms\tdescription\n1\tA\tOLD-A\thub of signalling\n")
    (tmp_path / "annotation.gmt").write_text("t\t\tOLD-A\tB\nu\t\tC\tD\n")
    annotation = load_annotation(tmp_path)
    assert annotation.symbols.normalise("old-a") == "A"
    assert "A" in annotation.kernel.genes
    assert "OLD-A" not in annotation.kernel.genes


def test_go_annotation_is_carried_up_its_ontology(tmp_path: Path) -> None:
    (tmp_path / "GO_annotations-1-allev.tsv").write_text(
        "go_id\tgo_domain\tgene_symbols\nGO:2\tbiological_process\tA\nGO:3\tbiological_process\tB\n"
        "GO:4\tbiological_process\tC|D\n"
    )
    (tmp_path / "gotbl.tsv").write_text("go_id\trelationship\tparent\nGO:2\tisa\tGO:1\nGO:3\tpart of\tGO:1\n")
    assert load_annotation(tmp_path).kernel.between(["A"], ["B", "C"])[0].tolist() == pytest.approx([1, 0], abs=1e-5)


def test_a_folder_without_gene_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationFileError, match="holds no gene sets"):
        load_annotation(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationFileError, match="is not a folder"):
        load_annotation(tmp_path / "nowhere")


def test_the_human_resources_put_relatives_together(data_dir: Path) -> None:
    annotation = load_annotation(data_dir)
    assert annotation.symbols.normalise("AARS1") == annotation.symbols.normalise("AARS")
    rows = annotation.kernel.between(["RPL3"], ["RPL4", "PSMD1", "TP53"])[0]
    assert rows[0] > 0.2
    assert 0.05 > rows[1] > rows[2]
