"""Annotation of what genes are: factors and the co-expression map join the sources, and broken files are named."""

from pathlib import Path

import pytest

from biorl.genes.reading import AnnotationFileError
from biorl.genes.traits import load_traits


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sets.gmt").write_text("pathway\t\tPAX6\tSOX2\nother\t\tACTB\tTUBB\n")
    (tmp_path / "Lambert_HumanTF.csv").write_text(
        "ID,Name,DBD,is_TF\n1,PAX6,Homeodomain,Yes\n2,SOX2,HMG,Yes\n3,PITX2,Homeodomain,Yes\n4,ACTB,none,No\n"
    )
    (tmp_path / "gene2vec_tsne2d_labels.txt").write_text("PAX6\nACTB\nTUBB\n")
    (tmp_path / "gene2vec_tsne2d_data.txt").write_text("0.0 0.0\n9.0 9.0\n9.1 9.0\n")
    return tmp_path


def test_factors_of_one_family_are_alike_and_so_are_neighbours_on_the_map(folder: Path) -> None:
    kernel = load_traits(folder).kernel
    (family, stranger), (near, far) = (
        kernel.between([gene], others)[0] for gene, others in (("PITX2", ["PAX6", "TUBB"]), ("ACTB", ["TUBB", "PAX6"]))
    )
    assert family > stranger
    assert near > far


def test_every_file_that_was_read_is_named(folder: Path) -> None:
    assert [file.name for file in load_traits(folder).files] == [
        "Lambert_HumanTF.csv",
        "gene2vec_tsne2d_data.txt",
        "gene2vec_tsne2d_labels.txt",
        "sets.gmt",
    ]


def test_annotation_without_factors_and_map_will_do(tmp_path: Path) -> None:
    (tmp_path / "sets.gmt").write_text("pathway\t\tPAX6\tSOX2\nother\t\tACTB\tTUBB\n")
    assert load_traits(tmp_path).kernel.between(["PAX6"], ["SOX2"])[0, 0] == pytest.approx(1)


def test_genes_of_one_locus_are_alike_and_so_are_genes_of_one_designation(tmp_path: Path) -> None:
    (tmp_path / "sets.gmt").write_text("pathway\t\tPAX6\tSOX2\nother\t\tACTB\tTUBB\n")
    (tmp_path / "human.gene_info").write_text(
        "Symbol\tSynonyms\tdescription\tmap_location\tOther_designations\n"
        "HOXA1\t-\t-\t7p15.2\t-\nHOXA9\t-\t-\t7p15.2\t-\nSKAP2\t-\t-\t7p15.1\tphosphoprotein\n"
        "PAX6\t-\t-\t11p13\taniridia type II protein\nEYA9\t-\t-\t-\taniridia factor\n"
    )
    kernel = load_traits(tmp_path).kernel
    cluster, neighbour, elsewhere = kernel.between(["HOXA1"], ["HOXA9", "SKAP2", "PAX6"])[0]
    assert cluster > neighbour > elsewhere == 0
    assert kernel.between(["PAX6"], ["EYA9"])[0, 0] > 0


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("gene2vec_tsne2d_data.txt", "0 0\n1 1\n", "2 points for 3 genes"),
        ("gene2vec_tsne2d_data.txt", "0 0\n1 one\n2 2\n", "something else than numbers"),
        ("Lambert_HumanTF.csv", "Name,is_TF\nPAX6,Yes\n", "no column 'DBD'"),
    ],
)
def test_a_broken_file_is_named_with_its_reason(folder: Path, file: str, content: str, says: str) -> None:
    (folder / file).write_text(content)
    with pytest.raises(AnnotationFileError, match=says):
        load_traits(folder)
