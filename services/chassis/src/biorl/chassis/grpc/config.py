"""How a gRPC server listens and how a client calls, as configuration. Secrets are files; configuration holds paths."""

import re
from pathlib import Path

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from biorl.chassis.config import Frozen

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""A batch of 512 long completions fits; gRPC's own default of 4 MiB does not hold it."""

LOCAL = re.compile(r"unix:|(dns:/{0,3}|ipv4:|ipv6:)?(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$")
"""Targets that never leave this machine."""


class ServerTls(Frozen):
    """Encrypted; with a `client_ca_file`, callers must show a certificate too (mutual TLS)."""

    cert_file: Path
    key_file: Path
    client_ca_file: Path | None = None


class ClientTls(Frozen):
    """Encrypted; with `cert_file` and `key_file` the client shows who it is."""

    ca_file: Path | None = None
    """PEM of the authority that signed the server's certificate; None trusts the system's."""
    cert_file: Path | None = None
    key_file: Path | None = None
    server_name: str = ""
    """Expected in the server's certificate, when it differs from the target's name."""

    @model_validator(mode="after")
    def _certificate_and_key_come_together(self) -> "ClientTls":
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file are needed together")
        return self


class GrpcServerConfig(Frozen):
    host: str = "127.0.0.1"
    port: NonNegativeInt = Field(default=0, le=65535)
    """0 takes any free port."""
    health_port: NonNegativeInt | None = Field(default=None, le=65535)
    """A plaintext port with nothing but grpc.health.v1: kubelet's probes cannot speak TLS. None: only the main port."""
    tls: ServerTls | None = None
    token_file: Path | None = None
    """Callers must send `authorization: Bearer <content of this file>`; read anew when the file changes."""
    reflection: bool = True
    max_message_bytes: PositiveInt = MAX_MESSAGE_BYTES
    max_concurrent_rpcs: PositiveInt = 256
    """More are refused with RESOURCE_EXHAUSTED and a time to wait; probes do not count."""
    max_connection_age_s: PositiveFloat = 300.0
    """Clients reconnect so often, so that new replicas get their share."""
    drain_s: PositiveFloat = 20.0
    """How long running calls may go on after SIGTERM; less than the pod's termination grace period."""
    linger_s: float = Field(default=0.0, ge=0.0)
    """How long to serve on after SIGTERM with health NOT_SERVING, until callers have noticed. 5 on a cluster."""


class GrpcClientConfig(Frozen):
    target: str
    """`dns:///name:port` for a headless service (round robin), or `host:port`."""
    tls: ClientTls | None = None
    token_file: Path | None = None
    """Sent as a bearer token with every call; needs `tls` unless the target is on this machine."""
    timeout_s: PositiveFloat = 30.0
    """Deadline of a call that brings none of its own."""
    max_message_bytes: PositiveInt = MAX_MESSAGE_BYTES
    max_attempts: int = Field(default=3, ge=1, le=5)
    """For UNAVAILABLE and RESOURCE_EXHAUSTED only. All calls of biorl are idempotent, so a retry is safe."""

    @model_validator(mode="after")
    def _token_is_not_sent_in_clear(self) -> "GrpcClientConfig":
        if self.token_file and not self.tls and not LOCAL.match(self.target):
            raise ValueError("token_file needs tls: a token must not cross a network in clear text")
        return self
