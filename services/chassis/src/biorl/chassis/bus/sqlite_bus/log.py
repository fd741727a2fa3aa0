"""Topics and records in the file of the embedded bus: append, fetch, end offsets, retention, compaction.

Functions of a connection; the callers own transactions. Offsets of a partition are consecutive and never reused.
"""

import json
import sqlite3
import zlib
from collections.abc import Sequence

from biorl.chassis.bus.port import Message, Record, TopicPartition, TopicSpec


def create_topic(connection: sqlite3.Connection, spec: TopicSpec) -> None:
    """Inside a write transaction; does nothing when the topic exists."""
    row = connection.execute("SELECT id FROM topics WHERE name = ?", (spec.name,)).fetchone()
    if row is not None:
        return
    topic = connection.execute(
        "INSERT INTO topics (name, compacted, retention_s) VALUES (?, ?, ?)",
        (spec.name, spec.compacted, spec.retention_s),
    ).lastrowid
    connection.executemany(
        "INSERT INTO partitions VALUES (?, ?, 0)", [(topic, number) for number in range(spec.partitions)]
    )


def topic_id(connection: sqlite3.Connection, topic: str) -> int:
    """Raises KeyError for a topic that nobody created."""
    row = connection.execute("SELECT id FROM topics WHERE name = ?", (topic,)).fetchone()
    if row is None:
        raise KeyError(topic)
    return int(row[0])


def partition_of(key: bytes, partitions: int) -> int:
    """Where a key lives: the same for every process, for ever."""
    return zlib.crc32(key) % partitions


def append(connection: sqlite3.Connection, topic: str, messages: Sequence[Message], now: float) -> None:
    """Inside a write transaction, which makes the messages visible all at once."""
    topic_key = topic_id(connection, topic)
    ends = dict(
        connection.execute("SELECT number, next_offset FROM partitions WHERE topic = ?", (topic_key,)).fetchall()
    )
    rows = []
    for message in messages:
        number = partition_of(message.key, len(ends))
        rows.append(
            (
                topic_key,
                number,
                ends[number],
                int(now * 1000),
                message.key,
                message.value,
                _encode_headers(message),
            )
        )
        ends[number] += 1
    connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.executemany(
        "UPDATE partitions SET next_offset = ? WHERE topic = ? AND number = ?",
        [(end, topic_key, number) for number, end in ends.items()],
    )


def fetch(connection: sqlite3.Connection, place: TopicPartition, start: int, limit: int) -> list[Record]:
    """Up to `limit` retained records of one partition from offset `start`."""
    rows = connection.execute(
        "SELECT position, timestamp_ms, key, value, headers FROM records"
        " WHERE topic = (SELECT id FROM topics WHERE name = ?) AND number = ? AND position >= ?"
        " ORDER BY position LIMIT ?",
        (place.topic, place.partition, start, limit),
    )
    return [
        Record(place.topic, place.partition, position, timestamp_ms, key, value, _decode_headers(headers))
        for position, timestamp_ms, key, value, headers in rows
    ]


def end_offsets(connection: sqlite3.Connection, topic: str) -> dict[TopicPartition, int]:
    """Raises KeyError for a topic that nobody created."""
    rows = connection.execute(
        "SELECT number, next_offset FROM partitions WHERE topic = ?", (topic_id(connection, topic),)
    )
    return {TopicPartition(topic, number): end for number, end in rows}


def keep_house(connection: sqlite3.Connection, now: float, tombstone_retention_s: float) -> None:
    """Inside a write transaction: removes what is too old, superseded, or long since a tombstone."""
    topics = connection.execute("SELECT id, compacted, retention_s FROM topics").fetchall()
    for topic, compacted, retention_s in topics:
        if retention_s is not None:
            connection.execute(
                "DELETE FROM records WHERE topic = ? AND timestamp_ms < ?", (topic, int((now - retention_s) * 1000))
            )
        if compacted:
            _compact(connection, topic, int((now - tombstone_retention_s) * 1000))


def _compact(connection: sqlite3.Connection, topic: int, tombstones_before_ms: int) -> None:
    """Keeps the newest record of each key; a key has one partition, so positions compare."""
    connection.execute(
        "DELETE FROM records WHERE topic = ?1 AND (key, position) NOT IN"
        " (SELECT key, MAX(position) FROM records WHERE topic = ?1 GROUP BY key)",
        (topic,),
    )
    connection.execute(
        "DELETE FROM records WHERE topic = ? AND value IS NULL AND timestamp_ms < ?", (topic, tombstones_before_ms)
    )


def used_bytes(connection: sqlite3.Connection) -> int:
    """Size of the file without its free pages."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _encode_headers(message: Message) -> str:
    """JSON; latin-1 maps every byte to one character and back."""
    return json.dumps({name: value.decode("latin-1") for name, value in message.headers.items()}, ensure_ascii=False)


def _decode_headers(text: str) -> dict[str, bytes]:
    return {name: value.encode("latin-1") for name, value in json.loads(text).items()}
