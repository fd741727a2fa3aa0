"""What tests of other services need of a bus: a real one on a temporary path, and a worker that stops when all is done.

Nothing here is a fake: the embedded bus is small and fast enough to be itself.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from biorl.chassis.bus import Bus, SqliteBusConfig, TopicSpec, open_bus
from biorl.chassis.bus.worker import Handle, consume


def bus_at(folder: Path, *topics: str | TopicSpec) -> Bus:
    """The embedded bus in `folder`, with these topics."""
    bus = open_bus(SqliteBusConfig(path=folder / "bus.sqlite"))
    bus.ensure_topics([topic if isinstance(topic, TopicSpec) else TopicSpec(topic) for topic in topics])
    return bus


class UntilDrained:
    """A life that stops once `group` has committed everything in `topics`."""

    def __init__(self, bus: Bus, group: str, topics: Sequence[str]) -> None:
        self._bus = bus
        self._group = group
        self._topics = topics

    @property
    def stopping(self) -> bool:
        return all(self._is_drained(topic) for topic in self._topics)

    def wait(self, timeout_s: float) -> bool:
        time.sleep(timeout_s)
        return self.stopping

    def _is_drained(self, topic: str) -> bool:
        done = self._bus.committed(self._group, topic)
        return all(done.get(place, 0) >= end for place, end in self._bus.end_offsets(topic).items())


def drain(bus: Bus, group: str, topics: Sequence[str], handle: Handle, batch: int = 500) -> None:
    """Runs the real consume loop until the group has dealt with everything that is there."""
    consume(bus, group, topics, handle, life=UntilDrained(bus, group, topics), batch=batch, poll_s=0.05)
