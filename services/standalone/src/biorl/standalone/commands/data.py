"""`biorl data`: bring data that biorl can work on, and check what lies here."""

from pathlib import Path
from typing import Annotated

import typer

from biorl.standalone.commands.terminal import err, out
from biorl.standalone.errors import BadRequestError, RunFailedError
from biorl.standalone.sources.fetch import FetchError, check, fetch
from biorl.standalone.sources.manifest import (
    Entry,
    ManifestError,
    folder_manifest,
    published,
    write_manifest,
)

app = typer.Typer(no_args_is_help=True, help="Bring real data, and check it.")


@app.command("fetch")
def fetch_command(
    into: Annotated[Path, typer.Option("--into", help="Folder to bring the files to.")] = Path("data"),
    origin: Annotated[
        Path | None,
        typer.Option("--from", help="A folder here that holds the files and a MANIFEST.tsv; without it, the network."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="A group of files (perturbqa, annotation, papers); repeatable.")
    ] = None,
) -> None:
    """Bring data sets by checksum: what is here and right is left alone, what is wrong is refused."""
    entries = _entries(origin, frozenset(only or ()))
    _say_terms(entries)
    try:
        fetch(
            entries,
            into,
            origin,
            lambda entry, brought: out.print(f"{'brought' if brought else 'here   '} {entry.path}"),
        )
    except FetchError as error:
        raise RunFailedError(str(error)) from error
    write_manifest(entries, into)
    out.print(f"{len(entries)} files are in {into}; check them any time with: biorl data check {into}")


def _entries(origin: Path | None, only: frozenset[str]) -> tuple[Entry, ...]:
    try:
        entries = folder_manifest(origin) if origin else published()
    except ManifestError as error:
        raise BadRequestError(str(error)) from error
    groups = {entry.group for entry in entries}
    if only - groups:
        msg = f"there is no group {', '.join(sorted(only - groups))}; there is {', '.join(sorted(groups))}"
        raise BadRequestError(msg)
    return tuple(entry for entry in entries if not only or entry.group in only)


def _say_terms(entries: tuple[Entry, ...]) -> None:
    """A reader must know that some sets are not for commercial use before using them."""
    for licence in sorted({entry.licence for entry in entries if "ommercial" in entry.licence}):
        err.print(f"[yellow]terms:[/yellow] some of these files are under {licence}")


@app.command("check")
def check_command(folder: Annotated[Path, typer.Argument(help="A folder with a MANIFEST.tsv.")]) -> None:
    """Compare every file of a folder with its MANIFEST.tsv; exit status 1 when one is missing or changed."""
    try:
        findings = list(check(folder_manifest(folder), folder))
    except ManifestError as error:
        raise BadRequestError(str(error)) from error
    wrong = [finding for finding in findings if finding.state in {"missing", "changed"}]
    for finding in findings:
        if finding.state != "right":
            out.print(f"{finding.state:10} {finding.path}")
    right = sum(finding.state == "right" for finding in findings)
    out.print(f"{right} right, {len(wrong)} missing or changed")
    if wrong:
        msg = f"{folder} is not what its manifest says"
        raise RunFailedError(msg)
