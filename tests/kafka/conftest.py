"""What goes wrong with a real broker, on brokers of these tests' own: they are killed, suspended and damaged here.

The promises that Kafka shares with the embedded bus are tested with it, in services/chassis/tests/bus.
"""

import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from biorl.chassis.bus import KafkaBusConfig, TopicSpec, open_bus
from biorl.chassis.bus.kafka_bus import KafkaBus

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "kafka"))

from kafka_broker import Broker
from kafka_fixtures import require_jars


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.kafka)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One for a module's tests, which leave it running."""
    with Broker(require_jars(), tmp_path_factory.mktemp("broker")) as started:
        yield started


@pytest.fixture
def config(broker: Broker) -> KafkaBusConfig:
    """Impatient, so that the tests need not wait long for what a service waits for."""
    return KafkaBusConfig(
        bootstrap_servers=broker.bootstrap_servers,
        bootstrap_timeout_s=2.0,
        request_timeout_s=3.0,
        publish_timeout_s=3.0,
        session_timeout_s=2.0,
        stall_timeout_s=3.0,
    )


@pytest.fixture
def bus(config: KafkaBusConfig) -> Iterator[KafkaBus]:
    opened = open_bus(config)
    assert isinstance(opened, KafkaBus)
    yield opened
    opened.close()


@pytest.fixture
def new_topic(bus: KafkaBus) -> Callable[..., str]:
    def create(partitions: int = 1) -> str:
        name = f"topic-{uuid.uuid4().hex[:12]}"
        bus.ensure_topics([TopicSpec(name, partitions)])
        return name

    return create


@pytest.fixture
def topic(new_topic: Callable[..., str]) -> str:
    """One partition."""
    return new_topic()


@pytest.fixture
def group() -> str:
    return f"group-{uuid.uuid4().hex[:12]}"
