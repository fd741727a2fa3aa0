"""More processes for work that keeps a core busy: `map` over them, in order, with nothing shared.

What is done in them must be a function at the top of a module, of values that can be copied. They die with the process
that began them, however it dies.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many, begun when they are needed; what they still have to do at the end is dropped."""
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_live_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _live_with_parent() -> None:
    """A stop is the parent's to deal with; a parent that was killed leaves nobody to wait for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
