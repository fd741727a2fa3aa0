"""Which processes a run is made of."""

from pathlib import Path

from biorl.standalone.runs.endpoints import SERVICES, choose
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.processes import long_running
from biorl.standalone.runs.workspace import workspace

PLAN = Plan(task="perturbation.direction", cell_line="SimA")
OWN = Plan(task=PLAN.task, cell_line="SimA", bus="kafka", bootstrap_servers="127.0.0.1:9", own_broker=True)


def names(plan: Plan, folder: Path) -> list[str]:
    place = workspace("demo", folder).made()
    return [spec.name for spec in long_running(plan, place, choose(place))]


def test_a_runs_own_broker_is_started_before_the_services_that_need_it(tmp_path: Path) -> None:
    assert names(OWN, tmp_path) == ["kafka", *SERVICES[:-1]]


def test_training_is_no_long_running_service(tmp_path: Path) -> None:
    assert names(PLAN, tmp_path) == list(SERVICES[:-1])
