"""PerturbQA's files and the general table: labels as given, what is missing told from the numbers, faults refused."""

import gzip
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.adapters.effect_table import read_effect_table
from biorl.ingester.adapters.readers import read_effects
from biorl.ingester.domain.effects import PerturbationEffects
from biorl.ingester.domain.labels import SplitRule
from biorl.ingester.domain.sources import EffectTableSource, PerturbqaSource, Unit
from biorl.ingester.ports import UnreadableError
from biorl.questions.question import PerturbationKind, Split

DE = "pert,gene,label,split\nAAA1,NA,1,train\nAAA1,X,0,train\nBBB2,NA,1,train\nCCC3,NA,1,test\n"
DIR = "pert,gene,label,split\nAAA1,NA,1,train\nCCC3,NA,0,test\n"


def perturbqa(folder: Path, **files: str) -> list[PerturbationEffects]:
    for name, content in files.items():
        (folder / f"k562-{name}.csv.gz").write_bytes(gzip.compress(content.encode()))
    return list(read_effects(PerturbqaSource(path=folder)))


def test_both_files_of_a_line_are_merged(tmp_path: Path) -> None:
    first, second, third = perturbqa(tmp_path, de=DE, dir=DIR)
    assert first.context.cell_line == "K562"
    assert first.context.perturbation_kind is PerturbationKind.CRISPRI
    assert [(r.readout, r.differentially_expressed, r.direction) for r in first.readouts] == [
        ("NA", True, 1),
        ("X", False, 0),
    ]
    assert second.readouts[0].direction == 0  # changed, in a direction that nobody says
    assert (third.split, third.readouts[0].direction) == (Split.TEST, -1)
    assert first.readouts[0].train_response_rate == 1.0
    assert first.readouts[0].train_up_rate == 1.0
    assert {item.dataset.name for item in (first, second, third)} == {"perturbqa/k562"}
    assert first.dataset.num_perturbations == 3


def test_one_file_alone_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    directions = perturbqa(tmp_path / "a", dir=DIR)
    assert [(r.differentially_expressed, r.direction) for e in directions for r in e.readouts] == [
        (None, 1),
        (None, -1),
    ]
    changes = perturbqa(tmp_path / "b", de=DE)
    assert {r.direction for e in changes for r in e.readouts} == {0}


def test_lines_are_chosen_in_any_case_and_gene_sets_are_not_lines(tmp_path: Path) -> None:
    for name in ("k562-de.csv", "rpe1-de.csv", "k562_set-de.csv"):
        (tmp_path / name).write_text(DE)
    chosen = list(read_effects(PerturbqaSource(path=tmp_path, cell_lines=("RPE1",))))
    assert {item.context.cell_line for item in chosen} == {"RPE1"}
    assert {item.dataset.name for item in read_effects(PerturbqaSource(path=tmp_path))} == {
        "perturbqa/k562",
        "perturbqa/rpe1",
    }


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({"de": "pert,gene,label\nA,B,1\n"}, "lacks the columns split"),
        ({"de": "pert,gene,label,split\nA,B,2,train\n"}, "labels other than"),
        ({"de": "pert,gene,label,split\nA,B,1,train\nA,B,0,train\n"}, "more than once"),
        ({"de": "pert,gene,label,split\nA,B,1,somewhere\n"}, "no side"),
        ({"de": "pert,gene,label,split\nA,,1,train\n"}, "without a gene"),
        ({"de": DE, "dir": "pert,gene,label,split\nCCC3,NA,0,train\n"}, "different sides"),
        ({"de": ""}, "no table"),
        ({"de": "a,b\n1,2,3,4\n5,6,7,8,9\n"}, "."),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(tmp_path: Path, files: dict[str, str], match: str) -> None:
    with pytest.raises(UnreadableError, match=match):
        perturbqa(tmp_path, **files)


def general(path: Path, **settings: object) -> list[PerturbationEffects]:
    source = EffectTableSource(path=path, **settings)  # type: ignore[arg-type]
    return list(read_effect_table(source, Unit(path.name, (path,))))


def test_numbers_become_labels(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text(
        "perturbation\treadout\tlog2fc\tpadj\tcell_line\tperturbation_kind\tsplit\n"
        "B+A\tX\t2.0\t0.01\tHeLa\tCRISPRi\ttrain\n"
        "A+B\tY\t-2.0\t0.01\tHeLa\tCRISPRi\ttrain\n"
        "A+B\tZ\t0.1\t0.01\tHeLa\tCRISPRi\ttrain\n"
        "A+B\tW\t0.1\t0.9\tHeLa\tCRISPRi\ttrain\n"
        "control\tX\t0\t1\tHeLa\tCRISPRi\ttrain\n"
    )
    first, second = general(path)
    assert first.perturbed_genes == second.perturbed_genes == ("A", "B")
    found = {r.readout: (r.differentially_expressed, r.direction) for e in (first, second) for r in e.readouts}
    assert found == {"X": (True, 1), "Y": (True, -1), "Z": (None, 0), "W": (False, 0)}
    assert first.dataset.name == "mine"
    assert first.context.cell_line == "HeLa"


def test_labels_that_are_given_hold(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("perturbation,readout,de,direction,log2fc,padj\nA,X,yes,down,3,0.9\nA,Y,0,,3,0.001\nA,Z,,-1,,\n")
    (effects,) = general(path, cell_line="K562", perturbation_kind="knockout", split=SplitRule(0.0))
    assert [(r.readout, r.differentially_expressed, r.direction) for r in effects.readouts] == [
        ("X", True, -1),
        ("Y", False, 0),
        ("Z", None, -1),
    ]
    assert effects.split is Split.TRAIN
    assert effects.context.perturbation_kind is PerturbationKind.KNOCKOUT


def test_a_column_that_is_named_takes_the_place_of_the_usual_one(tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("perturbation,readout,de,split,fold\nA,X,1,test,train\n")
    (effects,) = general(path, columns={"split": "fold"})
    assert effects.split is Split.TRAIN
    (swapped,) = general(path, columns={"perturbation": "readout", "readout": "perturbation"})
    assert swapped.perturbed_genes == ("X",)


def test_parquet_and_columns_of_other_names(tmp_path: Path) -> None:
    path = tmp_path / "theirs.parquet"
    pd.DataFrame({"target": ["A", "A"], "gene": ["X", "Y"], "lfc": [1.5, None], "q": [0.01, None]}).to_parquet(path)
    names = {"perturbation": "target", "readout": "gene", "log2fc": "lfc", "padj": "q"}
    (effects,) = general(path, columns=names)
    assert [(r.readout, r.differentially_expressed) for r in effects.readouts] == [("X", True), ("Y", None)]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("perturbation,padj\nA,0.1\n", "lacks the columns readout"),
        ("perturbation,readout\nA,X\n", "none of the columns"),
        ("perturbation,readout,de\nA,X,1\nA,X,0\n", "more than once"),
        ("perturbation,readout,de\nA,X,maybe\n", "neither yes nor no"),
        ("perturbation,readout,direction\nA,X,sideways\n", "no direction"),
        ("perturbation,readout,padj\nA,X,small\n", "no number"),
        ("perturbation,readout,de,perturbation_kind\nA,X,1,magic\n", "no kind"),
    ],
)
def test_a_general_table_that_cannot_be_right_is_refused(tmp_path: Path, content: str, match: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(UnreadableError, match=match):
        general(tmp_path / "t.csv")


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(UnreadableError, match="parquet"):
        general(tmp_path / "t.parquet")


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_text("perturbation,readout,de\n" + text, encoding="utf-8")
    try:
        general(path)
    except UnreadableError:
        return
