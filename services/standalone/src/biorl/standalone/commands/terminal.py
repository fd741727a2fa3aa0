"""How commands speak: results to stdout, everything else to stderr, in colours where a terminal can show them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

WIDTH = None if sys.stdout.isatty() else 120
"""Of tables in a file or a pipe; a terminal says its own."""

out = Console(highlight=False, width=WIDTH)
err = Console(stderr=True, highlight=False)


@contextmanager
def working(on: str) -> Iterator[None]:
    """A terminal shows meanwhile what is worked on, and for how long; a log gets nothing."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as shown:
        shown.add_task(on, total=None)
        yield
