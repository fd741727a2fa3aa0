"""A Kafka that is not where the configuration says: told early, and in the end. Needs no broker."""

import logging
import socket

import pytest

from biorl.chassis.bus import KafkaBusConfig, open_bus
from biorl.chassis.bus.kafka_bus import client
from biorl.chassis.errors import TryLater


def test_a_wrong_address_is_said_long_before_the_limit(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "SAID_AFTER_S", 0.3)
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{reserved.getsockname()[1]}"
        with caplog.at_level(logging.WARNING, client.__name__), pytest.raises(TryLater, match="no Kafka at"):
            open_bus(KafkaBusConfig(bootstrap_servers=where, bootstrap_timeout_s=2.0))
    (said,) = [record for record in caplog.records if record.name == client.__name__]
    assert f"cannot reach Kafka at {where}" in said.getMessage()
    assert "ECONNREFUSED" in said.getMessage()
    assert "still trying, for 2 s in all" in said.getMessage()
    assert said.created <= min(
        record.created for record in caplog.records if "Unable to bootstrap" in record.getMessage()
    )
