"""Which bus a service speaks to, as configuration: a SQLite file, or Apache Kafka.

A service puts `bus: BusConfig` into its own settings; `biorl.chassis.bus.open_bus` turns the value into a `Bus`.
Secrets never appear here: they are files (a mounted Kubernetes secret), and only their paths are configuration.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt

MAX_MESSAGE_BYTES = 1_000_000
"""Fits a topic with Kafka's default `max.message.bytes` (1,048,588), its record overhead included."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class SqliteBusConfig(_Frozen):
    """A durable log in one SQLite file on a local disk (never a network file system), for many processes."""

    type: Literal["sqlite"] = "sqlite"
    path: Path
    """The file; its folder is made when it is missing."""
    max_message_bytes: PositiveInt = MAX_MESSAGE_BYTES
    """Key, value and headers together; a larger message is Unprocessable, as it would be on Kafka."""
    max_log_bytes: PositiveInt = 8 * 1024**3
    """A publish that finds the file this full raises TryLater, until retention or compaction has made room."""
    session_timeout_s: PositiveFloat = 6.0
    """A consumer that has not been heard of for so long is dead, and its partitions go to the others."""
    busy_timeout_s: PositiveFloat = 15.0
    """How long to wait for another process's write before TryLater."""
    tombstone_retention_s: PositiveFloat = 24 * 3600.0
    """How long a compacted topic still shows that a key was removed."""
    housekeeping_s: PositiveFloat = 60.0
    """Retention and compaction run at most so often, in a process that publishes."""


class PlaintextSecurity(_Frozen):
    """No encryption, no identity: for a broker on the same machine or inside a trusted mesh."""

    type: Literal["plaintext"] = "plaintext"


class TlsSecurity(_Frozen):
    """Encrypted; with `cert_file` and `key_file` the client shows who it is (mutual TLS)."""

    type: Literal["tls"] = "tls"
    ca_file: Path | None = None
    """PEM of the authority that signed the broker's certificate; None trusts the system's."""
    cert_file: Path | None = None
    key_file: Path | None = None


class SaslSecurity(_Frozen):
    """User and password, over TLS unless said otherwise."""

    type: Literal["sasl"] = "sasl"
    mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    username: str
    password_file: Path
    """A file that holds the password; a trailing newline is not part of it."""
    tls: TlsSecurity | None = TlsSecurity()
    """None sends the password over an unencrypted connection."""


KafkaSecurity = Annotated[PlaintextSecurity | TlsSecurity | SaslSecurity, Field(discriminator="type")]


class KafkaBusConfig(_Frozen):
    """Apache Kafka through kafka-python."""

    type: Literal["kafka"] = "kafka"
    bootstrap_servers: str
    """host:port, or several with commas."""
    security: KafkaSecurity = PlaintextSecurity()
    client_id: str = "biorl"
    bootstrap_timeout_s: PositiveFloat = 30.0
    """A broker that is absent at start for so long is TryLater. A wrong password looks the same; the log says which."""
    request_timeout_s: PositiveFloat = 10.0
    publish_timeout_s: PositiveFloat = 30.0
    """A publish not acknowledged by then has an unknown outcome: TryLater, and a new producer."""
    max_message_bytes: PositiveInt = MAX_MESSAGE_BYTES
    """Key, value and headers together. Must be at least 100 bytes below the topics' `max.message.bytes`: one message
    that the broker refuses for its size kills the client's producer."""
    max_in_flight_bytes: PositiveInt = 32 * 1024**2
    """The client's own buffer has no bound; a publish waits for acknowledgements when so much is under way."""
    linger_ms: NonNegativeInt = 5
    batch_bytes: PositiveInt = 256 * 1024
    compression: Literal["none", "gzip", "lz4", "zstd"] = "lz4"
    session_timeout_s: PositiveFloat = 10.0
    """A consumer that has not been heard of for so long is dead, and its partitions go to the others."""
    max_poll_interval_s: PositiveFloat = 600.0
    """The longest that the handling of one batch may take before the group gives its partitions to others. A group that
    shares out anew waits for whoever is in the middle of a batch, so batches should take seconds, not minutes."""
    stall_timeout_s: PositiveFloat = 10.0
    """Polls that stay empty for so long are checked against the broker: it may be gone, which the client never says."""
    replication_factor: int = -1
    """Of topics that `ensure_topics` creates; -1 is the broker's default."""


BusConfig = Annotated[SqliteBusConfig | KafkaBusConfig, Field(discriminator="type")]
"""What a service's settings hold; `type` says which."""
