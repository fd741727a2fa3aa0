"""The command line: bad requests are one line that says what to do, and the exit status says whose fault it was."""

from pathlib import Path

import pytest

from biorl.standalone import __main__ as command


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
        (("data", "fetch", "--only", "moon"), "there is no group moon"),
    ],
)
def test_a_bad_request_is_one_line_and_exit_status_2(
    arguments: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *arguments) == 2
    told = capsys.readouterr().err
    assert says in told
    assert "Traceback" not in told
    assert told.strip().startswith("biorl:")


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
