"""Channels to biorl's services: round robin over a headless name, retries where they are safe, deadlines passed on.

All RPCs of biorl are idempotent. Tried again is what never reached the work: UNAVAILABLE (nobody there) and
RESOURCE_EXHAUSTED (the server was full), with back-off and within a budget for the whole channel; nothing else is. A
server that says NOT_SERVING gets no calls from a channel with several addresses.
"""

import json
from collections.abc import Callable
from typing import Any

import grpc
from opentelemetry import propagate, trace

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.chassis.grpc.deadlines import timeout_s
from biorl.chassis.grpc.tls import client_credentials
from biorl.chassis.grpc.tokens import TokenFile

TRACER = trace.get_tracer("biorl.chassis.grpc")


def open_channel(config: GrpcClientConfig) -> grpc.aio.Channel:
    """A channel that connects at its first call. Belongs to the event loop that it is opened in.

    Raises OSError or ValueError for a token or certificate that cannot be read.
    """
    interceptors: list[grpc.aio.ClientInterceptor] = [_Outgoing(config)]
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
        return grpc.aio.secure_channel(
            config.target, client_credentials(config.tls), options, interceptors=interceptors
        )
    return grpc.aio.insecure_channel(config.target, options, interceptors=interceptors)


def _service_config(max_attempts: int) -> dict[str, Any]:
    retry = {
        "maxAttempts": max_attempts,
        "initialBackoff": "0.1s",
        "maxBackoff": "2s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
    }
    method: dict[str, Any] = {"name": [{}]} | ({"retryPolicy": retry} if max_attempts > 1 else {})
    return {
        "loadBalancingConfig": [{"round_robin": {}}],
        "healthCheckConfig": {"serviceName": ""},
        "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.2},
        "methodConfig": [method],
    }


class _Outgoing(grpc.aio.UnaryUnaryClientInterceptor):
    """Adds what every call carries: a deadline, the trace, the token."""

    def __init__(self, config: GrpcClientConfig) -> None:
        self._default_s = config.timeout_s
        self._token = TokenFile(config.token_file) if config.token_file else None

    async def intercept_unary_unary(
        self, continuation: Callable[[Any, Any], Any], client_call_details: Any, request: Any
    ) -> Any:
        method = client_call_details.method
        name = (method.decode() if isinstance(method, bytes) else method).removeprefix("/")
        asked_s = client_call_details.timeout
        with TRACER.start_as_current_span(name, kind=trace.SpanKind.CLIENT):
            details = client_call_details._replace(
                metadata=grpc.aio.Metadata(*(client_call_details.metadata or ()), *self._carried().items()),
                timeout=timeout_s(self._default_s if asked_s is None else asked_s),
            )
            return await continuation(details, request)

    def _carried(self) -> dict[str, str]:
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        if self._token:
            carrier["authorization"] = f"Bearer {self._token.read().decode()}"
        return carrier
