"""From papers to an aligned export with the programs that a user runs, once unbroken and once killed at every step.

Real articles and benchmarks, and made-up papers where the real ones end: 400 of these make 8,000 questions together,
BIORL_SCALE_PAPERS=30000 makes 400,000. Prints what each step took; asserts that both exports have the same digests.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from biorl.chassis.bus import SqliteBusConfig, open_bus
from biorl.ingester.adapters import ledger
from biorl.question_generator.adapters import sqlite_store
from biorl.standalone.simulation.literature import write_literature

pytestmark = [pytest.mark.bench, pytest.mark.data, pytest.mark.timeout(4 * 3600)]
NUM_PAPERS = int(os.environ.get("BIORL_SCALE_PAPERS", "400"))
NOTICED = ["biorl.documents.v1", "biorl.retractions.v1"]
GROUP = "question-generator"
PAUSE_S = 0.5


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    size = sum(path.stat().st_size for path in write_literature(0, NUM_PAPERS, folder))
    say(f"\n{NUM_PAPERS} made-up papers, {size / 1e6:.0f} MB")
    return folder


@dataclass(frozen=True)
class Run:
    """One folder with all that a run keeps; `killed` interrupts every program half way with SIGKILL."""

    folder: Path
    papers: Path
    data: Path
    killed: bool
    digests: dict[str, str] = field(default_factory=dict)

    def configure(self) -> None:
        bus = {"type": "sqlite", "path": str(self.folder / "bus.sqlite")}
        sources = [{"type": "jats", "path": str(path)} for path in (self.papers, self.data / "jats")]
        ingester = {"bus": bus, "ledger": str(self.ledger), "objects": str(self.objects), "sources": sources}
        dataset = {"benchmarks": [str(self.data / "bench")], "alignment": {"target": str(self.target)}}
        generator = {"bus": bus, "state": str(self.state), "objects": str(self.objects), "dataset": dataset}
        for name, config in (("ingester", ingester), ("generator", generator)):
            config["http"] = {"port": 0}
            (self.folder / f"{name}.yaml").write_text(json.dumps(config), encoding="utf-8")

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite"

    @property
    def state(self) -> Path:
        return self.folder / "generator.sqlite"

    @property
    def objects(self) -> Path:
        return self.folder / "objects"

    @property
    def target(self) -> Path:
        return self.folder / "target.json"

    def program(self, *words: str, is_half_done: Callable[[], bool], is_done: Callable[[], bool] | None = None) -> str:
        """What it printed. `is_done` none: it ends by itself."""
        if self.killed:
            self._started(words, is_half_done, signal.SIGKILL)
        return self._started(words, is_done, signal.SIGTERM)

    def _started(self, words: tuple[str, ...], until: Callable[[], bool] | None, stop: signal.Signals) -> str:
        name = words[1] if len(words) > 1 and not words[1].startswith("-") else words[0].rpartition(".")[2]
        log, began_at = self.folder / "log.txt", time.perf_counter()
        with log.open("w") as output:
            process = subprocess.Popen([sys.executable, "-m", *words], stdout=output, stderr=subprocess.STDOUT)
            watched, peak, cpu_s, is_stopped = psutil.Process(process.pid), 0, 0.0, False
            while process.poll() is None:
                with suppress(psutil.NoSuchProcess), watched.oneshot():
                    peak, cpu_s = max(peak, watched.memory_info().rss), sum(watched.cpu_times()[:2])
                if until and not is_stopped and until():
                    is_stopped = True
                    process.send_signal(stop)
                time.sleep(PAUSE_S)
        wall_s = time.perf_counter() - began_at
        ended = "killed" if stop is signal.SIGKILL else "ended"
        say(f"  {name} {ended}: wall {wall_s:.0f} s, CPU {cpu_s:.0f} s, peak {peak / 1e6:.0f} MB")
        assert process.returncode == (-stop if stop is signal.SIGKILL else 0), log.read_text()[-3000:]
        return log.read_text()


def ingest(run: Run, total: int) -> None:
    def read_so_far() -> int:
        return sum(ledger.summarise(run.ledger).values()) if run.ledger.exists() else 0

    config = str(run.folder / "ingester.yaml")
    run.program("biorl.ingester", "--config", config, "--once", is_half_done=lambda: read_so_far() > total / 2)
    say(f"  papers: { {' '.join(key): count for key, count in ledger.summarise(run.ledger).items()} }")


def write(run: Run) -> None:
    bus_config = SqliteBusConfig(path=run.folder / "bus.sqlite")

    def unread() -> int:
        with closing(open_bus(bus_config)) as bus:
            ends = {place: end for topic in NOTICED for place, end in bus.end_offsets(topic).items()}
            done = {place: at for topic in NOTICED for place, at in bus.committed(GROUP, topic).items()}
        return sum(end - done.get(place, 0) for place, end in ends.items())

    total = unread()
    config = str(run.folder / "generator.yaml")
    run.program(
        "biorl.question_generator",
        "--config",
        config,
        is_half_done=lambda: unread() < total / 2,
        is_done=lambda: unread() == 0,
    )
    done = sqlite_store.summarise(run.state)
    say(f"  questions: {dict(done.questions)}, retired {done.retired}, by type {dict(done.answer_types)}")
    say(f"  refused: { {reason: count for (_, reason), count in done.refused.items()} }")


def export(run: Run) -> str:
    config = str(run.folder / "generator.yaml")
    run.program(
        "biorl.question_generator",
        *("target", "--config", config, "--since", "2020", "--out", str(run.target)),
        is_half_done=lambda: True,
    )
    out = run.folder / "dataset"
    told = run.program(
        "biorl.question_generator",
        *("export", "--config", config, "--out", str(out)),
        is_half_done=(out / "data").exists,
    )
    say("".join(f"  {line}\n" for line in told.splitlines() if "sha256" not in line))
    size = sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file())
    say(f"  on disk: {size / 1e6:.0f} MB, of these the bus {(run.folder / 'bus.sqlite').stat().st_size / 1e6:.0f} MB")
    return told.rpartition("the whole export: ")[2].strip()


def test_a_run_that_was_killed_half_way_exports_what_an_unbroken_one_does(
    papers: Path, data_dir: Path, tmp_path: Path
) -> None:
    digests = {}
    for name, killed in (("killed", True), ("unbroken", False)):
        say(f"{name}:")
        run = Run(tmp_path / name, papers, data_dir, killed)
        run.folder.mkdir()
        run.configure()
        ingest(run, NUM_PAPERS)
        write(run)
        digests[name] = export(run)
        say(f"  {digests[name]}")
    assert digests["killed"] == digests["unbroken"]
