"""Files are read within limits, and a faulty one is named."""

import gzip
from pathlib import Path

import pytest

from biorl.genes.reading import AnnotationFileError, columns, file_digest, lines


def test_gzip_and_plain_give_the_same_lines(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.gmt", tmp_path / "a.gmt.gz"
    plain.write_bytes(b"one\r\ntwo\n")
    packed.write_bytes(gzip.compress(b"one\r\ntwo\n"))
    assert list(lines(plain)) == list(lines(packed)) == ["one", "two"]


def test_a_decompression_bomb_ends_in_an_error(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gmt.gz"
    path.write_bytes(gzip.compress(b"x" * 1_000_000))
    with pytest.raises(AnnotationFileError, match="more than 1000 bytes"):
        list(lines(path, max_bytes=1000))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (gzip.compress(b"one\ntwo\n")[:-9], "not a whole gzip"),
        (b"plain", "not a whole gzip"),
        (gzip.compress(b"\xff\xfe"), "not UTF-8"),
    ],
)
def test_a_broken_file_is_refused_by_name(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "broken.gmt.gz"
    path.write_bytes(content)
    with pytest.raises(AnnotationFileError, match=rf"broken\.gmt\.gz: is {problem}"):
        list(lines(path))


def test_what_a_row_lacks_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("#a\tb\tc\n1\t2\t3\n4\n")
    assert list(columns(path, ("c", "a"), ("not there",))) == [["3", "1", ""], ["", "4", ""]]


def test_a_digest_is_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    assert file_digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
