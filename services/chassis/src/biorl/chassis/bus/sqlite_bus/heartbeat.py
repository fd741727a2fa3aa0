"""Keeps a consumer of the embedded bus alive in its group while its thread is busy with a batch."""

import logging
import threading
import time

from biorl.chassis.bus.config import SqliteBusConfig
from biorl.chassis.bus.sqlite_bus import groups
from biorl.chassis.bus.sqlite_bus.store import connect, writing
from biorl.chassis.errors import TryLater

logger = logging.getLogger(__name__)


class Heartbeat:
    """A daemon thread that beats three times a session. It dies with its process: that is the point."""

    def __init__(self, config: SqliteBusConfig, group: str, member: str) -> None:
        self._config = config
        self._group = group
        self._member = member
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat-{group}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        connection = connect(self._config, durable=False)
        try:
            while not self._stopped.wait(self._config.session_timeout_s / 3):
                try:
                    with writing(connection):
                        alive = groups.heartbeat(
                            connection, self._group, self._member, time.time(), self._config.session_timeout_s
                        )
                except TryLater as error:  # a missed beat is what the session time-out is for
                    logger.warning("heartbeat of group %s missed: %s", self._group, error.reason)
                    continue
                if not alive:  # the consumer joins again at its next poll, under a new id
                    return
        finally:
            connection.close()
