"""The generator's memory in one SQLite file: what was written, from what, what was refused, and what was retracted.

One process writes; any other may read it meanwhile (`summarise`). Every method is one transaction, and all of them may
be done twice. A JSON array binds any number of values to one parameter.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from biorl.chassis.errors import TryLater
from biorl.question_generator.domain.literature.article import refused_as_retracted
from biorl.question_generator.domain.sources import Retraction
from biorl.question_generator.domain.writing import RefusalCount
from biorl.question_generator.ports import WrittenSource

SCHEMA_VERSION = 2
SCHEMA = """
CREATE TABLE sources (id TEXT PRIMARY KEY, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE names (name TEXT NOT NULL, source_id TEXT NOT NULL, PRIMARY KEY (name, source_id)) WITHOUT ROWID;
CREATE TABLE questions (
    id TEXT PRIMARY KEY, source_id TEXT NOT NULL, task TEXT NOT NULL, split TEXT NOT NULL,
    answer_type TEXT NOT NULL, writer TEXT NOT NULL, topics TEXT NOT NULL, retired INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX questions_by_source ON questions (source_id);
CREATE TABLE refusals (
    source_id TEXT NOT NULL, task TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL, example TEXT NOT NULL,
    PRIMARY KEY (source_id, task, reason)
) WITHOUT ROWID;
CREATE TABLE retractions (
    name TEXT NOT NULL, document_id TEXT NOT NULL, PRIMARY KEY (name, document_id)
) WITHOUT ROWID
"""


class SqliteStore:
    """`Store` in one file. Not shared between threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=15.0, isolation_level=None)
        # NORMAL in WAL mode may lose the newest transactions in a power cut, never the file: they are then done again.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._prepare(path)

    def known(self, question_ids: Sequence[str]) -> AbstractSet[str]:
        rows = self._connection.execute(
            "SELECT id FROM questions WHERE NOT retired AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(question_ids),),
        )
        return {question_id for (question_id,) in rows}

    def record(self, sources: Sequence[WrittenSource]) -> None:
        newest = {source.source_id: source for source in sources}  # a restarted ingester publishes a paper twice
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO sources VALUES (?, ?)", [(source.source_id, source.kind) for source in sources]
            )
            connection.executemany(
                "INSERT OR IGNORE INTO names VALUES (?, ?)",
                [(name, source.source_id) for source in sources for name in source.names],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
                [row for source in sources for row in _question_rows(source)],
            )
            connection.executemany(
                "DELETE FROM refusals WHERE source_id = ?", [(source.source_id,) for source in sources]
            )
            connection.executemany(
                "INSERT INTO refusals VALUES (?, ?, ?, ?, ?)",
                [
                    (source.source_id, refusal.task, refusal.reason, refusal.count, refusal.example)
                    for source in newest.values()
                    for refusal in source.refusals
                ],
            )

    def retracted(self, names: Iterable[str]) -> bool:
        found = self._connection.execute(
            "SELECT 1 FROM retractions WHERE name IN (SELECT value FROM json_each(?)) LIMIT 1",
            (json.dumps(sorted(names)),),
        )
        return found.fetchone() is not None

    def retract(self, retraction: Retraction) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM retractions WHERE document_id = ?", (retraction.document_id,))
            if not retraction.withdrawn:
                connection.executemany(
                    "INSERT INTO retractions VALUES (?, ?)",
                    [(name, retraction.document_id) for name in retraction.names],
                )
                _refuse_what_was_made_before(connection, retraction)

    def made_from(self, names: Iterable[str]) -> Sequence[str]:
        rows = self._connection.execute(
            "SELECT DISTINCT questions.id FROM names JOIN questions USING (source_id)"
            " WHERE NOT questions.retired AND names.name IN (SELECT value FROM json_each(?)) ORDER BY questions.id",
            (json.dumps(sorted(names)),),
        )
        return [question_id for (question_id,) in rows]

    def retire(self, question_ids: Sequence[str]) -> None:
        with self._writing() as connection:
            connection.execute(
                "UPDATE questions SET retired = 1 WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(question_ids),),
            )

    def close(self) -> None:
        self._connection.close()

    def _prepare(self, path: Path) -> None:
        with self._writing() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in {0, SCHEMA_VERSION}:
                msg = f"{path} has schema {version}; this program knows {SCHEMA_VERSION}: begin with a new file"
                raise RuntimeError(msg)
            if version == 0:
                for statement in SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all or nothing. A full disk or a locked file is a reason to try later."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:  # commits, or rolls back when the body raises
                yield self._connection
        except sqlite3.OperationalError as error:
            raise TryLater(f"the generator's state does not take a write: {error}") from error


def _refuse_what_was_made_before(connection: sqlite3.Connection, retraction: Retraction) -> None:
    """Refusals are the same whether the paper or its notice comes first."""
    names = json.dumps(sorted(retraction.names))
    found = connection.execute(
        "SELECT DISTINCT source_id FROM names WHERE name IN (SELECT value FROM json_each(?))", (names,)
    ).fetchall()
    connection.executemany("DELETE FROM refusals WHERE source_id = ?", found)
    rows = [asdict(refused_as_retracted(source_id)) for (source_id,) in found]
    connection.executemany("INSERT INTO refusals VALUES (:source_id, :task, :reason, :count, :example)", rows)


def _question_rows(source: WrittenSource) -> Iterator[tuple[str, ...]]:
    for question in source.questions:
        yield (
            question.id,
            source.source_id,
            question.task,
            question.split,
            question.answer.type,
            question.provenance.writer,
            json.dumps(question.topics, ensure_ascii=False),
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """What a generator has done so far. Counts of questions leave out those that were retired."""

    sources: Mapping[str, int]
    """By kind: `document`, `effects`, `labels`."""
    questions: Mapping[str, int]
    """By task."""
    splits: Mapping[tuple[str, str], int]
    """By task and split."""
    topics: Mapping[str, int]
    answer_types: Mapping[str, int]
    writers: Mapping[str, int]
    refused: Mapping[tuple[str, str], int]
    """By task and reason."""
    retired: int


EMPTY = Summary({}, {}, {}, {}, {}, {}, {}, 0)


def summarise(path: Path) -> Summary:
    """Reads the state of a generator, which may be running. Nothing written yet gives an empty summary."""
    if not path.exists():
        return EMPTY
    with closing(_read_only(path)) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            return EMPTY
        connection.execute("BEGIN")  # one snapshot for all counts
        return Summary(
            sources=_counts(connection, "SELECT kind, COUNT(*) FROM sources GROUP BY 1"),
            questions=_counts(connection, _standing("task")),
            splits=_pair_counts(
                connection, "SELECT task, split, COUNT(*) FROM questions WHERE NOT retired GROUP BY 1, 2"
            ),
            topics=_counts(
                connection,
                "SELECT value, COUNT(*) FROM questions, json_each(questions.topics) WHERE NOT retired GROUP BY 1",
            ),
            answer_types=_counts(connection, _standing("answer_type")),
            writers=_counts(connection, _standing("writer")),
            refused=_pair_counts(connection, "SELECT task, reason, SUM(count) FROM refusals GROUP BY 1, 2"),
            retired=connection.execute("SELECT COUNT(*) FROM questions WHERE retired").fetchone()[0],
        )


def refusals_in(path: Path) -> Iterator[RefusalCount]:
    """Everything that was refused, by source, task and reason."""
    with closing(_read_only(path)) as connection:
        rows = connection.execute("SELECT * FROM refusals ORDER BY source_id, task, reason")
        yield from (RefusalCount(*row) for row in rows)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=15.0, isolation_level=None)


def _standing(column: str) -> str:
    return f"SELECT {column}, COUNT(*) FROM questions WHERE NOT retired GROUP BY 1"  # noqa: S608 - columns are ours


def _counts(connection: sqlite3.Connection, query: str) -> dict[str, int]:
    return dict(connection.execute(query).fetchall())


def _pair_counts(connection: sqlite3.Connection, query: str) -> dict[tuple[str, str], int]:
    return {(first, second): count for first, second, count in connection.execute(query)}
