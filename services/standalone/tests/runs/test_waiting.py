"""Waiting ends: by what was waited for, by a failure, by Ctrl-C, or by the clock."""

import sys
from pathlib import Path

import pytest

from biorl.standalone.errors import RunFailedError, StoppedError
from biorl.standalone.runs.waiting import Watch
from biorl.standalone.supervisor.interruption import Interruption
from biorl.standalone.supervisor.process import ProcessSpec
from biorl.standalone.supervisor.supervisor import Supervisor


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor(tell=lambda _text: None)


def test_it_returns_when_the_thing_has_happened(supervisor: Supervisor) -> None:
    answers = iter([False, False, True])
    Watch(supervisor, Interruption()).until(lambda: next(answers), "it", 10)


def test_a_request_to_stop_ends_it(supervisor: Supervisor) -> None:
    interruption = Interruption()
    interruption.note()
    with pytest.raises(StoppedError, match="goes on where it stopped"):
        Watch(supervisor, interruption).until(lambda: False, "it", 10)


def test_a_service_that_cannot_be_helped_ends_it_with_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(ProcessSpec("ingester", (sys.executable, "-c", "exit(2)"), tmp_path / "ingester.log"))
    with pytest.raises(RunFailedError, match=r"ingester\.log"):
        Watch(supervisor, Interruption()).until(lambda: False, "it", 10)


def test_it_does_not_wait_for_ever(supervisor: Supervisor) -> None:
    with pytest.raises(RunFailedError, match="ingesting took longer"):
        Watch(supervisor, Interruption()).until(lambda: False, "ingesting", 0.01)
