"""The `biorl` command: every subcommand by name, and how a failure is told.

Exit status 0 for success, 1 for a run that failed, 2 for a request that makes no sense, 130 for what was
stopped. A failure is one line that says what to do; only a bug shows a traceback.
"""

from biorl.chassis.interrupt import INTERRUPTED, interrupt_ends_the_process

with interrupt_ends_the_process():
    import errno
    import sys
    from importlib.metadata import version
    from typing import Annotated

    import typer
    from rich.markup import escape

    from biorl.standalone.commands import data, demo, inspect, score, services, simulate, verifier
    from biorl.standalone.commands.terminal import err, out
    from biorl.standalone.errors import BadRequestError, RunFailedError

USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer brings a click of its own and exports only this error's child."""

NO_BUG = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EISDIR, errno.ENOTDIR, errno.EEXIST}
"""A folder that must not be written, a disk that is full, a folder where a file should be or the other way round."""

app = typer.Typer(
    name="biorl",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Biology into verifiable questions, world models into rewards, and a policy trained on them.",
)
app.command("demo")(demo.demo)
app.command("up")(services.up)
app.command("status")(services.status)
app.command("score")(score.score)
app.command("evaluate")(demo.evaluate)
app.command("report")(demo.report)
app.command("inspect")(inspect.inspect)
app.command("simulate")(simulate.simulate)
app.add_typer(verifier.app, name="verifier")
app.add_typer(data.app, name="data")


def _show_version(asked: bool) -> None:
    if asked:
        out.print(f"biorl {version('biorl-standalone')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


def main() -> int:
    """Runs the command line and returns its exit status."""
    try:
        status = app(standalone_mode=False, prog_name="biorl")
    except (BadRequestError, RunFailedError) as error:
        return _told(str(error), error.exit_status)
    except OSError as error:
        if error.errno not in NO_BUG:
            raise
        return _told(f"{error.filename or 'a file'}: {error.strerror}", 1)
    except (typer.Abort, KeyboardInterrupt):
        status = INTERRUPTED  # which newer typers make of Ctrl-C themselves
    except USAGE_ERROR as error:
        return _told(_usage(error), 2)
    if status == INTERRUPTED:
        return _told("stopped before its end", INTERRUPTED)
    return status if isinstance(status, int) else 0


def _usage(error: Exception) -> str:
    message = str(getattr(error, "format_message", error.__str__)()).rstrip(".")
    context = getattr(error, "ctx", None)
    end = "" if message.endswith("?") else "."
    return f"{message}{end} See: {context.command_path if context else 'biorl'} --help" if message else ""


def _told(message: str, status: int) -> int:
    if message:
        err.print(f"[bold red]biorl:[/bold red] {escape(message)}", soft_wrap=True, markup=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
