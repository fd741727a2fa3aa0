"""`biorl score`: what reward completions of a question would get, and why."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from biorl.standalone.commands.demo import RunName, Runs
from biorl.standalone.commands.terminal import out
from biorl.standalone.errors import RunFailedError
from biorl.standalone.runs import endpoints as ports
from biorl.standalone.runs.workspace import DEFAULT_ROOT, existing

if TYPE_CHECKING:
    from biorl.client import Group, Reward


def score(  # noqa: PLR0917 - as many as the command has options
    question: Annotated[str, typer.Argument(help="Id of a question of the run; a prefix will do.")] = "",
    completions: Annotated[list[str] | None, typer.Argument(help='Completions, e.g. "<answer>yes</answer>".')] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option("--jsonl", help='Lines of {"question": id, "completions": \\[text, ...]} in place of arguments.'),
    ] = None,
    run: RunName = "demo",
    runs: Runs = DEFAULT_ROOT,
    target: Annotated[str, typer.Option(help="Reward service; without it, the run's own.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines in place of tables.")] = False,
) -> None:
    """Ask what reward completions of a question would get, and why."""
    from biorl.client import RewardsUnavailableError  # noqa: PLC0415 - grpc only when it is needed
    from biorl.standalone.runs.scoring import AskedQuestions, rewards_of  # noqa: PLC0415

    place = existing(run, runs)
    known = AskedQuestions(place)
    groups = known.groups(jsonl) if jsonl else [known.group(question, completions or [])]
    endpoints = ports.read(place)
    try:
        scored = asyncio.run(rewards_of(target or endpoints.address(endpoints.rewards), groups))
    except RewardsUnavailableError as error:
        msg = f"{error}; start the services with: biorl up --run {run}"
        raise RunFailedError(msg) from error
    for group, rewards in zip(groups, scored, strict=True):
        _print(group, rewards, as_json=as_json)


def _print(group: "Group", rewards: "tuple[Reward, ...]", *, as_json: bool) -> None:
    if as_json:
        for text, reward in zip(group.completions, rewards, strict=True):
            line = {"question": group.question.id, "completion": text, **asdict(reward)}
            out.print(json.dumps(line), soft_wrap=True, markup=False)
        return
    table = Table("completion", "reward", "status", "reason", "parts", title=escape(group.question.prompt[-1].content))
    for text, reward in zip(group.completions, rewards, strict=True):
        parts = ", ".join(f"{part.name} {part.value:.3f}" for part in reward.parts if part.value is not None)
        value = "–" if reward.reward is None else f"{reward.reward:.3f}"
        table.add_row(escape(text), value, reward.status, reward.reason, parts)
    out.print(table)
