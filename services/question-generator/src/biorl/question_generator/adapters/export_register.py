"""Which export held which question, so that a later retraction can name the exports that it reaches.

One SQLite file beside the generator's state; every export adds to it. An export is known by the digest of its files, so
writing the same one twice is one entry.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS exports (digest TEXT PRIMARY KEY, folder TEXT NOT NULL, questions INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS held (digest TEXT NOT NULL, question_id TEXT NOT NULL, sources TEXT NOT NULL,
    PRIMARY KEY (digest, question_id)) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Reached:
    """An export that holds questions which stand no more."""

    digest: str
    folder: str
    """Where it was first written."""
    questions: int
    """Of the whole export."""
    retired: Mapping[str, tuple[str, ...]]
    """Sources by id of the questions that were retired since."""


def digest_of_export(digests: Mapping[str, str]) -> str:
    """One SHA-256 (hex) of all files of an export."""
    return hashlib.sha256(json.dumps(sorted(digests.items())).encode()).hexdigest()


def register(path: Path, digests: Mapping[str, str], folder: Path, held: Mapping[str, tuple[str, ...]]) -> str:
    """Keeps what the export holds: sources by question id. Returns the export's digest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = digest_of_export(digests)
    with closing(sqlite3.connect(path, timeout=15.0)) as connection, connection:
        connection.executescript(SCHEMA)
        connection.execute("INSERT OR IGNORE INTO exports VALUES (?, ?, ?)", (digest, folder.name, len(held)))
        connection.executemany(
            "INSERT OR IGNORE INTO held VALUES (?, ?, ?)",
            [(digest, question_id, json.dumps(sources)) for question_id, sources in held.items()],
        )
    return digest


def reached(path: Path, standing: Iterable[str]) -> list[Reached]:
    """Exports with questions that stand no more; none when nothing was ever exported."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(path, timeout=15.0)) as connection:
        connection.execute("CREATE TEMP TABLE standing (id TEXT PRIMARY KEY) WITHOUT ROWID")
        connection.executemany("INSERT INTO standing VALUES (?)", ((question_id,) for question_id in standing))
        rows = connection.execute(
            "SELECT digest, folder, questions, question_id, sources FROM held JOIN exports USING (digest)"
            " WHERE question_id NOT IN (SELECT id FROM standing) ORDER BY folder, digest, question_id"
        ).fetchall()
    found: dict[str, tuple[str, int, dict[str, tuple[str, ...]]]] = {}
    for digest, folder, questions, question_id, sources in rows:
        found.setdefault(digest, (folder, questions, {}))[2][question_id] = tuple(json.loads(sources))
    return [Reached(digest, *told) for digest, told in found.items()]
