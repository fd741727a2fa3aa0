"""The file behind the embedded bus: its schema, its connections, its transactions, and what its errors mean.

SQLite in WAL mode lets many processes read while one writes. `synchronous=FULL` makes a committed transaction survive
a power cut. Writers take the lock at once (`BEGIN IMMEDIATE`), so that none fails half-way for a stale snapshot.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biorl.chassis.bus.config import SqliteBusConfig
from biorl.chassis.errors import TryLater

SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, compacted INTEGER NOT NULL, retention_s REAL
);
CREATE TABLE IF NOT EXISTS partitions (  -- next_offset outlives the records that retention removes
    topic INTEGER NOT NULL, number INTEGER NOT NULL, next_offset INTEGER NOT NULL, PRIMARY KEY (topic, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    topic INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL,
    timestamp_ms INTEGER NOT NULL, key BLOB NOT NULL, value BLOB, headers TEXT NOT NULL,
    PRIMARY KEY (topic, number, position)
);
CREATE TABLE IF NOT EXISTS members (
    id TEXT PRIMARY KEY, group_name TEXT NOT NULL, topics TEXT NOT NULL, heard_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claims (  -- the owner reads and commits, the heir gets it when the owner lets go or dies
    group_name TEXT NOT NULL, topic TEXT NOT NULL, number INTEGER NOT NULL, owner TEXT, heir TEXT,
    PRIMARY KEY (group_name, topic, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offsets (
    group_name TEXT NOT NULL, topic TEXT NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (group_name, topic, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS housekeeping (id INTEGER PRIMARY KEY CHECK (id = 1), done_at REAL NOT NULL);
INSERT OR IGNORE INTO housekeeping VALUES (1, 0);
"""


def connect(config: SqliteBusConfig, *, durable: bool = True) -> sqlite3.Connection:
    """A connection of its own; not `durable` is for heartbeats, which nobody misses after a power cut."""
    Path(config.path).parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        config.path, timeout=config.busy_timeout_s, isolation_level=None, check_same_thread=False
    )
    connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    connection.execute("PRAGMA journal_size_limit=67108864")
    return connection


def prepare(config: SqliteBusConfig) -> None:
    """Makes the file when it is missing. Many processes may do so at once."""
    connection = connect(config)
    try:
        _enter_wal_mode(connection, time.monotonic() + config.busy_timeout_s)
        with writing(connection):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in {0, SCHEMA_VERSION}:
                raise RuntimeError(f"{config.path} has schema {version}; this program knows {SCHEMA_VERSION}")
            if version == 0:
                for statement in filter(str.strip, SCHEMA.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    finally:
        connection.close()


def _enter_wal_mode(connection: sqlite3.Connection, deadline: float) -> None:
    """The switch to WAL ignores the busy time-out, so wait for it by hand."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if time.monotonic() > deadline:
                raise TryLater(f"the bus file stays locked: {error}") from error
            time.sleep(0.01)
        else:
            return


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One write transaction: all or nothing. TryLater when the file is locked too long, full or unreachable."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            _roll_back_if_open(connection)
            raise
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        _roll_back_if_open(connection)
        raise TryLater(f"the bus file does not take a write: {error}") from error


def _roll_back_if_open(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def reading() -> Iterator[None]:
    """Turns a failing read into TryLater."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise TryLater(f"the bus file cannot be read: {error}") from error
