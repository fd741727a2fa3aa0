"""How each service is started as a process of this machine."""

import sys
from pathlib import Path

from biorl.standalone.runs.endpoints import SERVICES, Endpoints
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.workspace import Workspace
from biorl.standalone.supervisor.process import ProcessSpec

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
"""Five processes share few cores: threads of one would only wait for those of another."""


def service(name: str, place: Workspace, endpoints: Endpoints) -> ProcessSpec:
    """A service that runs until it is told to stop; the trainer is a job, which ends by itself."""
    is_job = name == "rl-trainer"
    return ProcessSpec(
        name=name,
        command=(sys.executable, "-m", f"biorl.{name.replace('-', '_')}", "--config", str(place.config(name))),
        log=place.log(name),
        ready_url="" if is_job else endpoints.ready_url(name),
        is_job=is_job,
        env=ONE_THREAD,
    )


BROKER = "kafka"
BROKER_TOOL = Path("tools/kafka/run_broker.py")
"""Below the folder where the command is given: it comes with the repository, not with the package."""


def broker(place: Workspace, address: str) -> ProcessSpec:
    """A Kafka broker of the run's own."""
    port = address.rpartition(":")[2]
    command = (sys.executable, str(BROKER_TOOL), "--port", port, "--folder", str(place.broker))
    return ProcessSpec(BROKER, command, place.log(BROKER), ready_url=f"tcp://{address}", has_children=True)


def long_running(plan: Plan, place: Workspace, endpoints: Endpoints) -> list[ProcessSpec]:
    """All but the trainer, in the order of their start; first the run's own broker, where it has one."""
    own = [broker(place, plan.bootstrap_servers)] if plan.own_broker else []
    return own + [service(name, place, endpoints) for name in SERVICES if name != "rl-trainer"]


def job(name: str, place: Workspace, *arguments: str | Path) -> ProcessSpec:
    """A `biorl` command in a process of its own, so that the supervisor stays awake and memory is given back."""
    command = (sys.executable, "-m", "biorl.standalone", *(str(one) for one in arguments))
    return ProcessSpec(name=name, command=command, log=place.log(name), is_job=True, env=ONE_THREAD)
