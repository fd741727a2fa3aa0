"""SIGTERM and SIGINT ask the process to stop, safely at any moment; a second SIGINT ends it on the spot.

A handler runs in the main thread wherever that happens to be, even inside the lock that `Life.stop` needs. So it only
writes a byte to a pipe, and a thread reads there.
"""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from biorl.chassis.life import Life

logger = logging.getLogger(__name__)


@contextmanager
def signals_stop(life: Life) -> Iterator[None]:
    """Inside, in the main thread. Handlers are as before afterwards."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)

    def handle(number: int, _frame: FrameType | None) -> None:
        os.write(tell, bytes([number]))
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    threading.Thread(target=_listen, args=(told, life), name="signals", daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(tell)


@contextmanager
def stop_ends_the_process(life: Life, status: int) -> Iterator[None]:
    """Inside, whoever asks to stop ends the process on the spot, with that exit status; so does who has asked before.

    For imports that take their time: nothing has been begun that would have to be ended, and nothing interrupts them.
    """
    if life.stopping:
        raise SystemExit(status)
    begun = threading.Event()

    def leave() -> None:
        if not begun.is_set():
            logger.info("leaves before it has begun")
            logging.shutdown()
            os._exit(status)

    life.on_stop(leave)
    try:
        yield
    finally:
        begun.set()


def _listen(told: int, life: Life) -> None:
    """Ends when the other end is closed."""
    while heard := os.read(told, 1):
        logger.info("%s: stopping", signal.Signals(heard[0]).name)
        life.stop()
    os.close(told)
