"""Wiring of the ingester: sources from disk, a ledger, the bus. `--once` reads what is there and ends."""

import logging
import os
import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from biorl.chassis.interrupt import interrupt_ends_the_process

with interrupt_ends_the_process():
    from biorl.chassis.life import Life
    from biorl.chassis.process import run
    from biorl.ingester.config import Config

if TYPE_CHECKING:
    from biorl.ingester.ports import Reader

logger = logging.getLogger(__name__)


AHEAD = 8
"""Files that wait or are worked on, for each worker."""


def body(config: Config, life: Life) -> None:
    from biorl.chassis.bus import open_bus  # noqa: PLC0415 - configuration first, weight after
    from biorl.ingester.adapters.ledger import SqliteLedger  # noqa: PLC0415
    from biorl.ingester.adapters.metrics import PrometheusObserver  # noqa: PLC0415
    from biorl.ingester.adapters.objects import FolderObjects  # noqa: PLC0415
    from biorl.ingester.adapters.publisher import BusPublisher, Topics  # noqa: PLC0415
    from biorl.ingester.adapters.retraction_lists import WatchedList  # noqa: PLC0415
    from biorl.ingester.domain.admission import Policy  # noqa: PLC0415
    from biorl.ingester.ports import StoppedError  # noqa: PLC0415
    from biorl.ingester.service import Ingester  # noqa: PLC0415

    topics = Topics(config.documents_topic, config.retractions_topic, config.effects_topic, config.labels_topic)
    watched = WatchedList(config.retraction_list) if config.retraction_list else None
    with ExitStack() as stack:
        bus = stack.enter_context(closing(open_bus(config.bus)))
        bus.ensure_topics(topics.specs())
        ledger = stack.enter_context(closing(SqliteLedger(config.ledger)))
        producer = stack.enter_context(closing(bus.producer()))
        objects = FolderObjects(config.objects)
        ingester = Ingester(
            _reader(config.workers, stack),
            ledger,
            BusPublisher(producer, objects, topics, config.bus.max_message_bytes, life.wait),
            PrometheusObserver(),
            Policy(config.licences),
            is_stopping=lambda: life.stopping,
            batch_size=config.batch_size,
        )
        try:
            while not life.stopping:
                if watched and (listed := watched.changed()):
                    ingester.retire(listed, watched.name)
                if new := ingester.ingest_all(config.sources):
                    logger.info("%d new files or datasets are in", new)
                life.ready()  # everything that was there is in
                if not config.watch or life.wait(config.poll_s):
                    break
        except StoppedError:
            logger.info("stopped in the middle; the next start goes on from here")


def _reader(workers: int, stack: ExitStack) -> "Reader":
    from biorl.chassis.workers import processes  # noqa: PLC0415
    from biorl.ingester.adapters.read_ahead import ReadAhead  # noqa: PLC0415
    from biorl.ingester.adapters.readers import FileReader  # noqa: PLC0415

    if workers == 1:
        return FileReader()
    return ReadAhead(FileReader(), stack.enter_context(processes(workers)), AHEAD * workers)


def main() -> int:
    """The exit status. `--once` is the configuration key `watch: false`."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--once"]
    if len(arguments) < len(sys.argv[1:]):
        os.environ["BIORL_INGESTER__WATCH"] = "false"
    return run("ingester", Config, body, arguments)


if __name__ == "__main__":
    sys.exit(main())
