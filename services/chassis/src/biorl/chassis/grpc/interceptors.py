"""What happens around every RPC of a server: identity, metrics, trace, deadline, and errors from one table.

`Around` wraps all four kinds of RPC; a servicer raises errors with names of its domain and never sees a status code.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from opentelemetry import context as otel
from opentelemetry import propagate

from biorl.chassis.errors import TryLater, Unprocessable
from biorl.chassis.grpc import metrics
from biorl.chassis.grpc.deadlines import due_in, remaining_s

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[Any, Any]  # generic in the stubs only

logger = logging.getLogger(__name__)

Statuses = Mapping[type[Exception], grpc.StatusCode]
STATUSES: Statuses = {
    Unprocessable: grpc.StatusCode.INVALID_ARGUMENT,
    TryLater: grpc.StatusCode.UNAVAILABLE,
    TimeoutError: grpc.StatusCode.DEADLINE_EXCEEDED,
}
OPEN_TO_ALL = "/grpc.health.v1.Health/"


class Around(grpc.aio.ServerInterceptor):
    """Metrics, trace, deadline and errors of every RPC."""

    def __init__(self, statuses: Statuses) -> None:
        self._statuses = {**STATUSES, **statuses}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        carrier = {
            key: value for key, value in handler_call_details.invocation_metadata or () if isinstance(value, str)
        }
        return self._wrapped(handler, handler_call_details.method, carrier)

    def _wrapped(self, handler: Any, method: str, carrier: dict[str, str]) -> Any:
        _, service, name = method.split("/")
        streams_in, streams_out = handler.request_streaming, handler.response_streaming
        kind = {
            (False, False): "unary",
            (True, False): "client_stream",
            (False, True): "server_stream",
            (True, True): "bidi_stream",
        }[streams_in, streams_out]
        labels = (kind, service, name)
        make = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }[streams_in, streams_out]
        inner = getattr(handler, f"{'stream' if streams_in else 'unary'}_{'stream' if streams_out else 'unary'}")
        behaviour = self._streaming(inner, labels, carrier) if streams_out else self._unary(inner, labels, carrier)
        return make(behaviour, handler.request_deserializer, handler.response_serializer)

    def _unary(self, inner: Any, labels: tuple[str, str, str], carrier: dict[str, str]) -> Any:
        async def behaviour(request: Any, context: Context) -> Any:
            async with _Call(self._statuses, labels, carrier, context):
                with due_in(context.time_remaining()):
                    async with asyncio.timeout(remaining_s()):
                        return await inner(request, context)

        return behaviour

    def _streaming(self, inner: Any, labels: tuple[str, str, str], carrier: dict[str, str]) -> Any:
        async def behaviour(request: Any, context: Context) -> AsyncIterator[Any]:
            async with _Call(self._statuses, labels, carrier, context):
                with due_in(context.time_remaining()):
                    async for response in inner(request, context):
                        yield response

        return behaviour


class _Call:
    """One RPC: counts it, puts it into its trace, and turns what it raises into a status."""

    def __init__(
        self, statuses: Statuses, labels: tuple[str, str, str], carrier: dict[str, str], context: Context
    ) -> None:
        self._statuses = statuses
        self._labels = labels
        self._carrier = carrier
        self._context = context

    async def __aenter__(self) -> None:
        self._began = time.perf_counter()
        self._token = otel.attach(propagate.extract(self._carrier))
        metrics.STARTED.labels(*self._labels).inc()
        metrics.IN_FLIGHT.labels(*self._labels).inc()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        code = self._code_of(error)
        metrics.HANDLED.labels(*self._labels, code.name).inc()
        metrics.SECONDS.labels(*self._labels).observe(time.perf_counter() - self._began)
        metrics.IN_FLIGHT.labels(*self._labels).dec()
        otel.detach(self._token)
        if isinstance(error, Exception) and not isinstance(error, grpc.aio.AbortError):
            await self._context.abort(code, str(error) if code is not grpc.StatusCode.INTERNAL else "internal error")

    def _code_of(self, error: BaseException | None) -> grpc.StatusCode:
        if error is None:
            code = self._context.code()
            return code if isinstance(code, grpc.StatusCode) else grpc.StatusCode.OK
        if isinstance(error, grpc.aio.AbortError):
            code = self._context.code()
            return code if isinstance(code, grpc.StatusCode) else grpc.StatusCode.UNKNOWN
        if isinstance(error, asyncio.CancelledError):
            return grpc.StatusCode.CANCELLED
        for kind, code in self._statuses.items():
            if isinstance(error, kind):
                return code
        logger.error("a bug in %s/%s", self._labels[1], self._labels[2], exc_info=error)
        return grpc.StatusCode.INTERNAL


class BearerToken(grpc.aio.ServerInterceptor):
    """Refuses callers without the token; probes need none. The file is read anew when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at = -1
        self._token = b""
        self._expected()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        if handler_call_details.method.startswith(OPEN_TO_ALL) or self._matches(handler_call_details):
            return await continuation(handler_call_details)
        return grpc.unary_unary_rpc_method_handler(_refuse)

    def _matches(self, details: grpc.HandlerCallDetails) -> bool:
        given = dict(details.invocation_metadata or ()).get("authorization", "")
        text = given if isinstance(given, str) else given.decode("latin-1")
        return hmac.compare_digest(text.encode(), b"Bearer " + self._expected())

    def _expected(self) -> bytes:
        changed = self._path.stat().st_mtime_ns
        if changed != self._read_at:
            self._token, self._read_at = self._path.read_bytes().strip(), changed
        if not self._token:
            raise ValueError(f"{self._path} is empty: a token is needed")
        return self._token


async def _refuse(_request: Any, context: Context) -> None:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "a valid bearer token is needed")
