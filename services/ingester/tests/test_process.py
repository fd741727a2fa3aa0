"""The service as a process: configuration, one pass, kill -9 in the middle, SIGTERM while watching."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

from biorl.chassis.bus import open_bus
from biorl.chassis.bus.config import SqliteBusConfig
from biorl.ingester.adapters.ledger import summarise
from biorl.ingester.config import Config

ARTICLE = (Path(__file__).parent / "adapters" / "samples" / "article.xml").read_text(encoding="utf-8")
PAPERS = 1000
"""Four seconds of work, so that a test on a busy machine sees the middle of it."""
BATCH = 8
KILLED_AT = (20, 150)


def article(number: int) -> str:
    return ARTICLE.replace("PMC7654321", f"PMC{number}").replace("10.5555/Invented.1", f"10.5555/i.{number}")


def write_papers(folder: Path, numbers: range) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number:05d}.xml").write_text(article(number), encoding="utf-8")


def configuration(folder: Path, **more: object) -> Path:
    content = {
        "bus": {"type": "sqlite", "path": str(folder / "bus.sqlite")},
        "ledger": str(folder / "ledger.sqlite"),
        "objects": str(folder / "objects"),
        "batch_size": BATCH,
        "poll_s": 0.2,
        "sources": [{"type": "jats", "path": str(folder / "papers")}],
        **more,
    }
    (folder / "ingester.yaml").write_text(yaml.safe_dump(content))
    return folder / "ingester.yaml"


def start(config: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "biorl.ingester", "--config", str(config), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def published(folder: Path) -> Counter[str]:
    path = folder / "bus.sqlite"
    if not path.exists():
        return Counter()
    bus = open_bus(SqliteBusConfig(path=path))
    try:
        ends = bus.end_offsets("biorl.documents.v1")
        return Counter(record.key.decode() for record in bus.read(dict.fromkeys(ends, 0), ends))
    except KeyError:
        return Counter()
    finally:
        bus.close()


def until(done, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


@pytest.mark.slow
def test_kill_9_in_the_middle_gives_each_document_once_by_id(tmp_path: Path) -> None:
    write_papers(tmp_path / "papers", range(PAPERS))
    config = configuration(tmp_path)
    for goal in KILLED_AT:
        process = start(config, "--once")
        until(lambda: len(published(tmp_path)) >= goal or process.poll() is not None)  # noqa: B023 - awaited here
        assert process.poll() is None, "it was meant to be killed in the middle"
        process.kill()
        process.wait()
    last = start(config, "--once")
    assert last.wait(60) == 0
    found = published(tmp_path)
    assert found.keys() == {f"PMC{number}.1" for number in range(PAPERS)}
    # A crash repeats at most what one batch had published but not recorded.
    assert found.total() <= PAPERS + BATCH * len(KILLED_AT)
    assert summarise(tmp_path / "ledger.sqlite") == {("document", "published", ""): PAPERS}


@pytest.mark.slow
def test_watching_takes_in_what_comes_later_and_stops_on_sigterm(tmp_path: Path) -> None:
    write_papers(tmp_path / "papers", range(3))
    process = start(configuration(tmp_path))
    until(lambda: len(published(tmp_path)) == 3)
    write_papers(tmp_path / "papers", range(5))
    (tmp_path / "papers" / "broken.xml").write_text("<article>")
    until(lambda: len(published(tmp_path)) == 5)
    until(lambda: summarise(tmp_path / "ledger.sqlite").get(("file", "refused", "unreadable")) == 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_the_configuration_is_checked_without_reading_anything(tmp_path: Path) -> None:
    config = configuration(tmp_path, watch=False)
    command = [sys.executable, "-m", "biorl.ingester", "--config", str(config), "--check-config"]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ)
    assert b'"type": "jats"' in done.stdout
    assert not (tmp_path / "bus.sqlite").exists()


@pytest.mark.parametrize(
    "source",
    [
        {"type": "jats", "path": "x", "unknown": 1},
        {"type": "telepathy", "path": "x"},
        {"type": "h5ad", "path": "x", "test": "guess"},
        {"type": "jats"},
        {"type": "h5ad", "path": "x", "split": {"test_share": 0.1, "sed": 3}},
    ],
)
def test_an_unknown_key_or_value_is_an_error(tmp_path: Path, source: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Config.model_validate({"bus": {"type": "sqlite", "path": "b"}, "sources": [source]})


def test_nested_settings_are_read() -> None:
    source = {
        "type": "h5ad",
        "path": "x",
        "split": {"test_share": 0.1, "seed": 3},
        "thresholds": {"max_adjusted_p": 0.1},
    }
    config = Config.model_validate({"bus": {"type": "sqlite", "path": "b"}, "sources": [source]})
    (screen,) = config.sources
    assert (screen.split.seed, screen.thresholds.max_adjusted_p) == (3, 0.1)  # type: ignore[union-attr]


def test_a_retraction_list_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no file"):
        Config.model_validate(
            {
                "bus": {"type": "sqlite", "path": "b"},
                "sources": [{"type": "jats", "path": "x"}],
                "retraction_list": str(tmp_path / "none"),
            }
        )
