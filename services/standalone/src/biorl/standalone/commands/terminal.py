"""How commands speak: results to stdout, everything else to stderr, in colours where a terminal can show them."""

import sys

from rich.console import Console

WIDTH = None if sys.stdout.isatty() else 120
"""Of tables in a file or a pipe; a terminal says its own."""

out = Console(highlight=False, width=WIDTH)
err = Console(stderr=True, highlight=False)
