"""Real processes, really killed: nothing is lost, and a clean stop doubles nothing."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from traffic import eventually, numbered, publish

from biorl.chassis.bus import Bus, BusConfig

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("consumer_process.py")
COUNT = 2000
BATCH = 20
"""As the program has it."""


class Consumers:
    """Processes of one group that append what they did to files."""

    def __init__(self, folder: Path, config: BusConfig, group: str, topic: str) -> None:
        self._folder = folder
        self._arguments = (config.model_dump_json(), group, topic)
        self._processes: list[subprocess.Popen[str]] = []

    def start(self, lives: int = 0) -> subprocess.Popen[str]:
        """`lives`: how many batches until it kills itself between effect and commit; 0 never."""
        effects = self._folder / f"effects-{len(self._processes)}"
        command = [sys.executable, str(PROGRAM), *self._arguments, str(effects), str(lives)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def effects(self) -> Counter[int]:
        done: Counter[int] = Counter()
        for path in self._folder.glob("effects-*"):
            done.update(int(line) for line in path.read_text().split("\n")[:-1])
        return done

    def wait_for(self, count: int) -> None:
        eventually(lambda: len(self.effects()) >= count, f"{count} effects", patience_s=90)

    def end(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@pytest.fixture
def consumers(tmp_path: Path, config: BusConfig, group: str, topic: str):
    started = Consumers(tmp_path, config, group, topic)
    yield started
    started.end()


def doubled(effects: Counter[int]) -> int:
    return sum(effects.values()) - len(effects)


def everything_done(bus: Bus, group: str, topic: str) -> bool:
    return sum(bus.committed(group, topic).values()) == COUNT


def test_sigterm_loses_nothing_and_doubles_nothing(bus: Bus, topic: str, group: str, consumers: Consumers) -> None:
    publish(bus, topic, numbered(COUNT, keys=40))
    for stop in range(1, 4):
        process = consumers.start()
        consumers.wait_for(stop * COUNT // 5)
        process.terminate()
        assert process.wait(20) == 0
        assert sum(bus.committed(group, topic).values()) == sum(consumers.effects().values())
    last = consumers.start()
    consumers.wait_for(COUNT)
    last.terminate()
    assert last.wait(20) == 0
    assert consumers.effects() == Counter(dict.fromkeys(range(COUNT), 1))


def test_what_a_killed_process_did_not_commit_comes_again_and_nothing_else_does(
    bus: Bus, topic: str, group: str, consumers: Consumers
) -> None:
    publish(bus, topic, numbered(COUNT, keys=1))
    for lives in (5, 1, 9):
        assert consumers.start(lives).wait(30) == -signal.SIGKILL
    consumers.start()
    eventually(lambda: everything_done(bus, group, topic), "all commits", patience_s=90)
    effects = consumers.effects()
    assert effects.keys() == set(range(COUNT))
    assert doubled(effects) == 3 * BATCH  # the batch in hand, each time


def test_a_survivor_takes_over_from_a_killed_process(bus: Bus, topic: str, group: str, consumers: Consumers) -> None:
    publish(bus, topic, numbered(COUNT, keys=40))
    victim = consumers.start()
    consumers.start()
    consumers.wait_for(COUNT // 4)
    victim.kill()
    victim.wait()
    eventually(lambda: everything_done(bus, group, topic), "all commits", patience_s=90)
    effects = consumers.effects()
    assert effects.keys() == set(range(COUNT))
    assert doubled(effects) <= 2 * BATCH  # what the victim, and the survivor at the rebalance, had in hand


def test_a_group_whose_processes_come_and_go_loses_nothing(
    bus: Bus, topic: str, group: str, consumers: Consumers
) -> None:
    """A rolling update: each process is replaced while the group works."""
    publish(bus, topic, numbered(COUNT, keys=40))
    running = [consumers.start(), consumers.start()]
    for share in range(1, 4):
        consumers.wait_for(share * COUNT // 6)
        running.append(consumers.start())
        leaving = running.pop(0)
        leaving.terminate()
        assert leaving.wait(20) == 0
    eventually(lambda: everything_done(bus, group, topic), "all commits", patience_s=90)
    effects = consumers.effects()
    assert effects.keys() == set(range(COUNT))
