"""Wiring of the ingester."""

import logging
import sys

from biorl.chassis.life import Life
from biorl.chassis.process import run
from biorl.ingester.config import AnySource, Config, H5adSource, JatsSource
from biorl.ingester.ports import Source

logger = logging.getLogger(__name__)


def ingest(config: Config, life: Life) -> None:
    from biorl.chassis.bus import open_bus  # noqa: PLC0415 - heavy imports after the configuration
    from biorl.chassis.bus.port import TopicSpec  # noqa: PLC0415
    from biorl.chassis.errors import TryLater  # noqa: PLC0415
    from biorl.ingester.adapters.ledger import SqliteLedger  # noqa: PLC0415
    from biorl.ingester.adapters.metrics import PrometheusObserver  # noqa: PLC0415
    from biorl.ingester.adapters.publisher import BusPublisher  # noqa: PLC0415
    from biorl.ingester.adapters.retractions import retracted_names  # noqa: PLC0415
    from biorl.ingester.service import Ingester  # noqa: PLC0415

    bus = open_bus(config.bus)
    topics = (config.documents_topic, config.retractions_topic, config.effects_topic)
    bus.ensure_topics([TopicSpec(topic, compacted=topic == config.retractions_topic) for topic in topics])
    ingester = Ingester(
        [_source(item) for item in config.sources],
        BusPublisher(bus.producer(), *topics, config.objects),
        SqliteLedger(config.ledger),
        PrometheusObserver(),
        config.licences,
        retracted_names(config.retraction_list),
    )
    while not life.stopping:
        try:
            for _ in ingester.run_once():
                if life.stopping:
                    return
        except TryLater as later:
            logger.warning("waiting: %s", later.reason)
            life.wait(later.after_s)
            continue
        life.ready()  # everything that was there is in
        if not config.watch:
            return
        life.wait(config.poll_s)


def _source(config: AnySource) -> Source:
    from biorl.ingester.adapters.h5ad import H5ad  # noqa: PLC0415
    from biorl.ingester.adapters.jats import Jats  # noqa: PLC0415
    from biorl.ingester.adapters.perturbqa import PerturbQa  # noqa: PLC0415

    settings = config.model_dump(exclude={"type"})
    if isinstance(config, JatsSource):
        return Jats(config.path)
    if isinstance(config, H5adSource):
        return H5ad(**settings)
    return PerturbQa(config.path, config.cell_lines)


def main() -> int:
    return run("ingester", Config, ingest)


if __name__ == "__main__":
    sys.exit(main())
