"""`biorl up`, `biorl status` and `biorl score`: keep the services of a run going, look at them, ask for a reward."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from biorl.questions.question import Question
from biorl.standalone.commands.demo import RunName, Runs
from biorl.standalone.commands.terminal import out
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs import endpoints as ports
from biorl.standalone.runs.endpoints import SERVICES
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.traffic import TOPICS, Traffic, opened
from biorl.standalone.runs.workspace import DEFAULT_ROOT, existing, locked
from biorl.standalone.supervisor.interruption import listening
from biorl.standalone.supervisor.process import answers
from biorl.standalone.supervisor.supervisor import Supervisor


def up(run: RunName = "demo", runs: Runs = DEFAULT_ROOT) -> None:
    """Start all long-running services of a run and keep them going until Ctrl-C."""
    from biorl.standalone.runs.configs import write_configs  # noqa: PLC0415
    from biorl.standalone.runs.processes import service  # noqa: PLC0415
    from biorl.standalone.runs.waiting import StoppedError, Watch  # noqa: PLC0415

    place = existing(run, runs)
    with locked(place), listening() as interruption:
        chosen = ports.choose(place.made())
        write_configs(read(place), place, chosen)
        supervisor = Supervisor(out.print)
        watch = Watch(supervisor, interruption)
        try:
            for name in SERVICES[:-1]:
                supervisor.start(service(name, place, chosen))
            watch.until(lambda: all(supervisor.is_ready(name) for name in SERVICES[:-1]), "starting the services", 120)
            out.print(
                f"verifier {chosen.address(chosen.verifier)}, rewards {chosen.address(chosen.rewards)}; Ctrl-C ends"
            )
            watch.until(lambda: False, "running", float("inf"))
        except StoppedError:
            out.print("stopping")
        finally:
            supervisor.stop(lambda: interruption.asked_to_hurry)


def status(run: RunName = "demo", runs: Runs = DEFAULT_ROOT) -> None:
    """Services, topics and lag of a run."""
    place = existing(run, runs)
    chosen = ports.read(place)
    table = Table("service", "state", title=f"run {run}")
    for name in SERVICES:
        alive = answers(chosen.ready_url(name).replace("/readyz", "/healthz"))
        ready = alive and answers(chosen.ready_url(name))
        table.add_row(name, "[green]ready[/green]" if ready else "alive, not ready" if alive else "not running")
    out.print(table)
    with opened(read(place), place) as bus:
        traffic = Traffic(bus)
        topics = Table("topic", "messages", "lag of the generator")
        for topic in TOPICS:
            topics.add_row(topic, str(traffic.count(topic)), str(traffic.lag("question-generator", topic)))
    out.print(topics)


def score(
    question: Annotated[str, typer.Argument(help="Id of a question of the run (a prefix will do).")],
    completions: Annotated[list[str], typer.Argument(help='Completions, e.g. "<answer>yes</answer>".')],
    run: RunName = "demo",
    runs: Runs = DEFAULT_ROOT,
    target: Annotated[str, typer.Option(help="Reward service; without it, the run's own.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Ask what reward completions of a question would get, and why."""
    from biorl.client.rewards import Group, Outage, RewardClient, RewardsUnavailableError  # noqa: PLC0415

    place = existing(run, runs)
    chosen = ports.read(place)
    asked = _question(place.training, question)

    async def ask() -> list[object]:
        where = target or chosen.address(chosen.rewards)
        async with RewardClient(where, Outage("stop")) as client:
            return list((await client.score([Group(asked, tuple(completions))]))[0])

    try:
        rewards = asyncio.run(ask())
    except RewardsUnavailableError as error:
        msg = f"{error}; start the services with: biorl up --run {run}"
        raise BadRequestError(msg) from error
    _print(asked.prompt[-1].content, completions, rewards, as_json=as_json)


def _print(prompt: str, completions: list[str], rewards: list[object], *, as_json: bool) -> None:
    from dataclasses import asdict  # noqa: PLC0415

    rows = [asdict(reward) for reward in rewards]  # type: ignore[call-overload]
    if as_json:
        out.print_json(json.dumps([{"completion": text, **row} for text, row in zip(completions, rows, strict=True)]))
        return
    table = Table("completion", "reward", "status", "reason", "parts", title=prompt)
    for text, row in zip(completions, rows, strict=True):
        parts = ", ".join(f"{part['name']} {part['value']:.3f}" for part in row["parts"] if part["value"] is not None)
        value = "–" if row["reward"] is None else f"{row['reward']:.3f}"
        table.add_row(text, value, row["status"], row["reason"], parts)
    out.print(table)


def _question(training: Path, prefix: str) -> Question:
    from biorl.rl_trainer.adapters.run_folder import FolderOfRun  # noqa: PLC0415
    from biorl.standalone.runs.configs import TRAINING_RUN  # noqa: PLC0415

    known = FolderOfRun(training / TRAINING_RUN).questions() or []
    found = [item for item in known if item.id.startswith(prefix)]
    if len(found) != 1:
        msg = f"{len(found)} questions of the run have an id that starts with {prefix!r}; give more of it"
        raise BadRequestError(msg)
    return found[0]
