"""A real `biorl demo` on a tiny organism, as a subprocess whose services a test may kill, stop and look into."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import psutil
import pytest

from biorl.chassis.bus import Bus
from biorl.rl_trainer.adapters.run_folder import FolderOfRun
from biorl.standalone.report.topics import QuestionCounts, count_questions
from biorl.standalone.runs.configs import TRAINING_RUN
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.reading import last_step
from biorl.standalone.runs.traffic import Traffic, opened
from biorl.standalone.runs.workspace import Workspace, workspace

T = TypeVar("T")
PATIENCE_S = 840.0
PAUSE_S = 0.1


class StartDemo(Protocol):
    def __call__(self, name: str, *arguments: str) -> "DemoRun": ...


@dataclass
class DemoRun:
    """One running demo."""

    place: Workspace
    process: "subprocess.Popen[bytes]"
    output: Path

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> int:
        """Its exit status."""
        return self.process.wait(PATIENCE_S)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Fails when the demo ends, or time runs out, before `condition` holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.process.poll() is None, f"the demo ended before {what}:\n{self.said()}"
            assert time.monotonic() < deadline, f"{what} did not come:\n{self.said()}"
            time.sleep(PAUSE_S)

    def service(self, name: str) -> psutil.Process | None:
        """The process of a service, while it runs."""
        module = f"biorl.{name.replace('-', '_')}"
        try:
            children = psutil.Process(self.process.pid).children()
            return next((child for child in children if module in child.cmdline()), None)
        except psutil.NoSuchProcess:
            return None

    def kill(self, name: str) -> None:
        """kill -9, as soon as it runs."""
        self.until(lambda: self.service(name) is not None, f"{name} runs")
        found = self.service(name)
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)

    def step(self) -> int:
        """Of training, 0 before the first."""
        found = last_step(self.place, TRAINING_RUN)
        return found.number if found else 0

    def count(self, topic: str) -> int:
        return self.on_bus(lambda bus: Traffic(bus).count(topic)) if self.place.bus.is_file() else 0

    def on_bus(self, look: Callable[[Bus], T]) -> T:
        with opened(read(self.place), self.place) as bus:
            return look(bus)

    def questions(self) -> QuestionCounts:
        return self.on_bus(count_questions)

    def materialised(self) -> list[str]:
        """Ids of the questions that the trainer took from the bus."""
        return [item.id for item in FolderOfRun(self.place.training / TRAINING_RUN).questions() or []]


@pytest.fixture(scope="session")
def start_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartDemo]:
    runs = tmp_path_factory.mktemp("runs")
    started: list[DemoRun] = []

    def start(name: str, *arguments: str) -> DemoRun:
        command = [sys.executable, "-m", "biorl.standalone", "demo", "--tiny", "--runs", str(runs), "--run", name]
        output = runs / f"{name}.out"
        with output.open("ab") as sink:
            process = subprocess.Popen([*command, *arguments], stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        started.append(DemoRun(workspace(name, runs), process, output))
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(120)
