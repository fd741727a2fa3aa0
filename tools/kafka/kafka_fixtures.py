"""For pytest: a broker, or the reason why there is none.

A conftest puts this folder on `sys.path` and calls `require_jars` or `shared_broker` inside its fixtures. Without Java
or Maven the tests are skipped with the reason.
"""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

import pytest
from kafka_broker import Broker
from kafka_jars import NoKafka, jars


def require_jars() -> Path:
    """Skips the test that asks where there are none."""
    try:
        return _jars()
    except NoKafka as reason:
        pytest.skip(f"no Kafka here: {reason}")


def shared_broker() -> Broker:
    """One broker for the whole run, started by the first who asks. Leave it alive, and use topics of your own."""
    return _started(require_jars())


@functools.cache
def _jars() -> Path:
    return jars()


@functools.cache
def _started(fetched: Path) -> Broker:
    folder = Path(tempfile.mkdtemp(prefix="biorl-kafka-"))
    broker = Broker(fetched, folder).start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(broker.stop)
    return broker
