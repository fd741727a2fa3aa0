"""Channels to biorl's services: round robin over a headless name, retries where they are safe, deadlines passed on.

All RPCs of biorl are idempotent, so UNAVAILABLE is tried again; nothing else is. A full server (RESOURCE_EXHAUSTED) is
the caller's to wait for, with its own back-off.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from opentelemetry import propagate

from biorl.chassis.grpc.config import ClientTls, GrpcClientConfig
from biorl.chassis.grpc.deadlines import timeout_s


def open_channel(config: GrpcClientConfig) -> grpc.aio.Channel:
    """A channel that connects at its first call. Belongs to the event loop that it is opened in."""
    interceptors: list[grpc.aio.ClientInterceptor] = [_Outgoing(config.timeout_s, config.token_file)]
    options = [
        ("grpc.service_config", json.dumps(_service_config(config.max_attempts))),
        ("grpc.max_receive_message_length", config.max_message_bytes),
        ("grpc.max_send_message_length", config.max_message_bytes),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        *([("grpc.ssl_target_name_override", config.tls.server_name)] if config.tls and config.tls.server_name else []),
    ]
    if config.tls:
        return grpc.aio.secure_channel(config.target, _credentials(config.tls), options, interceptors=interceptors)
    return grpc.aio.insecure_channel(config.target, options, interceptors=interceptors)


def _service_config(max_attempts: int) -> dict[str, Any]:
    retry = {
        "maxAttempts": max_attempts,
        "initialBackoff": "0.1s",
        "maxBackoff": "2s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    method: dict[str, Any] = {"name": [{}]} | ({"retryPolicy": retry} if max_attempts > 1 else {})
    return {"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [method]}


def _credentials(tls: ClientTls) -> grpc.ChannelCredentials:
    def read(path: Path | None) -> bytes | None:
        return path.read_bytes() if path else None

    return grpc.ssl_channel_credentials(read(tls.ca_file), read(tls.key_file), read(tls.cert_file))


class _Outgoing(grpc.aio.UnaryUnaryClientInterceptor):
    """Adds what every call carries: a deadline, the trace, the token."""

    def __init__(self, default_s: float, token_file: Path | None) -> None:
        self._default_s = default_s
        self._token_file = token_file

    async def intercept_unary_unary(
        self, continuation: Callable[[Any, Any], Any], client_call_details: Any, request: Any
    ) -> Any:
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        if self._token_file:
            carrier["authorization"] = f"Bearer {self._token_file.read_text().strip()}"
        metadata = grpc.aio.Metadata(*(client_call_details.metadata or ()), *carrier.items())
        asked = client_call_details.timeout
        details = client_call_details._replace(
            metadata=metadata, timeout=timeout_s(self._default_s if asked is None else asked)
        )
        return await continuation(details, request)
