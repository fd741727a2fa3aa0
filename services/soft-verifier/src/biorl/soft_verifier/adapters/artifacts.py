"""Artifacts as folders: `<root>/<verifier>/<version>/` with `arrays.npz` and `card.json`.

Nothing in a folder can run code when it is read: arrays without pickle, JSON. Equal content gives equal bytes (entries
carry no time), and a folder appears whole or not at all. The newest version is the one saved last.
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
        version = version or hashlib.sha256(arrays + _json(trained.card)).hexdigest()[:SHORT]
        if Path(version).name != version or version.startswith("."):
            msg = f"{version!r} cannot name a folder"
            raise ValueError(msg)
        card = {"name": verifier, "version": version} | dict(trained.card)
        folder = self.root / verifier / version
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".saving-", dir=folder.parent) as draft:
            files = Path(draft) / version
            files.mkdir()
            (files / ARRAYS).write_bytes(arrays)
            (files / CARD).write_bytes(_json(card))
            source = Source(verifier, version, _digest(files))
            _put(files, folder, Path(draft))
        return source

    def load(self, verifier: str, version: str | None = None) -> Artifact:
        folder = self.root / verifier / version if version else self._newest(verifier)
        if folder is None or not (folder / CARD).is_file():
            wanted = f"version {version} of {verifier}" if version else verifier
            msg = f"there is no artifact of {wanted} below {self.root}; make one with: biorl verifier train {verifier}"
            raise ArtifactMissingError(msg)
        try:
            card = json.loads((folder / CARD).read_bytes())
            if not isinstance(card, dict):
                raise ValueError("its card is no object")
            with np.load(folder / ARRAYS, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return Artifact(Source(verifier, folder.name, _digest(folder)), card, arrays)
        except (FileNotFoundError, ValueError, EOFError, zipfile.BadZipFile) as error:
            msg = f"{folder} is damaged ({error}); remove it, and train or calibrate {verifier} again"
            raise ArtifactUnusableError(msg) from error

    def newest(self, verifier: str) -> str | None:
        folder = self._newest(verifier)
        return f"{folder.name}@{folder.stat().st_mtime_ns}" if folder else None

    def _newest(self, verifier: str) -> Path | None:
        folders = [path.parent for path in (self.root / verifier).glob(f"*/{CARD}") if path.parent.name[0] != "."]
        return max(folders, key=lambda folder: (folder.stat().st_mtime_ns, folder.name), default=None)


def _put(files: Path, folder: Path, spare: Path) -> None:
    """Moves whole folders alone: a reader finds the old or the new one, and of two writers one is the last."""
    for attempt in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            if folder.is_dir() and _digest(folder) == _digest(files):
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


def _digest(folder: Path) -> str:
    """SHA-256 (hex) over the names and digests of the files."""
    lines = [f"{name} {hashlib.sha256((folder / name).read_bytes()).hexdigest()}\n" for name in (ARRAYS, CARD)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
