"""The bus: one port (`port`), two adapters (`sqlite_bus`, `kafka_bus`), and the loop that consumes from it (`worker`).

`open_bus` is the only door. kafka-python is imported when a Kafka bus is opened, so that a machine without it can run
on the embedded bus.
"""

from biorl.chassis.bus.config import BusConfig, KafkaBusConfig, SqliteBusConfig
from biorl.chassis.bus.port import (
    Bus,
    Consumer,
    Message,
    Offsets,
    Producer,
    Record,
    TopicPartition,
    TopicSpec,
    Unreadable,
)


def open_bus(config: BusConfig) -> Bus:
    """The bus that `config` names. Raises TryLater when it cannot be reached in its bounded time."""
    if isinstance(config, KafkaBusConfig):
        from biorl.chassis.bus.kafka_bus import KafkaBus  # noqa: PLC0415 - optional dependency

        return KafkaBus(config)
    from biorl.chassis.bus.sqlite_bus import SqliteBus  # noqa: PLC0415 - as the other

    return SqliteBus(config)


__all__ = [
    "Bus",
    "BusConfig",
    "Consumer",
    "KafkaBusConfig",
    "Message",
    "Offsets",
    "Producer",
    "Record",
    "SqliteBusConfig",
    "TopicPartition",
    "TopicSpec",
    "Unreadable",
    "open_bus",
]
