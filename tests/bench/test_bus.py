"""How fast the two buses are, side by side in one run. Prints ratios; asserts only that everything arrived."""

import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from biorl.chassis.bus import Bus, BusConfig, KafkaBusConfig, Message, SqliteBusConfig, TopicSpec, open_bus
from biorl.chassis.bus.testing import drain

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "kafka"))

from kafka_fixtures import shared_broker

pytestmark = [pytest.mark.bench, pytest.mark.kafka]

COUNT = 20_000
BATCH = 500
SINGLES = 300
VALUE_BYTES = 1_000
ROUNDS = 3


def timed(act: Callable[[], object]) -> float:
    began_at = time.perf_counter()
    act()
    return time.perf_counter() - began_at


def measure(config: BusConfig, name: str) -> dict[str, float]:
    """Messages a second (or milliseconds for one publish) for each way of using a bus."""
    dice = random.Random(0)
    messages = [Message(f"key-{n % 1000}".encode(), dice.randbytes(VALUE_BYTES)) for n in range(COUNT)]
    with closing(open_bus(config)) as bus:
        bus.ensure_topics([TopicSpec(name), TopicSpec(f"{name}-singles")])
        with closing(bus.producer()) as producer:
            producer.publish(f"{name}-singles", messages[:1])
            batched_s = timed(lambda: publish_in_batches(producer.publish, name, messages))
            single_s = timed(lambda: [producer.publish(f"{name}-singles", [m]) for m in messages[:SINGLES]])
        taken: list[int] = []
        consumed_s = timed(lambda: drain(bus, name, [name], lambda records: taken.append(len(records)), batch=BATCH))
        replayed_s = timed(lambda: replay(bus, name))
    assert sum(taken) == COUNT
    return {
        f"publish in batches of {BATCH}, messages/s": COUNT / batched_s,
        "publish one by one, messages/s": SINGLES / single_s,
        f"consume with a commit every {BATCH}, messages/s": COUNT / consumed_s,
        "replay, messages/s": COUNT / replayed_s,
    }


def publish_in_batches(publish: Callable[[str, list[Message]], None], topic: str, messages: list[Message]) -> None:
    for first in range(0, len(messages), BATCH):
        publish(topic, messages[first : first + BATCH])


def replay(bus: Bus, topic: str) -> None:
    assert sum(1 for _ in bus.read({}, bus.end_offsets(topic))) == COUNT


def test_both_buses_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    servers = shared_broker().bootstrap_servers
    sqlite: dict[str, list[float]] = {}
    kafka: dict[str, list[float]] = {}
    for turn in range(ROUNDS):  # in turns, so that a slow moment of the machine hits both
        embedded = SqliteBusConfig(path=tmp_path / f"bus-{turn}.sqlite")
        for what, figure in measure(embedded, f"bench-{turn}").items():
            sqlite.setdefault(what, []).append(figure)
        for what, figure in measure(KafkaBusConfig(bootstrap_servers=servers), f"bench-{turn}").items():
            kafka.setdefault(what, []).append(figure)
    with capsys.disabled():
        sys.stdout.write(table(sqlite, kafka))


def table(sqlite: dict[str, list[float]], kafka: dict[str, list[float]]) -> str:
    lines = [f"\n{COUNT} messages of {VALUE_BYTES} random bytes, best of {ROUNDS}; kafka: one broker on this machine"]
    lines.append(f"{'':44} {'sqlite':>9} {'kafka':>9} {'sqlite/kafka':>13}")
    for what, figures in sqlite.items():
        ours, theirs = max(figures), max(kafka[what])
        lines.append(f"{what:44} {ours:9.0f} {theirs:9.0f} {ours / theirs:13.2f}")
    return "\n".join(lines) + "\n"
