"""Files are found by folder or pattern, and named without their absolute place."""

import gzip
from pathlib import Path

import pytest

from biorl.ingester.adapters.files import digest_of, find, opened
from biorl.ingester.ports import UnreadableError, VanishedError


def test_a_folder_is_read_with_its_subfolders_but_not_what_is_half_written(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.xml", "sub/b.xml.gz", ".hidden.xml", "c.xml.part", "d.txt"):
        (tmp_path / name).write_text("x")
    assert [name for name, _ in find(tmp_path, ("*.xml", "*.xml.gz"))] == ["a.xml", "sub/b.xml.gz"]


def test_a_pattern_names_files_below_its_first_wildcard(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.xml").write_text("x")
    assert [name for name, _ in find(tmp_path / "*" / "*.xml", ())] == ["one/a.xml", "two/a.xml"]
    assert find(tmp_path / "none" / "*.xml", ()) == []


def test_a_single_file_is_itself(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    assert find(tmp_path / "a.csv", ()) == [("a.csv", tmp_path / "a.csv")]


def test_unpacking_has_a_limit(tmp_path: Path) -> None:
    (tmp_path / "big.gz").write_bytes(gzip.compress(b"0" * 1_000_000))
    with opened(tmp_path / "big.gz", 999_999) as file, pytest.raises(UnreadableError, match="more than the limit"):
        file.read()
    with opened(tmp_path / "big.gz", 1_000_000) as file:
        assert len(file.read()) == 1_000_000


def test_a_file_that_went_away_is_no_bad_file(tmp_path: Path) -> None:
    with pytest.raises(VanishedError):
        digest_of([tmp_path / "gone"])
    with pytest.raises(VanishedError), opened(tmp_path / "gone"):
        pass
