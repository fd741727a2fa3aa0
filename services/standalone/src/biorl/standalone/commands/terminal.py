"""How commands speak: results to stdout, everything else to stderr, in colours where a terminal can show them."""

from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
