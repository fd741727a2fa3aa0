"""The kernel: unit diagonal, symmetric, rare terms first, nothing lost by a source that does not know a gene."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.genes.gene_sets import GeneSets, Members
from biorl.genes.maps import GeneMap, read_coessential_map
from biorl.genes.names import symbol_stems, words_of_full_names
from biorl.genes.reading import AnnotationFileError
from biorl.genes.similarity import Kernel, MapNearness, TermCosine, WeightedSource
from biorl.genes.symbols import GeneRecord, Symbols


def source(members: Members, weight: float = 1.0) -> WeightedSource:
    return WeightedSource(TermCosine(GeneSets.from_members("s", members, Symbols())), weight)


def test_a_rare_shared_term_says_more_than_a_common_one() -> None:
    crowd = [f"G{number}" for number in range(40)]
    kernel = Kernel(
        [
            source(
                {
                    "common": [*crowd, "A", "B", "C"],
                    "rare": ["A", "B"],
                    "own": ["C", "X", "Y", *(f"H{n}" for n in range(40))],
                }
            )
        ]
    )
    (near,), (far,) = kernel.between(["A"], ["B"]), kernel.between(["A"], ["C"])
    assert near > far > 0


def test_a_source_that_does_not_know_a_gene_takes_nothing_away() -> None:
    known = {"t": ["A", "B"], "u": ["C", "D"]}
    alone = Kernel([source(known)]).between(["A"], ["B"])
    beside = Kernel([source(known), source({"v": ["X", "Y"], "w": ["Z", "X"]})]).between(["A"], ["B"])
    assert beside == pytest.approx(alone)


def test_an_unknown_gene_is_like_nobody() -> None:
    kernel = Kernel([source({"t": ["A", "B"], "u": ["C", "D"]})])
    assert kernel.between(["NOBODY"], ["A", "NOBODY"]).tolist() == [[0.0, 0.0]]


def test_a_term_that_holds_everybody_says_nothing() -> None:
    assert Kernel([source({"all": ["A", "B", "C"]})]).genes == ()


memberships = st.dictionaries(
    st.sampled_from("tuvwxyz"), st.sets(st.sampled_from("ABCDEFGH"), min_size=1), min_size=1, max_size=6
)


@given(memberships, memberships)
def test_the_kernel_is_symmetric_with_a_unit_diagonal(one: dict[str, set[str]], two: dict[str, set[str]]) -> None:
    kernel = Kernel([source(one), source(two, 0.5)])
    table = kernel.between(kernel.genes, kernel.genes)
    assert np.allclose(table, table.T, atol=1e-6)
    assert np.allclose(np.diag(table), 1, atol=1e-5)
    assert table.min(initial=0) >= 0
    assert table.max(initial=0) <= 1


def test_rows_do_not_depend_on_their_company() -> None:
    kernel = Kernel([source({"t": ["A", "B"], "u": ["B", "C"], "v": ["C", "D"]})])
    together = kernel.between(["A", "B", "C"], ["B", "C", "D"])
    apart = [kernel.between([row], [column])[0, 0] for row in "ABC" for column in "BCD"]
    assert together.ravel().tolist() == pytest.approx(apart)


def test_a_source_that_weighs_nothing_is_there_to_be_weighed_otherwise() -> None:
    kernel = Kernel([source({"t": ["A", "B"], "u": ["C", "D"]}), source({"v": ["A", "E"], "w": ["F", "G"]}, 0.0)])
    assert kernel.genes == ("A", "B", "C", "D")
    assert kernel.between(["A"], ["B", "E"]).tolist() == [[1.0, 0.0]]
    turned = kernel.weighing([0.0, 2.0])
    assert turned.weights == (0.0, 2.0)
    assert turned.between(["A"], ["B", "E"])[0] == pytest.approx([0, 1])


def test_near_points_of_a_map_are_alike() -> None:
    points = np.array([[0, 0], [0.3, 0], [9, 9]], dtype=np.float32)
    near = MapNearness(GeneMap("m", ("A", "B", "C"), points, bandwidth=0.3))
    row = near.between(["A"], ["A", "B", "C", "UNKNOWN"])[0]
    assert row.tolist() == pytest.approx([1, np.exp(-0.5), 0, 0], abs=1e-6)


def test_a_map_is_read_by_normalised_symbols(tmp_path: Path) -> None:
    path = tmp_path / "map.tsv"
    path.write_text("hUMAP_x\thUMAP_y\tgene_names\n1\t2\tAARS\n3\t4\tB\n9\t9\tAARS1\n")
    gene_map = read_coessential_map(path, Symbols.from_records([GeneRecord("AARS1", ("AARS",))]))
    assert gene_map.genes == ("AARS1", "B")
    assert gene_map.points.tolist() == [[1, 2], [3, 4]]


def test_a_gene_without_a_point_is_named(tmp_path: Path) -> None:
    path = tmp_path / "map.tsv"
    path.write_text("hUMAP_x\thUMAP_y\tgene_names\n1\tnorth\tAARS\n")
    with pytest.raises(AnnotationFileError, match="'AARS' has no point"):
        read_coessential_map(path, Symbols())


def test_names_group_genes_by_stem_and_by_word() -> None:
    records = [GeneRecord("NDUFA10", (), "NADH dehydrogenase subunit A10"), GeneRecord("SP1", (), "Sp1 factor")]
    assert symbol_stems(records) == {"NDU": ["NDUFA10"], "NDUF": ["NDUFA10"], "NDUFA": ["NDUFA10"]}
    assert words_of_full_names(records)["dehydrogenase"] == ["NDUFA10"]
