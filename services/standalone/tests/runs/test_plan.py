"""A run goes on only when it is asked for what it was started with."""

from pathlib import Path

import pytest

from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.plan import Plan, keep, read, task_name
from biorl.standalone.runs.workspace import existing, locked, workspace

PLAN = Plan(task="perturbation.direction", cell_line="SimA")


def test_a_run_that_is_asked_the_same_again_goes_on(tmp_path: Path) -> None:
    place = workspace("demo", tmp_path)
    keep(PLAN, place)
    assert keep(PLAN, place) == PLAN
    assert read(place) == PLAN


def test_a_run_that_is_asked_something_else_is_refused_and_told_what_it_was(tmp_path: Path) -> None:
    place = workspace("demo", tmp_path)
    keep(PLAN, place)
    with pytest.raises(BadRequestError, match="seed 0"):
        keep(Plan(task=PLAN.task, cell_line="SimA", seed=4), place)


@pytest.mark.parametrize("name", ["../other", "", "a/b", ".hidden", "x" * 65])
def test_a_run_name_that_leaves_its_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="run name"):
        workspace(name, tmp_path)


def test_a_run_that_does_not_exist_is_answered_with_those_that_do(tmp_path: Path) -> None:
    keep(PLAN, workspace("first", tmp_path))
    with pytest.raises(BadRequestError, match="there is first"):
        existing("second", tmp_path)


def test_two_commands_cannot_work_on_one_run(tmp_path: Path) -> None:
    place = workspace("demo", tmp_path)
    with locked(place), pytest.raises(BadRequestError, match="already being worked on"), locked(place):
        pass
    with locked(place):
        pass


def test_an_unknown_task_is_answered_with_the_known_ones() -> None:
    assert task_name("direction") == "perturbation.direction"
    with pytest.raises(BadRequestError, match="direction, de"):
        task_name("colour")
