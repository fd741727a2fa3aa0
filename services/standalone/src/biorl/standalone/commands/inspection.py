"""`biorl inspect`: the questions of a run on a local page, for a person to accept or reject."""

import webbrowser
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from biorl.standalone.commands.terminal import out
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.traffic import DOCUMENTS, QUESTIONS
from biorl.standalone.runs.workspace import DEFAULT_ROOT


def inspect(
    *,
    run: Annotated[str, typer.Option(help="Run whose questions are shown.")] = "demo",
    bus: Annotated[Path | None, typer.Option(help="SQLite file of another bus, instead of a run's.")] = None,
    objects: Annotated[Path | None, typer.Option(help="Folder of papers that are larger than a message.")] = None,
    verdicts: Annotated[Path | None, typer.Option(help="Where verdicts go; beside the bus by default.")] = None,
    port: Annotated[int, typer.Option(help="0 takes any that is free.", min=0, max=65535)] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Read questions beside their evidence; accept them, or reject them with a reason.

    Rejected questions are left out of an export whose `dataset.verdicts` names the file of verdicts.
    """
    from biorl.chassis.bus import SqliteBusConfig, open_bus  # noqa: PLC0415
    from biorl.standalone.inspection.server import Inspection  # noqa: PLC0415
    from biorl.standalone.inspection.shelf import shelf_of  # noqa: PLC0415
    from biorl.standalone.inspection.verdicts import Verdicts  # noqa: PLC0415

    file = bus or DEFAULT_ROOT / run / "bus.sqlite"
    if not file.is_file():
        msg = f"no bus at {file}: give --run the name of a run, or --bus its file"
        raise BadRequestError(msg)
    with closing(open_bus(SqliteBusConfig(path=file))) as opened:
        try:
            shelf = shelf_of(opened, QUESTIONS, DOCUMENTS, objects or file.parent / "objects")
        except KeyError as error:
            msg = f"{file} has no questions yet"
            raise BadRequestError(msg) from error
    with Inspection(shelf, Verdicts(verdicts or file.parent / "verdicts.jsonl"), port) as server:
        out.print(f"{len(shelf.rows)} questions at {server.address}  (Ctrl-C ends it)")
        if open_browser:
            webbrowser.open(server.address)
        server.serve_forever()
