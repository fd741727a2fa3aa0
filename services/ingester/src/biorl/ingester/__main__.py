"""Wiring of the ingester: sources from disk, a ledger, the bus. `--once` reads what is there and ends."""

import logging
import os
import sys

from biorl.chassis.life import Life
from biorl.chassis.process import run
from biorl.ingester.config import Config

logger = logging.getLogger(__name__)


def body(config: Config, life: Life) -> None:
    from biorl.chassis.bus import open_bus  # noqa: PLC0415 - configuration first, weight after
    from biorl.ingester.adapters.ledger import SqliteLedger  # noqa: PLC0415
    from biorl.ingester.adapters.metrics import PrometheusObserver  # noqa: PLC0415
    from biorl.ingester.adapters.objects import FolderObjects  # noqa: PLC0415
    from biorl.ingester.adapters.publisher import BusPublisher, Topics  # noqa: PLC0415
    from biorl.ingester.adapters.readers import FileReader  # noqa: PLC0415
    from biorl.ingester.adapters.retraction_lists import WatchedList  # noqa: PLC0415
    from biorl.ingester.domain.admission import Policy  # noqa: PLC0415
    from biorl.ingester.ports import StoppedError  # noqa: PLC0415
    from biorl.ingester.service import Ingester  # noqa: PLC0415

    bus = open_bus(config.bus)
    topics = Topics(config.documents_topic, config.retractions_topic, config.effects_topic, config.labels_topic)
    bus.ensure_topics(topics.specs())
    ledger, producer = SqliteLedger(config.ledger), bus.producer()
    publisher = BusPublisher(producer, FolderObjects(config.objects), topics, config.bus.max_message_bytes, life.wait)
    ingester = Ingester(
        FileReader(),
        ledger,
        publisher,
        PrometheusObserver(),
        Policy(config.licences),
        is_stopping=lambda: life.stopping,
        batch_size=config.batch_size,
    )
    watched = WatchedList(config.retraction_list) if config.retraction_list else None
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
    finally:
        producer.close()
        ledger.close()
        bus.close()


def main() -> int:
    """The exit status. `--once` is the configuration key `watch: false`."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--once"]
    if len(arguments) < len(sys.argv[1:]):
        os.environ["BIORL_INGESTER__WATCH"] = "false"
    return run("ingester", Config, body, arguments)


if __name__ == "__main__":
    sys.exit(main())
