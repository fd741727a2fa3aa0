"""What a run was asked to do. It is written down when the run starts, and a resumed run must be asked the same."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from biorl.rl_trainer.domain.recipe import Recipe
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.workspace import Workspace, write_json

TASKS = {"direction": "perturbation.direction", "de": "perturbation.de"}
SIMULATED_LINE = "SimA"


@dataclass(frozen=True, slots=True)
class Plan:
    """Equal plans and equal data give equal runs."""

    task: str
    """"perturbation.direction"."""
    cell_line: str
    data: str = ""
    """Folder of real data, absolute; empty for the simulated organism."""
    seed: int = 0
    steps: int = Recipe.steps
    """Of GRPO."""
    bus: str = "sqlite"
    """"sqlite" or "kafka"."""
    bootstrap_servers: str = ""
    """Of Kafka."""
    own_broker: bool = False
    """The run starts that broker itself and keeps its data in the run's folder."""
    organism: str = "full"
    """"full" or "tiny": size of the simulated organism."""

    @property
    def is_simulated(self) -> bool:
        return not self.data

    def in_words(self) -> str:
        if self.is_simulated:
            return f"Simulated organism, seed {self.seed}"
        return f"PerturbQA {self.cell_line} and the papers of {Path(self.data).name}"


def task_name(short: str) -> str:
    if short not in TASKS and short not in TASKS.values():
        msg = f"there is no task {short!r}; there is {', '.join(TASKS)}"
        raise BadRequestError(msg)
    return TASKS.get(short, short)


def keep(plan: Plan, place: Workspace) -> Plan:
    """Writes the plan of a new run down; for an old one, raises BadRequestError when it was asked something else."""
    if place.plan.is_file():
        before = read(place)
        differing = [name for name, value in asdict(before).items() if value != asdict(plan)[name]]
        if differing:
            was = ", ".join(f"{name.replace('_', '-')} {asdict(before)[name]!r}" for name in differing)
            other = "take another name with --run (make demo RUN=name)"
            msg = f"the run {place.name!r} was started with {was}; ask for the same, or {other}"
            raise BadRequestError(msg)
        return before
    place.root.mkdir(parents=True, exist_ok=True)
    write_json(place.plan, asdict(plan))
    return plan


def read(place: Workspace) -> Plan:
    content: dict[str, Any] = json.loads(place.plan.read_text(encoding="utf-8"))
    return Plan(**content)
