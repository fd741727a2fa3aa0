"""A manifest: tab-separated rows with a header, one a file, of which `path` and `sha256` are needed.

A folder of data carries one as MANIFEST.tsv; the package carries one of published files (published.tsv, with `url`,
`licence` and `group`). Other columns are kept out of the way. A path that leaves its folder is refused.
"""

import csv
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

FILE_NAME = "MANIFEST.tsv"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ManifestError(ValueError):
    """A manifest cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file."""

    path: str
    """Relative to its folder, with forward slashes."""
    sha256: str
    url: str = ""
    """Where it is published; empty when it is not known."""
    licence: str = ""
    """As the origin states it."""
    group: str = ""
    """What it is for: "perturbqa", "annotation", "papers"."""


def read_manifest(text: str, name: str) -> tuple[Entry, ...]:
    """`name` is what messages call it."""
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not {"path", "sha256"} <= set(rows.fieldnames or ()):
        msg = f"{name} has no columns path and sha256"
        raise ManifestError(msg)
    return tuple(_entry(row, f"{name}, row {number}") for number, row in enumerate(rows, start=2))


def _entry(row: dict[str, str | None], where: str) -> Entry:
    path, sha256 = row.get("path") or "", (row.get("sha256") or "").lower()
    parts = PurePosixPath(path)
    if not path or parts.is_absolute() or ".." in parts.parts:
        msg = f"{where}: the path {path!r} leaves its folder"
        raise ManifestError(msg)
    if not _SHA256.fullmatch(sha256):
        msg = f"{where}: {path} has no SHA-256"
        raise ManifestError(msg)
    licence = row.get("licence") or row.get("licence_as_stated_by_origin") or ""
    return Entry(path, sha256, row.get("url") or "", licence, row.get("group") or path.split("/", 1)[0])


def folder_manifest(folder: Path) -> tuple[Entry, ...]:
    """The manifest of a folder of data."""
    path = folder / FILE_NAME
    if not path.is_file():
        msg = f"{folder} holds no {FILE_NAME}"
        raise ManifestError(msg)
    return read_manifest(path.read_text(encoding="utf-8"), str(path))


def published() -> tuple[Entry, ...]:
    """What can be fetched from where it is published."""
    text = (files("biorl.standalone.sources") / "published.tsv").read_text(encoding="utf-8")
    return read_manifest(text, "published.tsv")


def write_manifest(entries: tuple[Entry, ...], folder: Path) -> None:
    """Over an older one; rows in order of path."""
    lines = ["path\tsha256\turl\tlicence\tgroup"]
    ordered = sorted(entries, key=lambda entry: entry.path)
    lines += ["\t".join((one.path, one.sha256, one.url, one.licence, one.group)) for one in ordered]
    (folder / FILE_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
