"""Makes kafka-python's clients from configuration, and says what their errors mean.

Raises RuntimeError when `crc32c` is missing: without it a consumer is 17 times slower, and nobody would know why.
"""

import importlib.util
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.net.compat import KafkaNetClient

from biorl.chassis.bus.config import KafkaBusConfig, PlaintextSecurity, SaslSecurity, TlsSecurity
from biorl.chassis.bus.kafka_bus.last_words import hear_last_words
from biorl.chassis.bus.kafka_bus.logs import complaints, muffle
from biorl.chassis.errors import TryLater

logger = logging.getLogger(__name__)

Client = TypeVar("Client")

RECONNECT_BACKOFF_MAX_MS = 1000
"""The default, 30 s, keeps a client away long after the broker is back."""
SAID_AFTER_S = 5.0


def require_crc32c() -> None:
    if importlib.util.find_spec("crc32c") is None:
        raise RuntimeError("kafka-python without crc32c is 5 to 17 times slower: install biorl-chassis[kafka]")


def connection_settings(config: KafkaBusConfig) -> dict[str, Any]:
    """What every kind of client needs to reach the broker and to be let in."""
    return {
        "bootstrap_servers": [server.strip() for server in config.bootstrap_servers.split(",")],
        "client_id": config.client_id,
        "bootstrap_timeout_ms": _ms(config.bootstrap_timeout_s),
        "request_timeout_ms": _ms(config.request_timeout_s),
        "reconnect_backoff_max_ms": RECONNECT_BACKOFF_MAX_MS,
    } | _security_settings(config.security)


def open_client(kind: Callable[..., Client], **settings: Any) -> Client:
    """A client of that kind. Raises TryLater when no broker answers, or lets us in, within the bootstrap time."""
    muffle()
    hear_last_words()
    started: list[KafkaNetClient] = []

    def start(**arguments: Any) -> KafkaNetClient:
        started.append(KafkaNetClient(**arguments))
        return started[-1]

    began_at = time.time()
    try:
        with _said_when_late(settings["bootstrap_servers"], began_at, settings["bootstrap_timeout_ms"] / 1000):
            return kind(kafka_client=start, **settings)
    except KafkaError as error:
        for half_made in started:  # its thread would stay for ever
            half_made.close()
        why = complaints(since=began_at)
        raise TryLater(f"no Kafka at {settings['bootstrap_servers']}: {error} ({why})") from error


@contextmanager
def _said_when_late(servers: Sequence[str], began_at: float, limit_s: float) -> Iterator[None]:
    """Whoever starts a service with a wrong address should not have to wait for the limit to read it."""

    def say() -> None:
        why = complaints(since=began_at) or "no answer"
        logger.warning("cannot reach Kafka at %s: %s; still trying, for %g s in all", ", ".join(servers), why, limit_s)

    late = threading.Timer(SAID_AFTER_S, say)
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()


@contextmanager
def answered(what: str) -> Iterator[None]:
    """Turns time-outs and what Kafka calls retriable into TryLater; the rest is a mistake of ours and stays."""
    try:
        yield
    except KafkaError as error:
        if isinstance(error, KafkaTimeoutError) or error.retriable:
            raise TryLater(f"{what}: Kafka does not answer: {error}") from error
        raise


def _security_settings(security: PlaintextSecurity | TlsSecurity | SaslSecurity) -> dict[str, Any]:
    if isinstance(security, PlaintextSecurity):
        return {"security_protocol": "PLAINTEXT"}
    if isinstance(security, TlsSecurity):
        return {"security_protocol": "SSL"} | _tls_settings(security)
    return {
        "security_protocol": "SASL_PLAINTEXT" if security.tls is None else "SASL_SSL",
        "sasl_mechanism": security.mechanism,
        "sasl_plain_username": security.username,
        "sasl_plain_password": security.password_file.read_text().rstrip("\r\n"),
    } | ({} if security.tls is None else _tls_settings(security.tls))


def _tls_settings(tls: TlsSecurity) -> dict[str, Any]:
    files = {"ssl_cafile": tls.ca_file, "ssl_certfile": tls.cert_file, "ssl_keyfile": tls.key_file}
    return {name: str(path) for name, path in files.items() if path is not None}


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
