"""Lists of retracted papers."""

import gzip
from pathlib import Path

import pytest

from biorl.ingester.adapters.retraction_lists import WatchedList, read_retraction_list
from biorl.ingester.ports import UnreadableError


def test_one_identifier_a_line(tmp_path: Path) -> None:
    (tmp_path / "list.tsv.gz").write_bytes(gzip.compress(b"pmid\n123\n10.5555/X\n\nnonsense\n"))
    assert read_retraction_list(tmp_path / "list.tsv.gz") == {"pmid:123", "doi:10.5555/x"}


def test_retraction_watch_tells_retractions_from_concerns(tmp_path: Path) -> None:
    header = "Record ID,Title,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature\n"
    rows = (
        '1,"A, b",10.5555/a,11,Retraction\n2,caf\xe9,10.5555/b,0,Retraction\n3,c,10.5555/c,12,Expression of concern\n'
    )
    (tmp_path / "rw.csv").write_bytes((header + rows).encode("latin-1"))
    assert read_retraction_list(tmp_path / "rw.csv") == {"doi:10.5555/a", "pmid:11", "doi:10.5555/b"}


def test_an_empty_list_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("nothing\n")
    with pytest.raises(UnreadableError):
        read_retraction_list(tmp_path / "list.csv")


def test_a_watched_list_tells_of_changes_and_survives_a_bad_one(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("1\n")
    watched = WatchedList(path)
    assert watched.changed() == {"pmid:1"}
    assert watched.changed() == frozenset()
    path.write_text("nothing\n")
    assert watched.changed() == frozenset()
    path.write_text("1\n2\n")
    assert watched.changed() == {"pmid:1", "pmid:2"}


def test_a_list_that_cannot_be_read_at_the_start_stops_the_service(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("nothing\n")
    with pytest.raises(UnreadableError):
        WatchedList(tmp_path / "list.csv").changed()
