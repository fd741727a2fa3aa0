"""What has passed over a run's bus so far: counts by topic, and how far each reader of it has come."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from biorl.chassis.bus import Bus, BusConfig, KafkaBusConfig, SqliteBusConfig, open_bus
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.workspace import Workspace

DOCUMENTS, RETRACTIONS, EFFECTS = "biorl.documents.v1", "biorl.retractions.v1", "biorl.effects.v1"
QUESTIONS, REWARDS, RUNS = "biorl.questions.v1", "biorl.rewards.v1", "biorl.runs.v1"
TOPICS = (DOCUMENTS, RETRACTIONS, EFFECTS, QUESTIONS, REWARDS, RUNS)


def bus_config(plan: Plan, place: Workspace) -> BusConfig:
    if plan.bus == "kafka":
        return KafkaBusConfig(bootstrap_servers=plan.bootstrap_servers)
    return SqliteBusConfig(path=place.bus)


@contextmanager
def opened(plan: Plan, place: Workspace) -> Iterator[Bus]:
    bus = open_bus(bus_config(plan, place))
    try:
        yield bus
    finally:
        bus.close()


@dataclass(frozen=True, slots=True)
class Traffic:
    """Asks the bus; a topic that is not there yet counts nothing."""

    bus: Bus

    def count(self, topic: str) -> int:
        """Records ever published."""
        try:
            return sum(self.bus.end_offsets(topic).values())
        except KeyError:
            return 0

    def lag(self, group: str, topic: str) -> int:
        """Records that the group has not yet done with."""
        try:
            ends, done = self.bus.end_offsets(topic), self.bus.committed(group, topic)
        except KeyError:
            return 0
        return sum(end - done.get(place, 0) for place, end in ends.items())
