"""A gRPC server with what every server needs: health, reflection, limits, deadlines, drain, TLS, tokens, metrics.

A service gives its servicers and its table of errors. On SIGTERM health turns NOT_SERVING, the server lingers until
callers have noticed, running calls get their time, and `serve` returns.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from biorl.chassis.config import cannot_listen
from biorl.chassis.grpc.config import GrpcServerConfig
from biorl.chassis.grpc.interceptors import Around
from biorl.chassis.grpc.statuses import Statuses
from biorl.chassis.grpc.tls import server_credentials
from biorl.chassis.grpc.tokens import BearerToken
from biorl.chassis.life import Life

logger = logging.getLogger(__name__)

SERVING = health_pb2.HealthCheckResponse.SERVING


@dataclass(frozen=True, slots=True)
class GrpcService:
    """One service of a server."""

    name: str
    """Full name ("biorl.verifier.v1.VerifierService"), as health and reflection tell it."""
    add: Callable[[Any, grpc.aio.Server], None]
    """The generated `add_<name>Servicer_to_server`."""
    servicer: Any


async def serve(
    config: GrpcServerConfig,
    services: Sequence[GrpcService],
    life: Life,
    statuses: Statuses | None = None,
    on_port: Callable[[int], None] | None = None,
) -> None:
    """Serves until the process stops, then drains. `on_port` is told the port once calls are taken.

    Raises ConfigError when a port is taken.
    """
    checks = health.aio.HealthServicer()
    main = _server(config, statuses or {})
    for service in services:
        service.add(service.servicer, main)
    health_pb2_grpc.add_HealthServicer_to_server(checks, main)
    if config.reflection:
        names = [service.name for service in services]
        reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], main)
    credentials = server_credentials(config.tls) if config.tls else None
    port = _listen(main, "grpc.port", f"{config.host}:{config.port}", credentials)
    # Before the start: whoever watches from the first moment must not wait for a change that has been.
    for name in ["", *(service.name for service in services)]:
        await checks.set(name, SERVING)
    probes = await _serve_probes(config, checks)
    await main.start()
    logger.info("serving %s on %s:%d", ", ".join(service.name for service in services), config.host, port)
    life.ready()
    if on_port:
        on_port(port)
    await life.until_stopping()
    await _drain(config, checks, main, probes)


async def _drain(
    config: GrpcServerConfig, checks: health.aio.HealthServicer, main: grpc.aio.Server, probes: grpc.aio.Server | None
) -> None:
    logger.info("draining for at most %.0f s", config.drain_s)
    await checks.enter_graceful_shutdown()
    await asyncio.sleep(config.linger_s)
    await main.stop(config.drain_s)
    if probes:
        await probes.stop(0)


def _server(config: GrpcServerConfig, statuses: Statuses) -> grpc.aio.Server:
    interceptors: list[grpc.aio.ServerInterceptor] = [Around(statuses, config.max_concurrent_rpcs)]
    if config.token_file:
        interceptors.append(BearerToken(config.token_file))
    age_ms = int(config.max_connection_age_s * 1000)
    return grpc.aio.server(
        interceptors=interceptors,
        options=[
            ("grpc.max_receive_message_length", config.max_message_bytes),
            ("grpc.max_send_message_length", config.max_message_bytes),
            ("grpc.max_connection_age_ms", age_ms),
            ("grpc.max_connection_age_grace_ms", int(config.drain_s * 1000)),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
            ("grpc.so_reuseport", 0),
        ],
    )


def _listen(server: grpc.aio.Server, key: str, address: str, credentials: grpc.ServerCredentials | None = None) -> int:
    """The port. Raises ConfigError that names `key`."""
    try:
        return server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    except RuntimeError as error:  # it does not say why; gRPC's own log does
        raise cannot_listen(key, address, "it is taken, or not this machine's") from error


async def _serve_probes(config: GrpcServerConfig, checks: health.aio.HealthServicer) -> grpc.aio.Server | None:
    if config.health_port is None:
        return None
    probes = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(checks, probes)
    _listen(probes, "grpc.health_port", f"{config.host}:{config.health_port}")
    await probes.start()
    return probes
