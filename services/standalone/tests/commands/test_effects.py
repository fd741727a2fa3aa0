"""`biorl verifier` on effects from files: a screen of a simulated organism, through scanpy, to a report and a card."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import anndata
import pytest
from typer.testing import CliRunner

from biorl.questions.question import Claim
from biorl.soft_verifier.domain.belief import Artifact, Belief
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.experiment import Experiment
from biorl.standalone.commands.cells import cells_in
from biorl.standalone.commands.measured_effects import effects_in
from biorl.standalone.commands.verifier import app
from biorl.standalone.errors import BadRequestError
from biorl.standalone.simulation.network import TINY
from biorl.standalone.simulation.organism import simulate, write_organism


@pytest.fixture(scope="module")
def organism(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("organism")
    write_organism(simulate(3, TINY), folder)
    return folder


def biorl(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False, color=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_screen_becomes_a_model_of_fold_changes_a_report_and_a_card(organism: Path, tmp_path: Path) -> None:
    place, screen = ("--runs", tmp_path / "runs"), organism / "screen.h5ad"
    biorl("train", "expression-shift", "--effects", screen, *place)
    biorl("evaluate", "expression-shift", "--effects", screen, *place, "--out", tmp_path / "report.json")
    reports = json.loads((tmp_path / "report.json").read_text())
    assert {report["task"] for report in reports} == {"perturbation.de", "perturbation.direction"}
    assert all(report["trivial_auc_per_gene"]["mean_shift"] == 0.5 for report in reports if "ranking" in report)
    (path,) = (tmp_path / "runs" / "demo" / "artifacts" / "expression-shift").glob("*/card.json")
    errors = [entry["singles"] for entry in json.loads(path.read_text())["expression"]]
    assert all(entry["model"] < min(entry["no_change"], entry["mean_shift"]) for entry in errors)
    biorl("card", "expression-shift", *place)


def test_a_table_without_fold_changes_says_why_nothing_was_learnt(organism: Path, tmp_path: Path) -> None:
    table = tmp_path / "effects.csv"
    rows = [f"GENE{n},READ{n % 3},{n % 2},HEAP,crispri" for n in range(40)]
    table.write_text("\n".join(["perturbation,readout,de,cell_line,perturbation_kind", *rows]))
    with pytest.raises(BadRequestError, match=r"perturbation.de in HEAP: 0 single perturbations with fold changes"):
        biorl("train", "expression-shift", "--effects", table, "--annotation", organism, "--runs", tmp_path)
    assert not list(tmp_path.rglob("card.json"))


@pytest.mark.parametrize("verifier", ["perturbation-knn", "coexpression"])
def test_a_screen_that_is_not_there_is_said_before_annotation_is_looked_for(tmp_path: Path, verifier: str) -> None:
    with pytest.raises(BadRequestError, match=r"nowhere\.h5ad is not there"):
        biorl("train", verifier, "--effects", tmp_path / "nowhere.h5ad", "--runs", tmp_path)


def test_a_damaged_file_of_a_folder_is_named(organism: Path, tmp_path: Path) -> None:
    (tmp_path / "rpe1-de.csv.gz").write_bytes(b"\x1f\x8bno gzip")
    with pytest.raises(BadRequestError, match=r"^rpe1-de\.csv\.gz is a broken gzip: [^(]*$"):
        biorl("train", "experiment", "--effects", tmp_path, "--annotation", organism, "--runs", tmp_path)


class EvenOdds:
    """A world model without an artifact."""

    tasks = ("perturbation.de",)

    def __init__(self, artifact: Artifact) -> None:
        assert not artifact.arrays

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return [Belief.scored(0.5)] * len(claims)


def test_a_model_that_is_not_trained_is_measured_too(
    organism: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VERIFIERS, "even-odds", EvenOdds)  # type: ignore[misc]
    place, out = ("--runs", tmp_path / "runs"), tmp_path / "report.json"
    biorl("evaluate", "even-odds", "--effects", organism / "screen.h5ad", *place, "--out", out)
    assert all(report["ranking"]["auc_per_gene"] == 0.5 for report in json.loads(out.read_text()))


def test_an_artifact_of_other_code_is_told_with_what_to_run(
    organism: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OfOtherCode(Experiment):
        def __init__(self, artifact: Artifact) -> None:
            artifact.arrays["another array"]

    biorl("train", "experiment", "--effects", organism / "screen.h5ad", "--runs", tmp_path)
    monkeypatch.setitem(VERIFIERS, "experiment", OfOtherCode)  # type: ignore[misc]
    with pytest.raises(BadRequestError, match="make a new one with: biorl verifier train experiment"):
        biorl("evaluate", "experiment", "--effects", organism / "screen.h5ad", "--runs", tmp_path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("evaluate", "exact"), "exact judges what completions say"),
        (("evaluate", "experiment"), "biorl verifier train experiment --run demo"),
        (("train", "exact"), "these can: "),
        (("train", "experiment", "--annotation", "{empty}"), "holds no gene sets.*--annotation takes a folder"),
    ],
)
def test_what_cannot_be_trained_or_measured_says_why(
    organism: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    filled = [part.format(empty=tmp_path) for part in arguments]
    with pytest.raises(BadRequestError, match=says):
        biorl(*filled, "--effects", organism / "screen.h5ad", "--runs", tmp_path / "runs")


def test_what_a_table_does_not_say_of_itself_is_said_in_yaml(organism: Path, tmp_path: Path) -> None:
    rows = [f"SIMG{n:03d},READ{read},{read % 2}" for n in range(30) for read in range(3)]
    (tmp_path / "table.csv").write_text("\n".join(["target,gene,hit", *rows]))
    (tmp_path / "how.yaml").write_text(
        f"sources: [{{type: effect_table, path: {tmp_path / 'table.csv'}, cell_line: HEAP, perturbation_kind: crispri, "
        "columns: {perturbation: target, readout: gene, de: hit}}]"
    )
    place = ("--annotation", organism, "--runs", tmp_path / "runs")
    with pytest.raises(BadRequestError, match=r"lacks the columns perturbation, readout .*in YAML"):
        biorl("train", "experiment", "--effects", tmp_path / "table.csv", *place)
    biorl("train", "experiment", "--effects", tmp_path / "how.yaml", *place)
    (path,) = tmp_path.rglob("card.json")
    assert json.loads(path.read_text())["models"][0]["cell_line"] == "HEAP"


def test_a_screen_whose_controls_go_by_another_name_is_read_as_yaml_says(organism: Path, tmp_path: Path) -> None:
    screen = anndata.read_h5ad(organism / "screen.h5ad")
    screen.obs["perturbation"] = screen.obs["perturbation"].astype(str).replace("control", "sgGFP")
    screen.write_h5ad(tmp_path / "screen.h5ad")
    (tmp_path / "how.yaml").write_text(
        f"sources: [{{type: h5ad, path: {tmp_path / 'screen.h5ad'}, control: sgGFP, organism: 'NCBITaxon:32630'}}]"
    )
    with pytest.raises(BadRequestError, match=r"no cell is a control.*in YAML given to --effects"):
        list(effects_in(tmp_path / "screen.h5ad"))
    assert list(effects_in(tmp_path / "how.yaml")) == list(effects_in(organism / "screen.h5ad"))
    assert [len(table.expression) for table in cells_in(tmp_path / "how.yaml")] == [100, 100]


def held_out_screen(organism: Path, folder: Path) -> Path:
    """All of it in its column `split`; another one has a split of its own."""
    screen = anndata.read_h5ad(organism / "screen.h5ad")
    screen.obs["fold"] = screen.obs["split"].astype(str)
    screen.obs["split"] = "test"
    path = folder / "held-out.h5ad"
    screen.write_h5ad(path)
    return path


def held_out_table(_: Path, folder: Path) -> Path:
    rows = [f"SIMG{n:03d},READ{read},{read % 2},HEAP,crispri,test,train" for n in range(9) for read in range(3)]
    path = folder / "held-out.csv"
    path.write_text("\n".join(["perturbation,readout,de,cell_line,perturbation_kind,split,fold", *rows]))
    return path


def table_of_one(_: Path, folder: Path) -> Path:
    """Without a word on its split: the digest of this gene's name holds it out."""
    path = folder / "one.csv"
    path.write_text("perturbation,readout,de,cell_line,perturbation_kind\nSIMG008,READ1,1,HEAP,crispri")
    return path


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (held_out_screen, "split_column: fold"),
        (held_out_table, "columns: {split: fold}"),
        (table_of_one, "split: {test_share: 0}"),
    ],
)
def test_effects_that_are_all_held_out_are_told_with_yaml_that_says_which_are_not(
    organism: Path, tmp_path: Path, written: Callable[[Path, Path], Path], key: str
) -> None:
    place = ("--annotation", organism, "--runs", tmp_path / "runs")
    with pytest.raises(BadRequestError, match="train split; say which are in YAML") as told:
        biorl("train", "experiment", "--effects", written(organism, tmp_path), *place)
    assert key.replace("fold", "COLUMN") in str(told.value)
    (example,) = re.findall(r"sources: \[.*\]", str(told.value))
    (tmp_path / "how.yaml").write_text(re.sub(r"[a-z_]+: (COLUMN|{split: COLUMN})", key, example))
    biorl("train", "experiment", "--effects", tmp_path / "how.yaml", *place)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sources: [{type: h5ad, path: gone.h5ad}]", "gone.h5ad is not there"),
        ("sources: [{type: jats, path: .}]", "none of its sources gives effects"),
        ("sources: [{type: h5ad, path: ., kontrol: x}]", "kontrol"),
        ("screen: x", "sources"),
    ],
)
def test_yaml_that_names_no_effects_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "how.yaml").write_text(text)
    with pytest.raises(BadRequestError, match=says):
        list(effects_in(tmp_path / "how.yaml"))


@pytest.mark.parametrize(("name", "says"), [("nowhere.h5ad", "is not there"), ("broken.h5ad", "is no AnnData file")])
def test_what_is_no_screen_is_refused(tmp_path: Path, organism: Path, name: str, says: str) -> None:
    (tmp_path / "broken.h5ad").write_text("no screen")
    arguments = ["train", "expression-shift", "--effects", str(tmp_path / name), "--annotation", str(organism)]
    with pytest.raises(BadRequestError, match=says):
        CliRunner().invoke(app, [*arguments, "--runs", str(tmp_path / "runs")], catch_exceptions=False)
