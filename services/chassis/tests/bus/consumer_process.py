"""A consumer in a process of its own: `python consumer_process.py BUS_CONFIG GROUP TOPIC EFFECTS LIVES`.

Its effect is one line per record, appended and flushed to the disk before the batch counts as handled. SIGTERM stops it
as it stops a service. After `LIVES` batches (0: never) it kills itself with SIGKILL, between the effect and the commit.
It says "ready" once it consumes.
"""

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from biorl.chassis.bus import Bus, BusConfig, Record, open_bus
from biorl.chassis.bus.worker import consume

BATCH = 20
EFFECT_S = 0.01


class Life:
    def __init__(self) -> None:
        self._stop = threading.Event()
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, *_: Any) -> None:
        self._stop.set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def wait(self, timeout_s: float) -> bool:
        return self._stop.wait(timeout_s)


def main() -> None:
    config, group, topic, effects, lives = sys.argv[1:]
    batches = itertools.count(1)
    life = Life()
    bus: Bus = open_bus(TypeAdapter(BusConfig).validate_json(config))
    with Path(effects).open("a") as lines:

        def handle(records: Sequence[Record]) -> None:
            time.sleep(EFFECT_S)
            lines.write("".join(f"{int(record.value or b'')}\n" for record in records))
            lines.flush()
            os.fsync(lines.fileno())
            if next(batches) == int(lives):
                os.kill(os.getpid(), signal.SIGKILL)

        sys.stdout.write("ready\n")
        sys.stdout.flush()
        consume(bus, group, [topic], handle, life=life, batch=BATCH, poll_s=0.2)
    bus.close()


if __name__ == "__main__":
    main()
