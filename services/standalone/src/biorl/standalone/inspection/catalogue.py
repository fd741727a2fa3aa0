"""Questions to look at, with what is said of them, in a temporary SQLite file: filtered, counted and paged there, so
that hundreds of thousands need no memory. What a reader may not see is left out by `view`, not here.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field

from biorl.document.v1 import document_pb2
from biorl.question.v1 import question_pb2
from biorl.questions.question import Evidence, Question
from biorl.questions.wire import question_from_wire
from biorl.reward.v1 import reward_pb2
from biorl.standalone.inspection.filters import Filter, conditions

SCHEMA = """
CREATE TABLE questions (
    id TEXT PRIMARY KEY, task TEXT, answer_type TEXT, split TEXT, writer TEXT, asked TEXT, sources TEXT
) WITHOUT ROWID;
CREATE TABLE bodies (id TEXT PRIMARY KEY, message BLOB);
CREATE TABLE topics (topic TEXT, id TEXT, PRIMARY KEY (topic, id)) WITHOUT ROWID;
CREATE TABLE evidence (document TEXT, paragraph TEXT, PRIMARY KEY (document, paragraph)) WITHOUT ROWID;
CREATE TABLE papers (
    id TEXT PRIMARY KEY, title TEXT, journal TEXT, year INTEGER, licence TEXT, pmcid TEXT, pmid TEXT, doi TEXT
) WITHOUT ROWID;
CREATE TABLE paragraphs (document TEXT, paragraph TEXT, section TEXT, text TEXT, PRIMARY KEY (document, paragraph));
CREATE TABLE rollouts (id TEXT PRIMARY KEY, question TEXT, times INTEGER, message BLOB);
CREATE INDEX rollouts_of ON rollouts (question);
CREATE TABLE decisions (id TEXT PRIMARY KEY, verdict TEXT NOT NULL) WITHOUT ROWID
"""
CACHE = "PRAGMA cache_size=-262144"
"""256 MiB at most: questions come in any order, and each must find its place among the others."""
MAX_TOPICS = 200
MAX_ROLLOUTS = 20
"""Shown of one question."""


@dataclass(frozen=True, slots=True)
class Line:
    """A question in the list."""

    id: str
    task: str
    asked: str
    verdict: str
    """Empty while undecided."""


@dataclass(frozen=True, slots=True)
class Paper:
    id: str
    title: str = ""
    journal: str = ""
    year: int = 0
    licence: str = ""
    pmcid: str = ""
    pmid: str = ""
    doi: str = ""


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be filtered by, with numbers of questions."""

    tasks: Mapping[str, int]
    answer_types: Mapping[str, int]
    splits: Mapping[str, int]
    writers: Mapping[str, int]
    topics: Mapping[str, int]
    """The most frequent."""


@dataclass(slots=True)
class Catalogue:
    """Filled once, then read. May be handed from thread to thread, one at a time."""

    _db: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for statement in (*SCHEMA.split(";"), "PRAGMA synchronous=OFF", "PRAGMA journal_mode=OFF", CACHE):
            self._db.execute(statement)

    def put(self, messages: Iterable[question_pb2.Question]) -> None:
        """Questions; the later of two with the same id stays."""
        self._db.execute("BEGIN")
        for message in messages:
            self._put(message)
        self._db.execute("COMMIT")

    def _put(self, message: question_pb2.Question) -> None:
        question = question_from_wire(message)
        facets = (question.id, question.task, question.answer.type, question.split, question.provenance.writer)
        asked = (question.prompt[-1].content, " ".join(question.provenance.sources))
        self._db.execute("INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?, ?, ?)", (*facets, *asked))
        self._db.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?)", (question.id, message.SerializeToString()))
        self._db.executemany(
            "INSERT OR IGNORE INTO topics VALUES (?, ?)", [(topic, question.id) for topic in question.topics]
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO evidence VALUES (?, ?)",
            [(item.document_id, item.paragraph_id) for item in question.evidence],
        )

    def drop(self, question_id: str) -> None:
        """A question was retired."""
        for table in ("questions", "bodies", "topics"):
            self._db.execute(f"DELETE FROM {table} WHERE id = ?", (question_id,))  # noqa: S608 - names of our own

    def documents(self) -> frozenset[str]:
        """Ids of the papers that evidence stands in."""
        return frozenset(name for (name,) in self._db.execute("SELECT DISTINCT document FROM evidence"))

    def put_document(self, message: document_pb2.Document) -> None:
        """What there is to say of the paper, and those of its paragraphs that evidence stands in."""
        paper = Paper(
            message.id,
            message.title,
            message.journal,
            message.year,
            message.licence.spdx,
            message.pmcid,
            message.pmid,
            message.doi,
        )
        self._db.execute("INSERT OR REPLACE INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(paper))
        named = self._db.execute("SELECT paragraph FROM evidence WHERE document = ?", (message.id,))
        wanted = {name for (name,) in named}
        self._db.executemany(
            "INSERT OR REPLACE INTO paragraphs VALUES (?, ?, ?, ?)",
            [
                (message.id, paragraph.id, " › ".join(section.path) or section.type, paragraph.text)
                for section in message.sections
                for paragraph in section.paragraphs
                if paragraph.id in wanted
            ],
        )

    def put_rollouts(self, messages: Iterable[reward_pb2.ScoredRollout]) -> None:
        """Equal ones are kept once and counted."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO rollouts VALUES (?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET times = times + 1",
            ((item.id, item.question_id, item.SerializeToString()) for item in messages),
        )
        self._db.execute("COMMIT")

    def decide(self, question_id: str, verdict: str | None) -> None:
        """None takes the verdict back."""
        if verdict is None:
            self._db.execute("DELETE FROM decisions WHERE id = ?", (question_id,))
        else:
            self._db.execute("INSERT OR REPLACE INTO decisions VALUES (?, ?)", (question_id, verdict))

    def count(self, wanted: Filter, before: str | None = None) -> int:
        """How many questions fit; with `before`, of those that the list has above that id."""
        where, values = conditions(wanted)
        if before is not None:
            where, values = f"{where} AND questions.id < ?", [*values, before]
        row = self._db.execute(f"SELECT COUNT(*) FROM questions LEFT JOIN decisions USING (id) WHERE {where}", values)  # noqa: S608 - bound
        return int(row.fetchone()[0])

    def page(self, wanted: Filter, offset: int, limit: int) -> Sequence[Line]:
        """By id, which is as good as a random order."""
        where, values = conditions(wanted)
        rows = self._db.execute(
            "SELECT questions.id, task, asked, COALESCE(verdict, '') FROM questions LEFT JOIN decisions USING (id)"  # noqa: S608 - bound
            f" WHERE {where} ORDER BY questions.id LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return [Line(*row) for row in rows]

    def beside(self, wanted: Filter, question_id: str) -> tuple[str | None, str | None]:
        """The questions that fit before and after this one, which itself need not."""
        where, values = conditions(wanted)
        query = "SELECT {} FROM questions LEFT JOIN decisions USING (id) WHERE {} AND questions.id {} ?"
        before = self._db.execute(query.format("MAX(questions.id)", where, "<"), [*values, question_id])
        after = self._db.execute(query.format("MIN(questions.id)", where, ">"), [*values, question_id])
        return before.fetchone()[0], after.fetchone()[0]

    def question(self, question_id: str) -> Question | None:
        row = self._db.execute("SELECT message FROM bodies WHERE id = ?", (question_id,)).fetchone()
        return question_from_wire(question_pb2.Question.FromString(row[0])) if row else None

    def paper(self, document_id: str) -> Paper:
        """With nothing but its id when the paper itself is not at hand."""
        row = self._db.execute("SELECT * FROM papers WHERE id = ?", (document_id,)).fetchone()
        return Paper(*row) if row else Paper(document_id)

    def paragraph(self, evidence: Evidence) -> tuple[str, str] | None:
        """Titles of its sections, and its text."""
        place = (evidence.document_id, evidence.paragraph_id)
        query = "SELECT section, text FROM paragraphs WHERE document = ? AND paragraph = ?"
        row: tuple[str, str] | None = self._db.execute(query, place).fetchone()
        return row

    def rollouts(self, question_id: str) -> Iterator[tuple[int, reward_pb2.ScoredRollout]]:
        """How often it was given, and what became of it; the most frequent first, a few."""
        query = "SELECT times, message FROM rollouts WHERE question = ? ORDER BY times DESC, id LIMIT ?"
        for times, message in self._db.execute(query, (question_id, MAX_ROLLOUTS)):
            yield times, reward_pb2.ScoredRollout.FromString(message)

    def facets(self) -> Facets:
        return Facets(
            tasks=self._counts("SELECT task, COUNT(*) FROM questions GROUP BY 1 ORDER BY 1"),
            answer_types=self._counts("SELECT answer_type, COUNT(*) FROM questions GROUP BY 1 ORDER BY 1"),
            splits=self._counts("SELECT split, COUNT(*) FROM questions GROUP BY 1 ORDER BY 1"),
            writers=self._counts("SELECT writer, COUNT(*) FROM questions GROUP BY 1 ORDER BY 1"),
            topics=self._counts("SELECT topic, COUNT(*) FROM topics GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?", MAX_TOPICS),
        )

    def close(self) -> None:
        self._db.close()

    def _counts(self, query: str, *values: int) -> dict[str, int]:
        return dict(self._db.execute(query, values).fetchall())
