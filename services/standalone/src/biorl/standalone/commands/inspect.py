"""`biorl inspect`: read the questions of a run or an export on a local page, and accept or reject them."""

import getpass
import os
import secrets
import sys
import time
import webbrowser
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from biorl.standalone.commands.demo import Runs
from biorl.standalone.commands.terminal import err, out
from biorl.standalone.errors import BadRequestError, RunFailedError
from biorl.standalone.runs.workspace import DEFAULT_ROOT, Workspace, existing
from biorl.standalone.supervisor.interruption import listening

if TYPE_CHECKING:
    from biorl.standalone.inspection.catalogue import Catalogue
    from biorl.standalone.inspection.decisions import DecisionLog


def inspect(  # noqa: PLR0917 - as many as the command has options
    of: Annotated[
        str, typer.Argument(metavar="RUN", help="Name of the run, or the path of an export or of a bus.sqlite.")
    ] = "demo",
    runs: Runs = DEFAULT_ROOT,
    verdicts: Annotated[
        Path | None, typer.Option(help="File of decisions; without it, verdicts.jsonl beside the questions.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of 127.0.0.1; 0 takes a free one.")] = 0,
    reviewer: Annotated[str, typer.Option(help="Written beside each decision; without it, your login name.")] = "",
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Write the decisions to this .tsv or .jsonl file, and show no page."),
    ] = None,
    *,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page.")] = True,
) -> None:
    """Read questions beside their evidence on a local page; accept them, or reject them with a reason.

    What was rejected stays out of an export whose `dataset.verdicts` names the file of decisions.
    """
    place = _place(of, runs)
    from biorl.standalone.inspection.decisions import opened  # noqa: PLC0415 - arguments are checked first

    decisions = verdicts or (place.verdicts if isinstance(place, Workspace) else _beside(place))
    if save:
        _save(decisions, save)
        return
    from biorl.standalone.inspection.catalogue import Catalogue  # noqa: PLC0415

    with opened(decisions) as log, closing(Catalogue()) as catalogue:
        _fill(catalogue, place)
        _show(catalogue, log, place, port, reviewer or _login(), browser=open_browser)
        kept = len(log.standing())
        out.print(f"{kept} decided: {log.path}" if kept else "nothing was decided", soft_wrap=True)


def _place(of: str, runs: Path) -> "Workspace | Path":
    """A run, when there is one of the name, else what lies at that path."""
    path = Path(of)
    if path.exists() and not (runs / of / "plan.json").is_file():
        if (path / "plan.json").is_file():
            return existing(path.resolve().name, path.resolve().parent)
        return path.resolve()
    try:
        return existing(of, runs)
    except BadRequestError as error:
        if os.sep not in of:
            raise
        msg = f"there is no folder or file {of}; give the name of a run, or what biorl-question-generator export wrote"
        raise BadRequestError(msg) from error


def _beside(questions: Path) -> Path:
    """Where decisions about an export are kept."""
    return (questions if questions.is_dir() else questions.parent) / "verdicts.jsonl"


def _fill(catalogue: "Catalogue", place: "Workspace | Path") -> None:
    begun = time.monotonic()
    with err.status("reading questions"):
        if isinstance(place, Workspace):
            from biorl.standalone.inspection.run_questions import fill_from_run  # noqa: PLC0415 - what is needed only

            fill_from_run(catalogue, place)
        elif place.suffix == ".sqlite":
            from biorl.standalone.inspection.run_questions import fill_from_file  # noqa: PLC0415

            fill_from_file(catalogue, place)
        else:
            from biorl.standalone.inspection.exported_questions import fill_from_export  # noqa: PLC0415

            fill_from_export(catalogue, place)
    number = sum(catalogue.facets().splits.values())
    if not number:
        msg = f"{place.name} has no questions yet" + (
            "; go on with: biorl demo" if isinstance(place, Workspace) else ""
        )
        raise BadRequestError(msg)
    out.print(f"{number:,} questions read in {time.monotonic() - begun:.1f} s")


def _show(
    catalogue: "Catalogue", log: "DecisionLog", place: "Workspace | Path", port: int, reviewer: str, *, browser: bool
) -> None:
    """Until Ctrl-C or SIGTERM."""
    from biorl.standalone.inspection.application import Application  # noqa: PLC0415
    from biorl.standalone.inspection.server import serving  # noqa: PLC0415

    token = secrets.token_urlsafe(24)

    def application(authority: str) -> Application:
        return Application(catalogue, log, place.name, token, authority, reviewer)

    try:
        with listening() as interruption, serving(port, application) as authority:
            address = f"http://{authority}/{token}/?decision=undecided"
            out.print(f"open {address}\nCtrl-C ends it; every decision is kept at once", soft_wrap=True, markup=False)
            if browser and _has_screen():
                webbrowser.open(address)
            while not interruption.asked_to_stop:
                time.sleep(0.1)
    except OSError as error:
        msg = f"port {port} of 127.0.0.1 cannot be used ({error.strerror}); leave --port out for a free one"
        raise RunFailedError(msg) from error


def _login() -> str:
    """Empty for a user without a name, as containers have."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _has_screen() -> bool:
    """Whether a browser can show itself; one in the terminal would be in the way."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _save(decisions: Path, to: Path) -> None:
    from biorl.standalone.inspection.decisions import as_lines, as_table, read_decisions, standing  # noqa: PLC0415

    formats = {".tsv": as_table, ".jsonl": as_lines}
    if to.suffix not in formats:
        msg = f"--save writes a .tsv or a .jsonl file, not {to.name!r}"
        raise BadRequestError(msg)
    if not decisions.is_file():
        msg = f"nothing was decided yet: there is no {decisions}"
        raise BadRequestError(msg)
    held = standing(read_decisions(decisions))
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(formats[to.suffix](held), encoding="utf-8")
    out.print(f"{len(held)} decided: {to}", soft_wrap=True)
