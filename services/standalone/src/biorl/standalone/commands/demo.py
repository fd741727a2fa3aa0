"""`biorl demo`: the main job on this machine, and `biorl report`, its page once more."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from biorl.rl_trainer.domain.recipe import Recipe
from biorl.standalone.commands.terminal import out
from biorl.standalone.errors import BadRequestError
from biorl.standalone.report.facts import Row
from biorl.standalone.runs.board import Board
from biorl.standalone.runs.plan import SIMULATED_LINE, Plan, keep, read, task_name
from biorl.standalone.runs.ports import HOST, free_ports
from biorl.standalone.runs.processes import BROKER_TOOL
from biorl.standalone.runs.workspace import DEFAULT_ROOT, Workspace, existing, locked, workspace
from biorl.standalone.supervisor.interruption import listening

RunName = Annotated[str, typer.Option("--run", help="Name of the run; the same name goes on where it stopped.")]
Runs = Annotated[Path, typer.Option("--runs", help="Folder of all runs.")]


def demo(  # noqa: PLR0917 - a command line has as many arguments as options
    data: Annotated[Path | None, typer.Option("--data", help="Folder of real data; without it, a simulation.")] = None,
    cell_line: Annotated[
        str, typer.Option("--cell-line", help="K562, RPE1, HepG2 or Jurkat, with --data; without it, K562.")
    ] = "",
    task: Annotated[str, typer.Option("--task", help="direction or de.")] = "direction",
    bus: Annotated[str, typer.Option("--bus", help="sqlite or kafka.")] = "sqlite",
    bootstrap: Annotated[
        str, typer.Option(envvar="BIORL_KAFKA", help="host:port of a Kafka broker; without it, --bus kafka starts one.")
    ] = "",
    run: RunName = "demo",
    runs: Runs = DEFAULT_ROOT,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Steps of GRPO.")] = Recipe.steps,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of simulation, questions and training.")] = 0,
    *,
    tiny: Annotated[bool, typer.Option("--tiny", help="A small organism, for a quick look.")] = False,
) -> None:
    """Run the whole system: sources in, questions, a world model, rewards, a trained policy, a report."""
    place = workspace(run, runs)
    plan = Plan(
        task=task_name(task),
        cell_line=_line(data, cell_line),
        data=str(data.resolve()) if data else "",
        seed=seed,
        steps=steps,
        organism="tiny" if tiny else "full",
    )
    plan = _on_bus(plan, bus, bootstrap, place)
    if plan.bus == "kafka" and not plan.own_broker:
        _reach(plan, place)
    from biorl.standalone.runs.demo import run_demo  # noqa: PLC0415 - heavy, and arguments are checked first

    with locked(place), listening() as interruption:
        board = Board(out)
        with board.showing():
            run_demo(keep(plan, place), place, board, interruption)
    show(place.name, runs)


def _reach(plan: Plan, place: Workspace) -> None:
    """Before the plan is written down: a run that began with a wrong address could not go on with the right one."""
    from biorl.standalone.runs.traffic import opened  # noqa: PLC0415

    with opened(plan, place):
        pass


def _line(data: Path | None, cell_line: str) -> str:
    if data is None:
        if cell_line:
            msg = (
                f"--cell-line {cell_line} is a line of real data, and --data is missing; without both it simulates one"
            )
            raise BadRequestError(msg)
        return SIMULATED_LINE
    cell_line = cell_line or "K562"
    if not data.is_dir():
        msg = f"{data} is no folder; bring real data with: biorl data fetch --into FOLDER"
        raise BadRequestError(msg)
    files = {path.name.split("-")[0].lower() for path in (data / "perturbqa").glob("*-d*.csv*")}
    known = {line for line in files if not line.endswith("_set")}  # sets of genes, which the ingester does not read
    if cell_line.lower() not in known:
        there = (
            f"it has {', '.join(sorted(known))}" if known else "--data takes a folder with perturbqa/<line>-de.csv.gz"
        )
        msg = f"no screen of {cell_line} in {data}; {there}"
        raise BadRequestError(msg)
    names = {name.lower(): name for name in ("K562", "RPE1", "HepG2", "Jurkat")}
    return names.get(cell_line.lower(), cell_line)


def _on_bus(plan: Plan, bus: str, bootstrap: str, place: Workspace) -> Plan:
    """The plan on the bus that was asked for. A broker of the run's own keeps its port when the run goes on."""
    if bus == "sqlite":
        return plan
    if bus != "kafka":
        msg = f"there is no bus {bus!r}; there is sqlite, kafka"
        raise BadRequestError(msg)
    if bootstrap:
        return replace(plan, bus=bus, bootstrap_servers=bootstrap)
    if not BROKER_TOOL.is_file():
        msg = f"a Kafka bus needs a broker: give --bootstrap HOST:PORT, or start the command where {BROKER_TOOL} is"
        raise BadRequestError(msg)
    before = read(place) if place.plan.is_file() else None
    address = before.bootstrap_servers if before and before.own_broker else f"{HOST}:{free_ports(1)[0]}"
    return replace(plan, bus=bus, bootstrap_servers=address, own_broker=True)


def report(run: Annotated[str, typer.Argument(help="Name of the run.")] = "demo", runs: Runs = DEFAULT_ROOT) -> None:
    """Write the report of a run once more."""
    from biorl.standalone.report.render import write_report  # noqa: PLC0415
    from biorl.standalone.runs.reading import facts_of  # noqa: PLC0415
    from biorl.standalone.runs.traffic import opened  # noqa: PLC0415

    place = existing(run, runs)
    plan = read(place)
    with opened(plan, place) as bus:
        write_report(facts_of(plan, place, bus), place.report)
    out.print(f"report: {place.report}")


def evaluate(run: Annotated[str, typer.Argument(help="Name of the run.")] = "demo", runs: Runs = DEFAULT_ROOT) -> None:
    """Show how a run's policy did on held-out questions, beside what it must be held against."""
    show(run, runs)


def show(run: str, runs: Path) -> None:
    """The evaluation as a table, in words, and where the page lies."""
    from biorl.standalone.report.facts import ROWS_IN_WORDS, Facts  # noqa: PLC0415
    from biorl.standalone.report.render import verdict  # noqa: PLC0415
    from biorl.standalone.runs.reading import evaluation  # noqa: PLC0415

    place = existing(run, runs)
    plan, result = read(place), evaluation(place)
    if not result.rows:
        msg = f"the run {run!r} has no evaluation yet; go on with: biorl demo --run {run}"
        raise BadRequestError(msg)
    table = Table(title=f"{plan.task}, {plan.cell_line}: {result.num_questions} held-out questions", box=SIMPLE_HEAD)
    for column in ("", "AUC per gene", "95% interval", "p (null)", "SD P(yes)", "pooled F1", "pooled MCC"):
        table.add_column(column, justify="left" if not column else "right", overflow="fold")
    for row in result.rows:
        table.add_row(*_cells(row), style="bold" if row.name == "policy after" else "")
    if result.null_max is not None:
        table.add_row(f"null, highest of {len(result.null)}", f"{result.null_max:.3f}", *[""] * 5, style="dim")
    out.print(table)
    if result.share_of_lift is not None:
        out.print(f"The policy kept {result.share_of_lift:.0%} of the verifier's lift over chance.")
    facts = Facts(place.name, plan.in_words(), plan.task, plan.cell_line, evaluation=result)
    out.print(verdict(facts), soft_wrap=True)
    for remark in (ROWS_IN_WORDS, *result.leakage):
        out.print(remark, style="dim", soft_wrap=True)
    if place.report.is_file():
        out.print(f"report: {place.report}", soft_wrap=True)


def _cells(row: Row) -> list[str]:
    def number(value: float | None, places: int = 3) -> str:
        return "–" if value is None else f"{value:.{places}f}"

    interval = f"{number(row.low)} to {number(row.high)}"
    return [
        row.name,
        number(row.auc),
        interval,
        number(row.p_value),
        number(row.spread),
        number(row.pooled_f1),
        number(row.pooled_mcc),
    ]
