"""Every embedding, kept as soon as it is there: what was paid for once is never paid for again, in any later export.

One SQLite file; one process writes. Vectors lie as float32, so what is read again is what came.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from biorl.question_generator.adapters.reply_store import Spent
from biorl.question_generator.domain.meaning import Vectors
from biorl.questions.identity import digest

SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (model TEXT NOT NULL, texts INTEGER NOT NULL, tokens INTEGER NOT NULL)
"""


class VectorStore:
    """Of one model. Used from one thread."""

    def __init__(self, path: Path, model: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._model = model
        self._connection = sqlite3.connect(path, timeout=15.0, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(SCHEMA)

    def known(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """By text."""
        by_key = {self._key(text): text for text in texts}
        rows = self._connection.execute(
            "SELECT key, vector FROM vectors WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(by_key)),)
        )
        return {by_key[key]: np.frombuffer(vector, dtype="<f4") for key, vector in rows}

    def keep(self, vectors: Mapping[str, Vectors], tokens: int) -> None:
        """One reply. Durable on return, all or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(self._key(text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()],
            )
            self._connection.execute("INSERT INTO requests VALUES (?, ?, ?)", (self._model, len(vectors), tokens))

    def close(self) -> None:
        self._connection.close()

    def _key(self, text: str) -> str:
        return digest([self._model, text])


def account(path: Path) -> Mapping[tuple[str, str], Spent]:
    """By model and purpose (`embed`). Nothing kept yet gives an empty account."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=15.0)) as connection:
        rows = connection.execute("SELECT model, COUNT(*), SUM(tokens) FROM requests GROUP BY 1").fetchall()
    return {(model, "embed"): Spent(requests, tokens) for model, requests, tokens in rows}
