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
