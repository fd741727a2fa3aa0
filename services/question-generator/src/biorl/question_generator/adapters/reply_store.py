"""Every reply of a language model, kept before it is used: what was paid for once is never paid for again.

One SQLite file; one process writes, any other may read it meanwhile (`account`).
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from biorl.question_generator.domain.authoring.chat import ChatReply, Said

SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY, model TEXT NOT NULL, purpose TEXT NOT NULL, said TEXT NOT NULL, text TEXT NOT NULL,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was paid for."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


class ReplyStore:
    """Used from one thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=15.0, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(SCHEMA)

    def known(self, keys: Iterable[str]) -> Mapping[str, ChatReply]:
        rows = self._connection.execute(
            "SELECT key, said, text, input_tokens, output_tokens FROM replies"
            " WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return {key: ChatReply(Said(said), text, *tokens) for key, said, text, *tokens in rows}

    def keep(self, key: str, model: str, purpose: str, reply: ChatReply) -> None:
        """Durable on return."""
        self._connection.execute(
            "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, model, purpose, reply.said, reply.text, reply.input_tokens, reply.output_tokens),
        )

    def spent(self) -> Spent:
        return sum_of(account_in(self._connection).values())

    def close(self) -> None:
        self._connection.close()


def account(path: Path) -> Mapping[tuple[str, str], Spent]:
    """By model and purpose. Nothing kept yet gives an empty account."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=15.0)) as connection:
        return account_in(connection)


def account_in(connection: sqlite3.Connection) -> Mapping[tuple[str, str], Spent]:
    rows = connection.execute(
        "SELECT model, purpose, COUNT(*), SUM(input_tokens), SUM(output_tokens) FROM replies GROUP BY 1, 2"
    )
    return {(model, purpose): Spent(*counts) for model, purpose, *counts in rows}


def sum_of(several: Iterable[Spent]) -> Spent:
    rows = list(several)
    return Spent(
        sum(row.requests for row in rows),
        sum(row.input_tokens for row in rows),
        sum(row.output_tokens for row in rows),
    )
