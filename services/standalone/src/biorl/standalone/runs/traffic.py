"""What has passed over a run's bus so far: what its topics hold, counts, and how far each reader has come."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from biorl.chassis.bus import Bus, BusConfig, KafkaBusConfig, Record, SqliteBusConfig, open_bus
from biorl.chassis.errors import TryLater
from biorl.standalone.errors import RunFailedError
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.workspace import Workspace

DOCUMENTS, RETRACTIONS, EFFECTS = "biorl.documents.v1", "biorl.retractions.v1", "biorl.effects.v1"
LABELS = "biorl.labels.v1"
QUESTIONS, REWARDS, RUNS = "biorl.questions.v1", "biorl.rewards.v1", "biorl.runs.v1"
GENERATOR_GROUP = "question-generator"
GENERATOR_TOPICS = (DOCUMENTS, RETRACTIONS, EFFECTS, LABELS)
"""What the question-generator reads, and under which group."""
TOPICS = (DOCUMENTS, RETRACTIONS, EFFECTS, LABELS, QUESTIONS, REWARDS, RUNS)


def bus_config(plan: Plan, place: Workspace) -> BusConfig:
    if plan.bus == "kafka":
        return KafkaBusConfig(bootstrap_servers=plan.bootstrap_servers)
    return SqliteBusConfig(path=place.bus)


@contextmanager
def opened(plan: Plan, place: Workspace) -> Iterator[Bus]:
    """Raises RunFailedError when no Kafka answers."""
    try:
        bus = open_bus(bus_config(plan, place))
    except TryLater as error:
        away = (
            "it runs while biorl demo or biorl up does"
            if plan.own_broker
            else "start it, or give --bootstrap where one runs"
        )
        msg = f"no Kafka answers at {plan.bootstrap_servers}; {away}"
        raise RunFailedError(msg) from error
    try:
        yield bus
    finally:
        bus.close()


def records(bus: Bus, topic: str) -> Iterator[Record]:
    """From the topic's beginning to where it ends now; none of a topic that is not there."""
    try:
        end = bus.end_offsets(topic)
    except KeyError:
        return
    yield from bus.read(dict.fromkeys(end, 0), end)


def values(bus: Bus, topic: str) -> Iterator[bytes]:
    """The same, without tombstones."""
    return (record.value for record in records(bus, topic) if record.value is not None)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Asks the bus; a topic that is not there yet counts nothing."""

    bus: Bus
    _known: dict[str, int] = field(default_factory=dict)

    def count(self, topic: str) -> int:
        """Records ever published; the last known number while the bus is away."""
        try:
            self._known[topic] = sum(self.bus.end_offsets(topic).values())
        except (KeyError, TryLater):  # a display must not end a run
            return self._known.get(topic, 0)
        return self._known[topic]

    def lag(self, group: str, topic: str) -> int | None:
        """Records that the group has not yet done with; None while the bus is away."""
        try:
            ends, done = self.bus.end_offsets(topic), self.bus.committed(group, topic)
        except KeyError:
            return 0
        except TryLater:
            return None
        return sum(end - done.get(place, 0) for place, end in ends.items())
