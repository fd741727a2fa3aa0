"""Consumer groups in the file of the embedded bus: membership, hand-over of partitions, committed offsets.

A partition has an `owner`, who alone may read and commit it, and an `heir`, who should have it by the newest sharing.
When the two differ the owner lets go at its next poll, when all it read before has been dealt with, so a planned move
repeats nothing. The partitions of a dead member (not heard of within the session time-out) go to their heirs at once. A
member that comes back after that does so under a new id, so its late commits are recognised: they are fenced.

Functions of a connection, each called inside a write transaction unless it says "reads".
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from biorl.chassis.bus.port import Offsets, TopicPartition
from biorl.chassis.bus.sqlite_bus.assignment import share


def join(connection: sqlite3.Connection, group: str, member: str, topics: Sequence[str], now: float) -> None:
    """Raises KeyError for a topic that nobody created."""
    for topic in topics:
        _enlist_partitions(connection, group, topic)
    connection.execute(
        "INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)", (member, group, json.dumps(sorted(topics)), now)
    )
    _share_out(connection, group)


def leave(connection: sqlite3.Connection, group: str, member: str) -> None:
    connection.execute("DELETE FROM members WHERE id = ?", (member,))
    _bury(connection, group)


def heartbeat(connection: sqlite3.Connection, group: str, member: str, now: float, session_timeout_s: float) -> bool:
    """Says that `member` lives, and buries those of its group who are silent. False when it was itself buried."""
    alive = connection.execute("UPDATE members SET heard_at = ? WHERE id = ?", (now, member)).rowcount == 1
    buried = connection.execute(
        "DELETE FROM members WHERE group_name = ? AND heard_at < ?", (group, now - session_timeout_s)
    ).rowcount
    if buried:
        _bury(connection, group)
    return alive


def is_member(connection: sqlite3.Connection, member: str) -> bool:
    """Reads."""
    return connection.execute("SELECT 1 FROM members WHERE id = ?", (member,)).fetchone() is not None


def held(connection: sqlite3.Connection, group: str, member: str) -> dict[TopicPartition, bool]:
    """Reads: what `member` owns; True where it should let go."""
    rows = connection.execute(
        "SELECT topic, number, heir IS NOT owner FROM claims WHERE group_name = ? AND owner = ?", (group, member)
    )
    return {TopicPartition(topic, number): bool(moving) for topic, number, moving in rows}


def let_go(connection: sqlite3.Connection, group: str, member: str) -> None:
    """Passes on whatever should go to others."""
    connection.execute("UPDATE claims SET owner = heir WHERE group_name = ? AND owner = ?", (group, member))


def commit(connection: sqlite3.Connection, group: str, member: str, offsets: Offsets) -> list[TopicPartition]:
    """Records the offsets of partitions that `member` still owns; the others come back, unrecorded."""
    mine = held(connection, group, member)
    connection.executemany(
        "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?)",
        [(group, place.topic, place.partition, offset) for place, offset in offsets.items() if place in mine],
    )
    return [place for place in offsets if place not in mine]


def committed(connection: sqlite3.Connection, group: str) -> dict[TopicPartition, int]:
    """Reads."""
    rows = connection.execute("SELECT topic, number, position FROM offsets WHERE group_name = ?", (group,))
    return {TopicPartition(topic, number): position for topic, number, position in rows}


def _enlist_partitions(connection: sqlite3.Connection, group: str, topic: str) -> None:
    numbers = connection.execute(
        "SELECT number FROM partitions WHERE topic = (SELECT id FROM topics WHERE name = ?)", (topic,)
    ).fetchall()
    if not numbers:
        raise KeyError(topic)
    connection.executemany(
        "INSERT OR IGNORE INTO claims VALUES (?, ?, ?, NULL, NULL)", [(group, topic, number) for (number,) in numbers]
    )


def _bury(connection: sqlite3.Connection, group: str) -> None:
    """Takes their partitions from members that are no more, and shares out anew."""
    connection.execute(
        "UPDATE claims SET owner = NULL WHERE group_name = ? AND owner NOT IN (SELECT id FROM members)", (group,)
    )
    _share_out(connection, group)


def _share_out(connection: sqlite3.Connection, group: str) -> None:
    """Names an heir for every partition; one without an owner is the heir's at once."""
    rows = connection.execute("SELECT topic, number, owner FROM claims WHERE group_name = ?", (group,)).fetchall()
    heirs = _heirs({TopicPartition(topic, number): owner for topic, number, owner in rows}, _members(connection, group))
    connection.executemany(
        "UPDATE claims SET heir = ?1, owner = COALESCE(owner, ?1) WHERE group_name = ?2 AND topic = ?3 AND number = ?4",
        [(heirs.get(TopicPartition(topic, number)), group, topic, number) for topic, number, _ in rows],
    )


def _members(connection: sqlite3.Connection, group: str) -> dict[str, frozenset[str]]:
    """Each member's topics."""
    rows = connection.execute("SELECT id, topics FROM members WHERE group_name = ?", (group,))
    return {member: frozenset(json.loads(topics)) for member, topics in rows}


def _heirs(
    owners: Mapping[TopicPartition, str | None], members: Mapping[str, frozenset[str]]
) -> dict[TopicPartition, str]:
    heirs: dict[TopicPartition, str] = {}
    for topic in {place.topic for place in owners}:
        places = [place for place in owners if place.topic == topic]
        subscribed = sorted(member for member, topics in members.items() if topic in topics)
        holders = {place: owner for place in places if (owner := owners[place]) is not None}
        heirs |= share(places, subscribed, holders)
    return heirs
