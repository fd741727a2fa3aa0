"""Brings files to a folder, from where they are published or from a folder that is already here, and checks them.

A file gets its name only after its SHA-256 was found right: an interrupted or altered download leaves nothing behind
that could be taken for data. Only https is spoken.
"""

import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from biorl.standalone.sources.manifest import Entry

TIMEOUT_S = 30.0
LARGEST_BYTES = 512 * 1024 * 1024
_CHUNK = 1 << 20


class FetchError(RuntimeError):
    """A file could not be had; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found of one file."""

    path: str
    state: str
    """"right", "missing", "changed" or "not listed"."""


def fetch(entries: Sequence[Entry], into: Path, origin: Path | None, tell: Callable[[Entry, bool], None]) -> None:
    """Every entry into the folder `into`; from the folder `origin`, or from its URL when that is None.

    `tell` hears of each entry, and whether it had to be brought. What is already there and right is left alone.
    """
    for entry in entries:
        target = into / entry.path
        is_here = target.is_file() and sha256_of(target) == entry.sha256
        if not is_here:
            target.parent.mkdir(parents=True, exist_ok=True)
            _bring(entry, target, origin)
        tell(entry, not is_here)


def _bring(entry: Entry, target: Path, origin: Path | None) -> None:
    part = target.with_name(target.name + ".part")
    try:
        with _opened(entry, origin) as source, part.open("wb") as sink:
            _copy(source, sink, entry)
        found = sha256_of(part)
        if found != entry.sha256:
            msg = f"{entry.path} is not what the manifest says: SHA-256 {found}, expected {entry.sha256}"
            raise FetchError(msg)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _opened(entry: Entry, origin: Path | None) -> Iterator[BinaryIO]:
    if origin is not None:
        try:
            with (origin / entry.path).open("rb") as file:
                yield file
        except FileNotFoundError as error:
            msg = f"{origin} does not hold {entry.path}"
            raise FetchError(msg) from error
        return
    if not entry.url.startswith("https://"):
        msg = f"{entry.path} has no https address; copy it from a folder with --from"
        raise FetchError(msg)
    try:
        with urllib.request.urlopen(entry.url, timeout=TIMEOUT_S) as response:  # noqa: S310 - https, checked above
            yield response
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        msg = (
            f"{entry.url} cannot be reached ({error}). Without a network, take a folder that holds the files and a "
            "MANIFEST.tsv: biorl data fetch --from FOLDER"
        )
        raise FetchError(msg) from error


def _copy(source: BinaryIO, sink: BinaryIO, entry: Entry) -> None:
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > LARGEST_BYTES:
            msg = f"{entry.path} is larger than {LARGEST_BYTES} bytes; nothing was kept"
            raise FetchError(msg)
        sink.write(chunk)


def check(entries: Sequence[Entry], folder: Path) -> Iterator[Finding]:
    """One finding for each entry, then one for each file that the manifest does not list."""
    for entry in entries:
        path = folder / entry.path
        if not path.is_file():
            yield Finding(entry.path, "missing")
        else:
            yield Finding(entry.path, "right" if sha256_of(path) == entry.sha256 else "changed")
    listed = {entry.path for entry in entries} | {"MANIFEST.tsv"}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.is_file() and relative not in listed:
            yield Finding(relative, "not listed")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
