"""Ctrl-C while a program still imports what it needs: it ends at once and without a traceback.

Nothing has been begun by then that would have to be ended. Comes before all other imports, and so has few of its own.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""Exit status, as a shell gives it for what SIGINT ended."""


@contextmanager
def interrupt_ends_the_process() -> Iterator[None]:
    """Inside, in the main thread. What SIGINT did before it does again afterwards."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: os._exit(INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
