"""What run events leave on the gauges, whether the bus takes them or not."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from biorl.chassis.bus.port import Message, Producer
from biorl.chassis.bus.testing import bus_at
from biorl.chassis.errors import TryLater
from biorl.rl_trainer.adapters.run_events import BusDiary


class Away:
    """A bus that takes nothing."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        raise TryLater("no broker")

    def close(self) -> None: ...


@pytest.fixture(params=["a bus", "no bus"])
def diary(request: pytest.FixtureRequest, tmp_path: Path) -> BusDiary:
    producer: Producer = Away() if request.param == "no bus" else bus_at(tmp_path, "runs").producer()
    return BusDiary(producer, "runs", request.node.name, "{}", "tiny")


def gauge(name: str, diary: BusDiary, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"biorl_rl_trainer_{name}", {"run": diary._run_id, **labels})


def test_a_run_waits_from_when_it_says_so_until_it_goes_on(diary: BusDiary) -> None:
    assert gauge("waiting", diary) == 0
    diary.waiting("no verifier")
    assert gauge("waiting", diary) == 1
    diary.resumed()
    assert gauge("waiting", diary) == 0


def test_each_examination_shows_under_its_stage(diary: BusDiary) -> None:
    diary.evaluated("before", {"auc_per_gene": 0.49, "sd_p_yes": 0.1})
    assert gauge("auc_per_gene", diary, stage="before") == 0.49
    assert gauge("auc_per_gene", diary, stage="after") is None
    diary.evaluated("after", {"auc_per_gene": 0.83, "sd_p_yes": 0.2})
    assert gauge("auc_per_gene", diary, stage="after") == 0.83


def test_a_checkpoint_has_its_time_and_before_the_first_there_is_none(diary: BusDiary) -> None:
    assert gauge("last_checkpoint_timestamp_seconds", diary) is None
    began = time.time()
    diary.checkpointed(40, "runs/policy/checkpoints/checkpoint-40")
    assert began <= (gauge("last_checkpoint_timestamp_seconds", diary) or 0) <= time.time()
