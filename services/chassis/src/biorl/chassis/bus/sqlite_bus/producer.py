"""The producer of the embedded bus: one publish, one durable transaction. Threads may share it."""

import threading
import time
from collections.abc import Sequence

from biorl.chassis.bus.config import SqliteBusConfig
from biorl.chassis.bus.metrics import counting_publish_failures
from biorl.chassis.bus.port import Message
from biorl.chassis.bus.sizes import check_size
from biorl.chassis.bus.sqlite_bus import log
from biorl.chassis.bus.sqlite_bus.store import connect, writing
from biorl.chassis.errors import TryLater


class SqliteProducer:
    """Publishes all messages or none; keeps house now and then."""

    def __init__(self, config: SqliteBusConfig) -> None:
        self._config = config
        self._connection = connect(config)
        self._lock = threading.Lock()
        self._house_kept_at = time.monotonic()

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        for message in messages:
            check_size(topic, message, self._config.max_message_bytes)
        with self._lock, counting_publish_failures(topic):
            self._keep_house_if_due()
            self._check_room()
            with writing(self._connection):
                log.append(self._connection, topic, messages, time.time())

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _check_room(self) -> None:
        used = log.used_bytes(self._connection)
        if used > self._config.max_log_bytes:
            raise TryLater(f"the bus file holds {used} bytes of at most {self._config.max_log_bytes}", after_s=5.0)

    def _keep_house_if_due(self) -> None:
        if time.monotonic() - self._house_kept_at < self._config.housekeeping_s:
            return
        self._house_kept_at = time.monotonic()
        with writing(self._connection):
            if self._claim_housekeeping(time.time()):
                log.keep_house(self._connection, time.time(), self._config.tombstone_retention_s)

    def _claim_housekeeping(self, now: float) -> bool:
        """One of the processes is enough."""
        claimed = self._connection.execute(
            "UPDATE housekeeping SET done_at = ? WHERE done_at < ?", (now, now - self._config.housekeeping_s)
        )
        return claimed.rowcount == 1
