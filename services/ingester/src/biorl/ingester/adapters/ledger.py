"""The ledger: one SQLite file that says what became of every input, by the digest of its bytes."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from biorl.ingester.ports import Entry

SCHEMA = """
CREATE TABLE IF NOT EXISTS inputs (digest TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    digest TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL
);
"""


class SqliteLedger:
    """Implements `Ledger`. One process writes; others read with `summarise`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(SCHEMA)

    def knows(self, digest: str) -> bool:
        return self._connection.execute("SELECT 1 FROM inputs WHERE digest = ?", (digest,)).fetchone() is not None

    def record(self, digest: str, entries: Sequence[Entry]) -> None:
        with self._connection:
            self._connection.execute("INSERT OR IGNORE INTO inputs VALUES (?)", (digest,))
            self._connection.executemany(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?)",
                [(digest, item.kind, item.name, item.status, item.reason) for item in entries],
            )

    def close(self) -> None:
        self._connection.close()


def summarise(path: Path) -> Counter[tuple[str, str, str]]:
    """How many inputs by (kind, status, reason); the ingester may be running. Raises sqlite3.OperationalError."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT kind, status, reason, COUNT(*) FROM entries GROUP BY 1, 2, 3").fetchall()
    return Counter({(kind, status, reason): count for kind, status, reason, count in rows})
