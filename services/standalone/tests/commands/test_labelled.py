"""`biorl verifier` for gene classes and molecules: from a folder of tables to an artifact, a report and a card."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from biorl.standalone.commands.verifier import app
from biorl.standalone.errors import BadRequestError

RINGS = ("c1ccccc1", "c1ccncc1", "C1CCCCC1", "c1ccsc1", "C1CCNCC1", "c1ccoc1", "C1CCOC1")
ENDS = ("O", "N", "Cl", "C(=O)O", "C#N", "OC", "F", "Br")


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Acids do not cross the barrier; genes called ALFA are dosage-sensitive, and share a pathway."""
    folder = tmp_path / "tables"
    folder.mkdir()
    rows = [f"{ring}{'C' * n}{end},{int(end != 'C(=O)O')}\n" for ring in RINGS for end in ENDS for n in range(1, 5)]
    (folder / "barrier.csv").write_text("smiles,p_np\n" + "".join(rows))
    (folder / "notes.csv").write_text("this,is\nno,table of molecules\n")
    pairs = [f"ALFA{n},BETA{n}\n" for n in range(30)]
    header = "dosage_sensitive,dosage_insensitive\n"
    (folder / "geneformer_dosage_sens_tf_labels.csv").write_text(header + "".join(pairs))
    sets = {"one": "ALFA", "two": "BETA"}
    lines = ["\t".join((name, "", *(f"{stem}{n}" for n in range(30)))) for name, stem in sets.items()]
    (folder / "sets.gmt").write_text("\n".join(lines))
    return folder


def biorl(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False, color=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(("verifier", "name"), [("molecule", "BBBP"), ("gene-class", "dosage-sensitive")])
def test_tables_become_an_artifact_a_report_and_a_card(
    tables: Path, tmp_path: Path, verifier: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--runs", tmp_path / "runs")
    biorl("train", verifier, "--tables", tables, *place)
    biorl("evaluate", verifier, "--tables", tables, *place, "--out", tmp_path / "report.json")
    (report,) = json.loads((tmp_path / "report.json").read_text())
    assert (report["name"], report["auroc"]) == (name, 1.0)
    capsys.readouterr()
    biorl("card", verifier, *place)
    folder = tmp_path / "runs" / "demo" / "artifacts" / verifier
    picture, artifact = sorted(folder.iterdir(), key=Path.is_dir)
    assert picture.name == f"{artifact.name}.svg"
    assert sorted(path.name for path in artifact.iterdir()) == ["arrays.npz", "card.json"]


def test_a_table_of_one_s_own_is_described_in_yaml(tables: Path, tmp_path: Path) -> None:
    (tables / "mine.csv").write_text((tables / "barrier.csv").read_text().replace("p_np", "crosses"))
    described = tables / "mine.yaml"
    described.write_text(
        f"sources: [{{type: molecules, path: {tables}/mine.csv, properties: {{crosses: Mine}}, split: {{seed: 1}}}}]"
    )
    place = ("--runs", tmp_path / "runs")
    biorl("train", "molecule", "--tables", described, *place)
    biorl("evaluate", "molecule", "--tables", described, *place, "--out", tmp_path / "report.json")
    (report,) = json.loads((tmp_path / "report.json").read_text())
    assert (report["name"], report["auroc"]) == ("Mine", 1.0)


def test_what_a_run_has_not_is_said_with_what_it_has(tables: Path, tmp_path: Path) -> None:
    place = ("--runs", tmp_path / "runs")
    biorl("train", "molecule", "--tables", tables, *place)
    with pytest.raises(BadRequestError, match=r"no artifact of gene-class, but of molecule; make one with: biorl"):
        biorl("card", "gene-class", *place)
    with pytest.raises(BadRequestError, match=r"no artifact of nosuch, .*; no verifier to train has that name; there"):
        biorl("card", "nosuch", *place)
    with pytest.raises(BadRequestError, match=r"no artifact of exact, .*; exact is served without one"):
        biorl("card", "exact", *place)
    with pytest.raises(BadRequestError, match=r"'demo' .* holds artifacts alone; .* or give --tables or --genes"):
        biorl("evaluate", "molecule", *place)


@pytest.mark.parametrize(
    ("sources", "says"),
    [
        ("[]", "none of its sources gives labels"),
        ("[{type: h5ad, path: screen.h5ad}]", "none of its sources gives labels"),
        ("[{type: molecules, path: {}/notes.csv}]", "is no MoleculeNet file"),
        ("[{type: molecules, path: {}/nowhere.csv}]", "nowhere.csv"),
        ("[{type: molecules, file: {}/notes.csv}]", "file"),
    ],
)
def test_what_is_wrong_with_a_description_is_said(tables: Path, tmp_path: Path, sources: str, says: str) -> None:
    described = tables / "mine.yaml"
    described.write_text("sources: " + sources.replace("{}", str(tables)))
    with pytest.raises(BadRequestError, match=says):
        biorl("train", "molecule", "--tables", described, "--runs", tmp_path / "runs")


def test_a_damaged_list_of_genes_in_a_folder_is_one_line_that_names_it(tables: Path, tmp_path: Path) -> None:
    (tables / "geneformer_dosage_sens_tf_labels.csv").write_bytes(b"\x1f\x8bno gzip")
    with pytest.raises(BadRequestError, match=r"geneformer_dosage_sens_tf_labels\.csv is a broken gzip"):
        biorl("train", "gene-class", "--tables", tables, "--runs", tmp_path / "runs")


@pytest.fixture
def lists(tables: Path) -> Path:
    """The same genes as Ensembl ids, one a line, and a table of what they are called."""
    ids = {f"{stem}{n}": f"ENSG{place:05d}{n:06d}" for place, stem in enumerate(("ALFA", "BETA")) for n in range(30)}
    for stem in ("ALFA", "BETA"):
        (tables / f"{stem}.txt").write_text("".join(f"{ids[f'{stem}{n}']}\n" for n in range(30)))
    rows = "".join(f"{accession},{name}\n" for name, accession in ids.items())
    (tables / "names.csv").write_text(f"ensembl_id,gene_name\n{rows}")
    (tables / "empty.txt").write_text("\n")
    return tables


def test_two_lists_of_ensembl_ids_are_a_class_to_train_on_and_to_measure(lists: Path, tmp_path: Path) -> None:
    genes = f"long-range-tf={lists}/ALFA.txt,{lists}/BETA.txt,{lists}/names.csv"
    place = ("--runs", tmp_path / "runs")
    biorl("train", "gene-class", "--genes", genes, "--annotation", lists, *place)
    biorl("evaluate", "gene-class", "--genes", genes, *place, "--out", tmp_path / "report.json")
    (report,) = json.loads((tmp_path / "report.json").read_text())
    assert (report["task"], report["auroc"]) == ("gene.tf_range", 1.0)


@pytest.mark.parametrize(
    ("genes", "says"),
    [
        ("long-range-tf", "write CLASS=MEMBERS,OTHERS"),
        ("long-range-tf={}/ALFA.txt", "write CLASS=MEMBERS,OTHERS"),
        ("long-range-tf={}/ALFA.txt,{}/GAMMA.txt", "there is no file .*GAMMA.txt"),
        ("long-range-tf={}/ALFA.txt,{}/empty.txt", "names no gene"),
        ("long-range-tf={}/ALFA.txt,{}/BETA.txt", "60 of 60 genes are Ensembl ids without a name"),
        ("long-range-tf={}/names.csv:gene_name,{}/names.csv:called", "has no column 'called'"),
        ("long-range-tf={}/names.csv:gene_name,{}/BETA.txt,{}/names.csv", "too_few_labels"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(lists: Path, tmp_path: Path, genes: str, says: str) -> None:
    with pytest.raises(BadRequestError, match=says):
        biorl("train", "gene-class", "--genes", genes.replace("{}", str(lists)), "--annotation", lists,
              "--runs", tmp_path / "runs")  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("molecule", "--tables", "nowhere"), "no folder"),
        (("gene-class", "--tables", "{tables}", "--annotation", "nowhere"), "no folder"),
        (("gene-class", "--tables", "{tables}", "--annotation", "{empty}"), "holds no gene sets"),
        (("molecule", "--tables", "{empty}"), "give --tables a folder"),
        (("molecule",), "no run 'demo'"),
    ],
)
def test_what_is_missing_is_said(tables: Path, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    (tmp_path / "empty").mkdir()
    filled = [part.format(tables=tables, empty=tmp_path / "empty") for part in arguments]
    with pytest.raises(BadRequestError, match=says):
        biorl("train", *filled, "--runs", tmp_path / "runs")
