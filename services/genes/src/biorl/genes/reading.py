"""Annotation files as lines of text, within limits.

Every reader of this package opens its file here, so that a truncated, binary or bomb-like file ends in an
AnnotationFileError that names the file, never in an exhausted machine.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 512 * 1024 * 1024
"""Most bytes that a file may hold after decompression."""


class AnnotationFileError(ValueError):
    """An annotation file is not what its reader understands."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


def lines(path: Path, max_bytes: int = MAX_BYTES) -> Iterator[str]:
    """Lines of a UTF-8 file, gzip or plain, without their ends.

    Raises AnnotationFileError for a file that is not UTF-8, not whole, or larger than `max_bytes`.
    """
    left = max_bytes
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            while line := file.readline(left + 1):
                left -= len(line)
                if left < 0:
                    raise AnnotationFileError(path, f"holds more than {max_bytes} bytes")
                yield line.decode().rstrip("\r\n")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise AnnotationFileError(path, f"is not a whole gzip file ({error})") from error
    except UnicodeDecodeError as error:
        raise AnnotationFileError(path, "is not UTF-8 text") from error


def columns(path: Path, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """The named columns of a tab-separated file with a header, row by row, needed ones first.

    What a row or the file lacks is an empty cell. Raises AnnotationFileError for a needed column that is missing.
    """
    rows = lines(path)
    header = next(rows, "").removeprefix("#").split("\t")
    missing = [name for name in needed if name not in header]
    if missing:
        raise AnnotationFileError(path, f"has no column {missing[0]!r}")
    places = [header.index(name) if name in header else None for name in (*needed, *optional)]
    for line in rows:
        cells = line.split("\t")
        yield [cells[place] if place is not None and place < len(cells) else "" for place in places]


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
