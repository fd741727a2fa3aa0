"""Tables of molecules and lists of genes as labelled subjects: merged, split, digested, and what is refused."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.adapters.gene_classes import geneformer_classes
from biorl.ingester.adapters.ledger import SqliteLedger
from biorl.ingester.adapters.readers import FileReader, read_labels, read_tables
from biorl.ingester.adapters.wire import labels_to_wire
from biorl.ingester.domain.admission import Policy
from biorl.ingester.domain.sources import GeneClassSource, MoleculeSource
from biorl.ingester.domain.subjects import (
    Described,
    Gene,
    Label,
    LabelledSubject,
    Molecule,
    SubjectDataset,
    assemble_subjects,
)
from biorl.ingester.ports import UnreadableError
from biorl.ingester.service import Ingester
from biorl.ingester.testing import FakeObserver, FakePublisher
from biorl.questions.question import Split

BBBP = """\
num,name,p_np,smiles
1,ethanol,1,CCO
2,ethanol again,1,OCC
3,benzene,1,c1ccccc1
4,phenol,1,c1ccccc1O
5,disputed,1,CCN
6,disputed,0,NCC
7,nonsense,1,this is no molecule
8,toluene,0,Cc1ccccc1
"""


def molecules(tmp_path: Path, text: str, name: str = "BBBP.csv", **keys: object) -> list[LabelledSubject]:
    (tmp_path / name).write_text(text)
    return list(read_labels(MoleculeSource(path=tmp_path / name, **keys)))  # type: ignore[arg-type]


def by_smiles(found: list[LabelledSubject]) -> dict[str, LabelledSubject]:
    return {item.subject.smiles: item for item in found if isinstance(item.subject, Molecule)}


def test_a_molecule_written_in_two_ways_is_one_and_a_disputed_one_is_none(tmp_path: Path) -> None:
    found = by_smiles(molecules(tmp_path, BBBP))
    assert sorted(found) == ["CCO", "Cc1ccccc1", "Oc1ccccc1", "c1ccccc1"]
    assert found["CCO"].labels == (Label("BBBP", holds=True, train_rate=found["CCO"].labels[0].train_rate),)


def test_what_is_left_out_of_tables_is_told_but_not_files_of_another_kind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(BBBP.encode())[:-9])
    (tmp_path / "empty.csv").touch()
    (tmp_path / "notes.csv").write_text("this,is\nno,table of molecules\n")
    (tmp_path / "whole.csv").write_text(BBBP)
    assert len(list(read_tables(MoleculeSource(path=tmp_path)))) == 4
    cut, empty, nonsense = (record.getMessage() for record in caplog.records if record.levelname == "WARNING")
    assert "cut.csv.gz is a broken gzip" in cut
    assert "empty.csv is no table" in empty
    assert "whole.csv: 1 left out" in nonsense
    assert "this is no molecule" in nonsense


def test_moleculenet_is_known_by_its_columns_and_marked_as_a_benchmark(tmp_path: Path) -> None:
    found = molecules(tmp_path, BBBP, "renamed.csv")
    assert {item.dataset.name for item in found} == {"moleculenet/bbbp"}
    assert {item.dataset.benchmarks for item in found} == {("moleculenet/bbbp",)}
    assert {item.dataset.num_subjects for item in found} == {len(found)}


def test_which_rows_of_one_s_own_come_first_does_not_say_what_is_held_out(tmp_path: Path) -> None:
    rows = [f"c1ccccc1{'C' * n}C1CCCCC1,{n}" for n in range(1, 41)]
    keys = {"properties": {"strength": "Kinase/strength"}, "units": {"Kinase/strength": ""}}

    def sides(written: list[str]) -> dict[str, Split]:
        found = by_smiles(molecules(tmp_path, "smiles,strength\n" + "\n".join(written), "mine.csv", **keys))
        return {smiles: item.split for smiles, item in found.items()}

    assert sides(rows) == sides(rows[::-1])
    assert set(sides(rows).values()) == set(Split)


def test_numbers_have_their_unit_and_repeated_ones_are_averaged(tmp_path: Path) -> None:
    text = "iupac,smiles,expt,calc\na,CCO,-5,-4\nb,OCC,-6,-4\nc,CCC,2.0,2\n"
    found = by_smiles(molecules(tmp_path, text, "SAMPL.csv"))
    assert found["CCO"].labels == (Label("FreeSolv", number=-5.5, unit="kcal/mol"),)


def test_a_missing_label_is_no_label(tmp_path: Path) -> None:
    text = "smiles,FDA_APPROVED,CT_TOX\nCCO,1,\nCCC,,\nCCN,0,1\n"
    found = by_smiles(molecules(tmp_path, text))
    assert [label.name for label in found["CCO"].labels] == ["ClinTox/FDA_APPROVED"]
    assert "CCC" not in found


def test_a_file_of_one_s_own_names_its_columns(tmp_path: Path) -> None:
    keys = {"smiles_column": "structure", "properties": {"hit": "Kinase/hit"}, "dataset": "mine"}
    found = molecules(tmp_path, "structure,hit\nCCO,yes\nCCC,no\n", "mine.csv", **keys)
    assert {label for item in found for label in (item.labels[0].name, item.dataset.name)} == {"Kinase/hit", "mine"}
    assert {item.dataset.benchmarks for item in found} == {()}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("structure,hit\nCCO,1\n", "no MoleculeNet file"),
        (BBBP.replace("benzene,1", "benzene,maybe"), "is no 0 or 1"),
        ("iupac,smiles,expt,calc\na,CCO,much,1\n", "is no number"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused_with_its_reason(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        molecules(tmp_path, text)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(Split)), min_size=1, max_size=30))
def test_no_held_out_label_reaches_a_rate(rows: list[tuple[bool, Split]]) -> None:
    def rates(*, turned: bool) -> list[float | None]:
        described = [
            Described(Molecule(f"C{n}"), side, (Label("BBBP", holds=holds ^ (turned and side is not Split.TRAIN)),))
            for n, (holds, side) in enumerate(rows)
        ]
        found = assemble_subjects(SubjectDataset("set", "0"), described)
        return [item.labels[0].train_rate for item in found]

    assert rates(turned=False) == rates(turned=True)


def test_an_invalid_smiles_is_refused_and_the_rest_is_published_once(tmp_path: Path) -> None:
    (tmp_path / "BBBP.csv").write_text(BBBP)
    publisher, ledger = FakePublisher(), SqliteLedger(tmp_path / "ledger.sqlite")
    ingester = Ingester(FileReader(), ledger, publisher, observer := FakeObserver(), Policy(()))
    for _ in range(2):
        ingester.ingest(MoleculeSource(path=tmp_path / "BBBP.csv"))
    assert len(publisher.labels) == 4
    assert [entry.reason for _, entry in observer.entries if entry.status == "refused"] == ["unreadable"]


@pytest.fixture
def classes(tmp_path: Path) -> GeneClassSource:
    (tmp_path / "biv.txt").write_text("ENSG01\nENSG02\nENSG02\nENSG05\n")
    (tmp_path / "rest.csv").write_text("other,lys4\nx,ENSG03\ny,ENSG04\n,ENSG05\n")
    (tmp_path / "names.csv").write_text("ensembl_id,gene_name\nENSG01,PAX6\nENSG02,SOX2\nENSG03,ACTB\n")
    return GeneClassSource(
        path=tmp_path, gene_class="bivalent-not-lys4-only", members="biv.txt", others="rest.csv:lys4", names="names.csv"
    )


def test_ensembl_ids_become_symbols_and_a_gene_on_both_lists_is_left_out(classes: GeneClassSource) -> None:
    found = {item.subject: item.labels[0].holds for item in read_labels(classes)}
    human = "NCBITaxon:9606"
    assert found == {
        Gene("PAX6", human, "ENSG01"): True,
        Gene("SOX2", human, "ENSG02"): True,
        Gene("ACTB", human, "ENSG03"): False,
        Gene("ENSG04", human): False,
    }


def test_a_gene_on_both_lists_by_two_names_is_left_out(classes: GeneClassSource) -> None:
    (classes.path / "biv.txt").write_text("PAX6\nENSG02\nACTB\n")
    found = {item.subject.name: item.labels[0].holds for item in read_labels(classes)}  # type: ignore[union-attr]
    assert found == {"PAX6": True, "SOX2": True, "ENSG04": False, "ENSG05": False}


def test_equal_lists_give_equal_ids_and_a_new_label_another(classes: GeneClassSource) -> None:
    first, again = ([item.id for item in read_labels(classes)] for _ in range(2))
    assert first == again
    turned = replace(classes, members=classes.others, others=classes.members)
    assert not set(first) & {item.id for item in read_labels(turned)}


def test_a_list_without_genes_is_refused(classes: GeneClassSource) -> None:
    (classes.path / "biv.txt").write_text("\n")
    with pytest.raises(UnreadableError, match="names no gene"):
        list(read_labels(classes))


def test_what_a_gene_and_a_molecule_are_survives_the_wire(classes: GeneClassSource, tmp_path: Path) -> None:
    gene = labels_to_wire(next(iter(read_labels(classes))))
    assert (gene.WhichOneof("subject"), gene.labels[0].WhichOneof("value")) == ("gene", "holds")
    molecule = labels_to_wire(by_smiles(molecules(tmp_path, BBBP))["Oc1ccccc1"])
    assert (molecule.molecule.smiles, molecule.molecule.scaffold) == ("Oc1ccccc1", "c1ccccc1")


def test_the_real_lists_have_the_sizes_that_were_published_without_their_repeats(data_dir: Path) -> None:
    found = {source.gene_class: list(read_labels(source)) for source in geneformer_classes(data_dir / "genes")}
    sizes = {
        name: (
            sum(item.labels[0].holds is True for item in items),
            sum(item.labels[0].holds is False for item in items),
        )
        for name, items in found.items()
    }
    assert sizes == {
        "dosage-sensitive": (122, 366),
        "bivalent-not-unmethylated": (94, 38),
        "bivalent-not-lys4-only": (95, 77),
    }


def test_a_real_scaffold_split_shares_no_scaffold(data_dir: Path) -> None:
    items = list(read_labels(MoleculeSource(path=data_dir / "molecules" / "BBBP.csv.gz")))
    sides = {split: {item.subject.scaffold for item in items if item.split is split} for split in Split}  # type: ignore[union-attr]
    assert len(items) == 1965
    assert not sides[Split.TRAIN] & sides[Split.TEST]
