"""One suite of tests, two buses: whatever takes `bus` runs on SQLite and, marked `kafka`, on a real broker.

Topics and groups get names of their own, since the broker is shared by the whole run.
"""

import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from biorl.chassis.bus import Bus, BusConfig, KafkaBusConfig, SqliteBusConfig, TopicSpec, open_bus

ROOT = Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / "tools" / "kafka"), str(Path(__file__).parent)]

from kafka_fixtures import shared_broker  # noqa: E402 - lies on the path just made

SESSION_S = 2.0
"""A dead consumer is found out quickly here."""


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> BusConfig:
    if request.param == "sqlite":
        return sqlite_config(tmp_path)
    return KafkaBusConfig(
        bootstrap_servers=shared_broker().bootstrap_servers, session_timeout_s=SESSION_S, stall_timeout_s=3.0
    )


def sqlite_config(folder: Path) -> SqliteBusConfig:
    return SqliteBusConfig(path=folder / "bus.sqlite", session_timeout_s=SESSION_S)


@pytest.fixture
def bus(config: BusConfig) -> Iterator[Bus]:
    opened = open_bus(config)
    yield opened
    opened.close()


@pytest.fixture
def group() -> str:
    return f"group-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def new_topic(bus: Bus) -> Callable[..., str]:
    """Creates a topic with a name that nobody else has."""

    def create(**about: object) -> str:
        name = f"topic-{uuid.uuid4().hex[:12]}"
        bus.ensure_topics([TopicSpec(name, **about)])  # type: ignore[arg-type]
        return name

    return create


@pytest.fixture
def topic(new_topic: Callable[..., str]) -> str:
    """Four partitions, kept for ever."""
    return new_topic()
