"""Files as they lie about: found by folder or pattern, unpacked within limits, named without their absolute place."""

import glob
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from biorl.ingester.ports import UnreadableError, VanishedError

MAX_PACKED_BYTES = 4 * 1024**3
MAX_UNPACKED_BYTES = 8 * 1024**3
"""A PubMed update file unpacks to some 300 MB; it is streamed, so this bounds time, not memory."""
_GZIP = b"\x1f\x8b"
_PIECE = 1024**2


def find(where: Path, patterns: Sequence[str]) -> list[tuple[str, Path]]:
    """(name, path) of the files that are there, by name. Hidden and half-written files (`.part`, `.tmp`) are not."""
    found: dict[str, Path] = {}
    for path in _candidates(where, patterns):
        name = path.relative_to(_base(where)).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in Path(name).parts):
            found[name] = path
    return sorted((name, path) for name, path in found.items() if path.suffix not in {".part", ".tmp"})


def _candidates(where: Path, patterns: Sequence[str]) -> Iterator[Path]:
    if where.is_dir():
        for pattern in patterns:
            yield from where.rglob(pattern)
    elif where.is_file():
        yield where
    else:
        yield from _base(where).glob(where.relative_to(_base(where)).as_posix())


def _base(where: Path) -> Path:
    """The folder that names are relative to: for a pattern, the part before its first wildcard."""
    if where.is_dir():
        return where
    parts: list[str] = []
    for part in where.parts[:-1]:
        if glob.has_magic(part):
            break
        parts.append(part)
    return Path(*parts)


def base_name(where: Path) -> str:
    """What a source is called when nobody named it: its folder."""
    return _base(where).resolve().name


def digest_of(paths: Sequence[Path]) -> str:
    """SHA-256 (hex) of the bytes; of several files, of their digests in order. Raises VanishedError."""
    digests = []
    for path in paths:
        try:
            with path.open("rb") as file:
                digests.append(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            raise VanishedError(f"{path.name}: {error.strerror}") from error
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


class _Bounded(io.RawIOBase):
    """A stream that says UnreadableError where gzip, the disk or a limit gives up, with the same words for all."""

    def __init__(self, stream: IO[bytes], limit: int, name: str) -> None:
        self._stream = stream
        self._name = name
        self._left = limit

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            piece = self._stream.read(size if size >= 0 else self._left + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableError(f"{self._name} is a broken gzip: {error}") from error
        self._left -= len(piece)
        if self._left < 0:
            raise UnreadableError(f"{self._name} unpacks to more than the limit")
        return piece

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed wants its own Buffer type
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@contextmanager
def opened(path: Path, max_unpacked: int = MAX_UNPACKED_BYTES) -> Iterator[IO[bytes]]:
    """The unpacked bytes, whatever the suffix says. Reading raises UnreadableError; opening, VanishedError."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise VanishedError(f"{path.name}: {error.strerror}") from error
    with file:
        if path.stat().st_size > MAX_PACKED_BYTES:
            raise UnreadableError(f"larger than {MAX_PACKED_BYTES} bytes")
        is_packed = file.read(2) == _GZIP
        file.seek(0)
        inner = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if is_packed else file
        yield cast("IO[bytes]", io.BufferedReader(_Bounded(inner, max_unpacked, path.name), _PIECE))
