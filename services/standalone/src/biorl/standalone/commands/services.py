"""`biorl up` and `biorl status`: keep the services of a run going, and look at them."""

import asyncio

from rich.box import SIMPLE_HEAD
from rich.table import Table

from biorl.standalone.commands.demo import RunName, Runs
from biorl.standalone.commands.terminal import out
from biorl.standalone.errors import StoppedError
from biorl.standalone.runs import endpoints as ports
from biorl.standalone.runs.endpoints import SERVICES
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.traffic import GENERATOR_GROUP, GENERATOR_TOPICS, TOPICS, Traffic, opened
from biorl.standalone.runs.workspace import DEFAULT_ROOT, existing, locked
from biorl.standalone.supervisor.interruption import listening
from biorl.standalone.supervisor.process import answers, why_not_ready
from biorl.standalone.supervisor.supervisor import Supervisor


def up(run: RunName = "demo", runs: Runs = DEFAULT_ROOT) -> None:
    """Start all long-running services of a run and keep them going until Ctrl-C."""
    from biorl.standalone.runs.configs import write_configs  # noqa: PLC0415
    from biorl.standalone.runs.processes import long_running  # noqa: PLC0415
    from biorl.standalone.runs.waiting import Watch  # noqa: PLC0415

    place = existing(run, runs)
    with locked(place), listening() as interruption:
        chosen = ports.choose(place.made())
        plan = read(place)
        write_configs(plan, place, chosen)
        supervisor = Supervisor(out.print)
        watch = Watch(supervisor, interruption)
        try:
            specs = long_running(plan, place, chosen)
            for spec in specs:
                supervisor.start(spec)
            watch.until(lambda: all(supervisor.is_ready(spec.name) for spec in specs), "starting the services", 120)
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
    from biorl.standalone.runs.reading import last_event  # noqa: PLC0415

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
