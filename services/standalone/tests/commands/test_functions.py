"""`biorl verifier train ontology`: a verifier of nothing but annotation."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from biorl.standalone.commands.verifier import app
from biorl.standalone.errors import BadRequestError


def make(annotation: Path, runs: Path) -> str:
    options = ["--annotation", str(annotation), "--runs", str(runs)]
    return CliRunner().invoke(app, ["train", "ontology", *options], catch_exceptions=False).output


def test_gene_sets_alone_make_one(tmp_path: Path) -> None:
    (tmp_path / "sets.gmt").write_text("DNA_REPAIR\t\tA\tB\nSPLICING\t\tC\tD\n")
    assert "ontology@" in make(tmp_path, tmp_path / "runs")


@pytest.mark.parametrize("name", ["ontology", "exact"])
def test_a_judge_of_what_is_said_has_nothing_to_be_measured_on_whatever_runs_there_are(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(BadRequestError, match="there is nothing to measure"):
        CliRunner().invoke(app, ["evaluate", name, "--runs", str(tmp_path)], catch_exceptions=False)


def test_a_folder_without_annotation_is_refused_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="--annotation takes a folder with GO annotation"):
        make(tmp_path, tmp_path / "runs")
