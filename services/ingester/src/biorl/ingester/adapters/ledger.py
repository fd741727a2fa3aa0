"""The ledger in one SQLite file: what was ingested, by content digest, and what was refused, with its reason.

One process writes; others may read at any time (`summarise`, `refusals`). A record is durable when the call returns, as
far as a crash of the process goes; after a power cut the last entries may be missing, and are published again under
the same ids.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from biorl.ingester.ports import Entry

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS units (
    digest TEXT NOT NULL, fingerprint TEXT NOT NULL, unit TEXT NOT NULL, num_items INTEGER NOT NULL, at_s REAL NOT NULL,
    PRIMARY KEY (digest, fingerprint)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    detail TEXT NOT NULL, source TEXT NOT NULL, at_s REAL NOT NULL,
    PRIMARY KEY (kind, id, content)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_outcome ON entries (kind, status, reason);
CREATE TABLE IF NOT EXISTS aliases (
    alias TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (alias, kind, id)
) WITHOUT ROWID;
"""
_COUNTS = "SELECT kind, status, reason, COUNT(*) FROM entries GROUP BY kind, status, reason"
_REFUSALS = (
    "SELECT kind, id, content, status, source, reason, detail FROM entries WHERE status = 'refused' ORDER BY at_s"
)


class LedgerVersionError(ValueError):
    """The file is no ledger that this version understands."""


class SqliteLedger:
    """The `Ledger` port."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=30.0, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._require_version(path)
        self._db.executescript(_SCHEMA)
        self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def _require_version(self, path: Path) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        (tables,) = self._db.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'").fetchone()
        if tables and version != _VERSION:
            raise LedgerVersionError(f"{path} was made by another version: move it away, and everything is read again")

    def has_read(self, digest: str, fingerprint: str) -> bool:
        query = "SELECT 1 FROM units WHERE digest = ? AND fingerprint = ?"
        return self._db.execute(query, (digest, fingerprint)).fetchone() is not None

    def close_unit(self, unit: str, digest: str, fingerprint: str, num_items: int) -> None:
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?, ?)",
                (digest, fingerprint, unit, num_items, time.time()),
            )
            self._db.execute("DELETE FROM entries WHERE kind = 'file' AND id = ? AND reason = 'unopenable'", (unit,))

    def is_published(self, kind: str, item_id: str, content: str) -> bool:
        query = "SELECT 1 FROM entries WHERE kind = ? AND id = ? AND content = ? AND status = 'published'"
        return self._db.execute(query, (kind, item_id, content)).fetchone() is not None

    def record(self, entries: Sequence[Entry]) -> None:
        now = time.time()
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(e.kind, e.id, e.content, e.status, e.reason, e.detail, e.source, now) for e in entries],
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO aliases VALUES (?, ?, ?)",
                [(alias, e.kind, e.id) for e in entries if e.status == "published" for alias in {e.id, *e.aliases}],
            )

    def published_as(self, aliases: Sequence[str], kind: str = "") -> tuple[str, ...]:
        kinds = {kind} if kind else {"document", "abstract"}
        query = "SELECT kind, id FROM aliases WHERE alias = ?"
        rows = [row for alias in aliases for row in self._db.execute(query, (alias,))]
        return tuple(dict.fromkeys(id_ for found, id_ in rows if found in kinds))

    def retracted(self, aliases: Sequence[str]) -> bool:
        query = "SELECT 1 FROM aliases WHERE alias = ? AND kind = 'retraction'"
        return any(self._db.execute(query, (alias,)).fetchone() for alias in aliases)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def summarise(path: Path) -> dict[tuple[str, str, str], int]:
    """Entries by (kind, status, reason), read while the service may be writing.

    Raises sqlite3.OperationalError while there is no ledger yet.
    """
    with closing(_read_only(path)) as db:
        return {(kind, status, reason): count for kind, status, reason, count in db.execute(_COUNTS)}


def refusals(path: Path) -> list[Entry]:
    """Everything that was refused, in the order in which it was; as `summarise`."""
    with closing(_read_only(path)) as db:
        return [Entry(*row) for row in db.execute(_REFUSALS)]


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10.0)
