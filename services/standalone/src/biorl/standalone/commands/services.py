"""`biorl up`, `biorl status` and `biorl score`: keep the services of a run going, look at them, ask for a reward."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from biorl.client.rewards import Group, Outage, Reward, RewardClient, RewardsUnavailableError
from biorl.questions.question import Question
from biorl.standalone.commands.demo import RunName, Runs
from biorl.standalone.commands.terminal import out
from biorl.standalone.errors import BadRequestError, RunFailedError
from biorl.standalone.runs import endpoints as ports
from biorl.standalone.runs.endpoints import SERVICES
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.reading import last_event
from biorl.standalone.runs.traffic import GENERATOR_GROUP, GENERATOR_TOPICS, TOPICS, Traffic, opened
from biorl.standalone.runs.workspace import DEFAULT_ROOT, existing, locked
from biorl.standalone.supervisor.interruption import listening
from biorl.standalone.supervisor.process import answers, why_not_ready
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
    """Services, verifiers, topics and lag of a run, and what its training did last."""
    place = existing(run, runs)
    chosen = ports.read(place)
    table = Table("service", "state", title=f"run {run}", box=SIMPLE_HEAD)
    for name in SERVICES:
        table.add_row(name, _state(chosen.ready_url(name)))
    out.print(table)
    out.print(f"verifiers: {', '.join(asyncio.run(_verifiers(chosen.address(chosen.verifier)))) or 'none answers'}")
    with opened(read(place), place) as bus:
        traffic = Traffic(bus)
        topics = Table("topic", "messages", "not yet read by the generator", box=SIMPLE_HEAD)
        for topic in TOPICS:
            lag = traffic.lag(GENERATOR_GROUP, topic) if topic in GENERATOR_TOPICS else None
            topics.add_row(topic, f"{traffic.count(topic):,}", "" if lag is None else f"{lag:,}")
        event = last_event(bus)
    out.print(topics)
    out.print(f"last event of training: {event or 'none yet'}", soft_wrap=True)


def _state(ready_url: str) -> str:
    if answers(ready_url):
        return "[green]ready[/green]"
    reason = why_not_ready(ready_url)
    return f"[yellow]not ready: {reason}[/yellow]" if reason else "[dim]not running[/dim]"


async def _verifiers(address: str) -> list[str]:
    import grpc  # noqa: PLC0415

    from biorl.chassis.grpc.config import GrpcClientConfig  # noqa: PLC0415
    from biorl.client.beliefs import VerifierClient  # noqa: PLC0415

    try:
        async with VerifierClient(GrpcClientConfig(target=address, timeout_s=3)) as client:
            return [f"{one.name}@{one.version}" for one in await client.list_verifiers()]
    except grpc.aio.AioRpcError:  # it does not run; the table above says so
        return []


def score(  # noqa: PLR0917 - as many as the command has options
    question: Annotated[str, typer.Argument(help="Id of a question of the run; a prefix will do.")] = "",
    completions: Annotated[list[str] | None, typer.Argument(help='Completions, e.g. "<answer>yes</answer>".')] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option("--jsonl", help='Lines of {"question": id, "completions": [text, ...]} in place of arguments.'),
    ] = None,
    run: RunName = "demo",
    runs: Runs = DEFAULT_ROOT,
    target: Annotated[str, typer.Option(help="Reward service; without it, the run's own.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines in place of tables.")] = False,
) -> None:
    """Ask what reward completions of a question would get, and why."""
    place = existing(run, runs)
    groups = asked_for(place.training, question, completions or [], jsonl)
    where = target or ports.read(place).address(ports.read(place).rewards)
    try:
        answers_ = asyncio.run(_rewards(where, groups))
    except RewardsUnavailableError as error:
        msg = f"{error}; start the services with: biorl up --run {run}"
        raise RunFailedError(msg) from error
    for group, rewards in zip(groups, answers_, strict=True):
        _print(group, rewards, as_json=as_json)


async def _rewards(where: str, groups: list[Group]) -> tuple[tuple[Reward, ...], ...]:
    async with RewardClient(where, Outage("stop")) as client:
        return await client.score(groups)


def asked_for(training: Path, question: str, completions: list[str], jsonl: Path | None) -> list[Group]:
    """Groups out of arguments or a file of JSON lines. Raises BadRequestError for either that makes no sense."""
    if jsonl is None:
        if not question or not completions:
            msg = "give a question id and a completion, or a file with --jsonl"
            raise BadRequestError(msg)
        return [Group(_question(training, question), tuple(completions))]
    groups = []
    for number, line in enumerate(jsonl.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            content = json.loads(line)
            texts = tuple(str(text) for text in content["completions"])
            groups.append(Group(_question(training, str(content["question"])), texts))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            msg = f'{jsonl}, line {number} is not {{"question": id, "completions": [text, ...]}}'
            raise BadRequestError(msg) from error
    return groups


def _print(group: Group, rewards: tuple[Reward, ...], *, as_json: bool) -> None:
    if as_json:
        for text, reward in zip(group.completions, rewards, strict=True):
            line = {"question": group.question.id, "completion": text, **asdict(reward)}
            out.print(json.dumps(line), soft_wrap=True, markup=False)
        return
    table = Table("completion", "reward", "status", "reason", "parts", title=group.question.prompt[-1].content)
    for text, reward in zip(group.completions, rewards, strict=True):
        parts = ", ".join(f"{part.name} {part.value:.3f}" for part in reward.parts if part.value is not None)
        value = "–" if reward.reward is None else f"{reward.reward:.3f}"
        table.add_row(escape(text), value, reward.status, reward.reason, parts)
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
