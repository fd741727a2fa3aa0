"""What the bus counts, all of it. Only `biorl.chassis.bus` touches these; `/metrics` shows them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from prometheus_client import Counter, Gauge

# Records whose effect is done and committed, dead letters included.
RECORDS_CONSUMED: Final = Counter("biorl_bus_records_consumed", "Records dealt with and committed.", ["group", "topic"])
# How far the group's position is behind the newest record, summed over the partitions that this process holds.
LAG: Final = Gauge("biorl_bus_lag_records", "Records that wait for this process.", ["group", "topic"])
# Successful commits; compare with the records to see the size of the batches.
COMMITS: Final = Counter("biorl_bus_commits", "Offset commits that were recorded.", ["group"])
# Commits that the group did not take, as others hold the partitions by now: the work is done again. Once that is a
# rebalance; for ever, batches that take longer than `max_poll_interval_s`.
COMMITS_REFUSED: Final = Counter("biorl_bus_commits_refused", "Offset commits that the group did not take.", ["group"])
# Records that went to <topic>.dlq: anything above zero deserves a look, and has an alert.
DEAD_LETTERS: Final = Counter("biorl_bus_dead_letters", "Records sent to the dead-letter topic.", ["group", "topic"])
# Publishes that raised: the caller publishes again, so this counts trouble and not loss.
PUBLISH_FAILURES: Final = Counter("biorl_bus_publish_failures", "Publishes that raised.", ["topic", "error"])
# Times that something was tried again because of TryLater; `what` is poll, handle, commit or dead_letter.
RETRIES: Final = Counter("biorl_bus_retries", "Pauses before the same work is tried again.", ["group", "what"])


def begin(group: str, topics: Sequence[str]) -> None:
    """Counts of this consumer at 0: Prometheus sees no increase in a series that begins with one."""
    COMMITS.labels(group)
    COMMITS_REFUSED.labels(group)
    for topic in topics:
        RECORDS_CONSUMED.labels(group, topic)
        DEAD_LETTERS.labels(group, topic)


@contextmanager
def counting_publish_failures(topic: str) -> Iterator[None]:
    """Around a publish, in every adapter."""
    try:
        yield
    except Exception as error:
        PUBLISH_FAILURES.labels(topic, type(error).__name__).inc()
        raise
