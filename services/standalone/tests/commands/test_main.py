"""The command line: bad requests are one line that says what to do, and the exit status says whose fault it was."""

import errno
import os
from pathlib import Path

import pytest

from biorl.standalone import __main__ as command
from biorl.standalone.runs import demo
from biorl.standalone.runs.waiting import Watch
from biorl.standalone.supervisor.interruption import Interruption
from biorl.standalone.supervisor.supervisor import Supervisor


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["biorl", *arguments])
    return command.main()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nope",), "No such command"),
        (("simulate",), "--out"),
        (("simulate", "--seed", "x", "--out", "o"), "--seed"),
        (("data", "check", "nowhere"), "MANIFEST.tsv"),
        (("inspect", "nope"), "there is no run 'nope' in runs"),
        (("inspect", "there/nope"), "there is no folder or file there/nope"),
        (("inspect", "."), "holds no data/*.parquet"),
        (("inspect", ".", "--save", "decisions.xls"), "writes a .tsv or a .jsonl file"),
        (("inspect", ".", "--save", "decisions.tsv"), "nothing was decided yet"),
        (("data", "fetch", "--only", "moon"), "there is no group moon"),
        (("demo", "--nope"), "See: biorl demo --help"),
        (("verifier", "serve"), "See: biorl verifier serve --help"),
        (("demo", "--run", "[/b]"), "[/b]"),
        (("demo", "--cell-line", "RPE1"), "--data is missing"),
        (("demo", "--data", "nowhere"), "biorl data fetch"),
        (("demo", "--data", "."), "perturbqa/<line>-de.csv.gz"),
        (("verifier", "train", "nope"), "there is no verifier 'nope'; there is coexpression"),
        (("verifier", "evaluate", "experiment", "--tables", "."), "give --effects"),
        (("verifier", "train", "molecule", "--effects", "."), "give --tables"),
        (("verifier", "train", "experiment", "--effects", ".", "--cells", "a.h5ad"), "leave --cells out"),
        (("verifier", "train", "experiment", "--effects", "a.csv"), "a.csv is not there"),
        (("verifier", "calibrate", "x", "--config", "no.yaml", "--effects", "."), "no.yaml: cannot be read"),
    ],
)
def test_a_bad_request_is_one_line_and_exit_status_2(
    arguments: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments) == 2
    told = capsys.readouterr().err
    assert says in told
    assert "Traceback" not in told
    assert told.strip().startswith("biorl:")


def test_a_run_that_was_stopped_says_how_to_go_on_and_ends_as_a_shell_expects_after_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped_at_once(*_: object) -> None:
        interruption = Interruption()
        interruption.note()
        Watch(Supervisor(print), interruption).look()

    monkeypatch.setattr(demo, "run_demo", stopped_at_once)
    assert run(monkeypatch, "demo", "--runs", str(tmp_path)) == 130
    assert "the same command goes on where it stopped" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.ENOSPC, "o: No space left"), (errno.EACCES, "o: Permission"), (errno.EISDIR, "o: Is a directory")],
)
def test_a_full_disk_or_a_folder_in_place_of_a_file_is_told_without_a_traceback(
    number: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_options: object) -> None:
        raise OSError(number, os.strerror(number), "o")

    monkeypatch.setattr(command, "app", fails)
    assert run(monkeypatch, "simulate", "--out", "o") == 1
    assert says in capsys.readouterr().err


def test_a_file_that_ought_to_be_there_is_a_bug_with_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_options: object) -> None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "o")

    monkeypatch.setattr(command, "app", fails)
    with pytest.raises(FileNotFoundError):
        run(monkeypatch, "status")


def test_help_keeps_what_stands_in_brackets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "score", "--help") == 0
    assert "[text," in capsys.readouterr().out


def test_a_line_that_is_not_there_is_answered_with_those_that_can_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "perturbqa").mkdir()
    for line in ("k562", "k562_set", "rpe1"):
        (tmp_path / "perturbqa" / f"{line}-de.csv.gz").touch()
    for asked in ("XYZ", "k562_set"):
        assert run(monkeypatch, "demo", "--data", str(tmp_path), "--cell-line", asked) == 2
        assert "; it has k562, rpe1" in capsys.readouterr().err


def test_the_readme_lists_every_command() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    groups = [group.name for group in command.app.registered_groups]
    commands = [single.name for single in command.app.registered_commands]
    assert all(f"`biorl {name}`" in readme for name in (*groups, *commands))


def test_simulate_writes_the_organism(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(monkeypatch, "simulate", "--tiny", "--out", str(tmp_path / "organism")) == 0
    assert (tmp_path / "organism" / "screen.h5ad").is_file()


def test_a_changed_data_folder_is_exit_status_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "MANIFEST.tsv").write_text(f"path\tsha256\na.csv\t{'0' * 64}\n")
    (tmp_path / "a.csv").write_text("x")
    assert run(monkeypatch, "data", "check", str(tmp_path)) == 1
    assert "changed" in capsys.readouterr().out
