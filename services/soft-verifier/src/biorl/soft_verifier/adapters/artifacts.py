"""Artifacts as folders: `<root>/<verifier>/<version>/` with `arrays.npz` and `card.json`.

Nothing in a folder can run code when it is read: arrays without pickle, JSON. Equal content gives equal bytes (entries
carry no time), and a folder appears whole or not at all. The card has the arrays' checksum: others are not taken for
them. The newest version is the one saved last.
"""

import errno
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from biorl.soft_verifier.domain.belief import Array, Artifact, Source, Trained
from biorl.soft_verifier.ports import ArtifactMissingError, ArtifactUnusableError

ARRAYS, CARD = "arrays.npz", "card.json"
CHECKSUM = "arrays_sha256"
"""Key of the card: SHA-256 (hex) of the arrays' file."""
_ATTEMPTS = 100
"""Of a save that other saves of the same version get in the way of."""
_TAKEN = frozenset({errno.ENOTEMPTY, errno.EEXIST})
"""Another writer has put its own there since."""
_NO_TIME = (1980, 1, 1, 0, 0, 0)
SHORT = 12
"""Hexadecimal digits of a version that names its content."""


class FolderArtifacts:
    """The artifacts below one folder. Implements `ArtifactStore`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(self, verifier: str, trained: Trained, version: str | None = None) -> Source:
        arrays = _npz(trained.arrays)
        content = hashlib.sha256(arrays)
        checksum = content.hexdigest()
        content.update(_json(trained.card))
        version = version or content.hexdigest()[:SHORT]
        if Path(version).name != version or version.startswith("."):
            msg = f"{version!r} cannot name a folder"
            raise ValueError(msg)
        card = {"name": verifier, "version": version} | dict(trained.card) | {CHECKSUM: checksum}
        folder = self.root / verifier / version
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".saving-", dir=folder.parent) as draft:
            files = Path(draft) / version
            files.mkdir()
            (files / ARRAYS).write_bytes(arrays)
            (files / CARD).write_bytes(_json(card))
            source = Source(verifier, version, _digest_of(files))
            _put(files, folder, Path(draft))
        return source

    def load(self, verifier: str, version: str | None = None) -> Artifact:
        folder = self.root / verifier / version if version else self._newest(verifier)
        if folder is None or not (folder / CARD).is_file():
            wanted = f"version {version} of {verifier}" if version else verifier
            msg = f"there is no artifact of {wanted} below {self.root}; make one with: biorl verifier train {verifier}"
            raise ArtifactMissingError(msg)
        try:
            return _read(folder, verifier)
        except (FileNotFoundError, ValueError, EOFError, zipfile.BadZipFile) as error:
            msg = f"{folder} is damaged ({error}); remove it, and train or calibrate {verifier} again"
            raise ArtifactUnusableError(msg) from error

    def newest(self, verifier: str) -> str | None:
        folder = self._newest(verifier)
        return f"{folder.name}@{folder.stat().st_mtime_ns}" if folder else None

    def _newest(self, verifier: str) -> Path | None:
        folders = [path.parent for path in (self.root / verifier).glob(f"*/{CARD}") if path.parent.name[0] != "."]
        return max(folders, key=lambda folder: (folder.stat().st_mtime_ns, folder.name), default=None)


def _read(folder: Path, verifier: str) -> Artifact:
    """Raises ValueError and others for what is damaged."""
    written = (folder / CARD).read_bytes()
    card = json.loads(written)
    if not isinstance(card, dict):
        raise ValueError("its card is no object")
    with (folder / ARRAYS).open("rb") as file:
        checksum = _sha256(file)
        if card.get(CHECKSUM, checksum) != checksum:  # artifacts from before have none
            raise ValueError(f"{ARRAYS} is not as it was saved: its SHA-256 is not the one in {CARD}")
        file.seek(0)
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    return Artifact(Source(verifier, folder.name, _digest(checksum, written)), card, arrays)


def _put(files: Path, folder: Path, spare: Path) -> None:
    """Moves whole folders alone: a reader finds the old or the new one, and of two writers one is the last."""
    for attempt in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            if folder.is_dir() and _digest_of(folder) == _digest_of(files):
                os.utime(folder)
                return
            folder.rename(spare / f"before-{attempt}")
        os.utime(files)  # before it is there: another writer may move it on at once
        try:
            files.rename(folder)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        else:
            return
    msg = f"{folder} is written by somebody else all the time"
    raise FileExistsError(errno.EEXIST, msg, str(folder))


def _npz(arrays: Mapping[str, Array]) -> bytes:
    """What numpy.savez writes, in a fixed order and without times."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.asarray(arrays[name], order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _NO_TIME), entry.getvalue())
    return buffer.getvalue()


def _json(card: Mapping[str, Any]) -> bytes:
    return (json.dumps(card, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _digest_of(folder: Path) -> str:
    with (folder / ARRAYS).open("rb") as arrays:
        return _digest(_sha256(arrays), (folder / CARD).read_bytes())


def _digest(checksum: str, card: bytes) -> str:
    """SHA-256 (hex) over the names and digests of the files; `checksum` is that of the arrays."""
    lines = f"{ARRAYS} {checksum}\n{CARD} {hashlib.sha256(card).hexdigest()}\n"
    return hashlib.sha256(lines.encode()).hexdigest()


def _sha256(file: io.BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()
