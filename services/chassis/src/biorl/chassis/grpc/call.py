"""One RPC on a server, from its start to its end: counted, in its trace, within the limit, its error a status."""

import asyncio
import logging
import time
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple

import grpc
from opentelemetry import propagate, trace

from biorl.chassis.errors import TryLater
from biorl.chassis.grpc import metrics
from biorl.chassis.grpc.statuses import OverloadedError, Statuses, details_of, status_of

logger = logging.getLogger(__name__)

TRACER = trace.get_tracer("biorl.chassis.grpc")
PUSHBACK = "grpc-retry-pushback-ms"
"""Trailing metadata that gRPC clients obey: how long to wait before the next attempt."""
OVERLOAD_AFTER_S = 0.2
KINDS = {
    (False, False): "unary",
    (True, False): "client_stream",
    (False, True): "server_stream",
    (True, True): "bidi_stream",
}


class Method(NamedTuple):
    """As the labels of the metrics are ordered."""

    kind: str
    service: str
    name: str

    @classmethod
    def of(cls, path: str, streams_in: bool, streams_out: bool) -> "Method":
        service, _, name = path.removeprefix("/").rpartition("/")
        return cls(KINDS[streams_in, streams_out], service, name)


@dataclass(slots=True)
class Load:
    """How much is in hand."""

    limit: int | None
    """None is no limit."""
    in_flight: int = 0

    def take(self) -> None:
        """Raises OverloadedError beyond the limit."""
        if self.limit is not None and self.in_flight >= self.limit:
            raise OverloadedError(f"{self.limit} calls are in hand already", OVERLOAD_AFTER_S)
        self.in_flight += 1

    def give_back(self) -> None:
        self.in_flight -= 1


class Call(AbstractAsyncContextManager[None]):
    """Around the handling of one RPC."""

    def __init__(self, method: Method, carrier: dict[str, str], context: Any, statuses: Statuses, load: Load) -> None:
        self._method = method
        self._carrier = carrier
        self._context = context
        self._statuses = statuses
        self._load = load
        self._inside = ExitStack()

    async def __aenter__(self) -> None:
        self._began = time.perf_counter()
        metrics.STARTED.labels(*self._method).inc()
        try:
            self._load.take()
        except OverloadedError as error:
            await self._end(error)
            raise
        self._inside.callback(self._load.give_back)
        self._inside.enter_context(metrics.IN_FLIGHT.labels(*self._method).track_inprogress())
        self._inside.enter_context(self._span())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._inside:
            await self._end(error)

    def _span(self) -> Any:
        """The caller's trace, else a new one, for the logs and calls inside."""
        name = f"{self._method.service}/{self._method.name}"
        parent = propagate.extract(self._carrier)
        return TRACER.start_as_current_span(name, context=parent, kind=trace.SpanKind.SERVER)

    async def _end(self, error: BaseException | None) -> None:
        code = self._code_of(error)
        metrics.HANDLED.labels(*self._method, metrics.code_label(code)).inc()
        metrics.SECONDS.labels(*self._method).observe(time.perf_counter() - self._began)
        if code is grpc.StatusCode.INTERNAL and not isinstance(error, grpc.aio.AbortError):
            logger.error("a bug in %s/%s", self._method.service, self._method.name, exc_info=error)
        if isinstance(error, TryLater):
            self._context.set_trailing_metadata([(PUSHBACK, str(int(error.after_s * 1000)))])
        if isinstance(error, Exception) and not isinstance(error, grpc.aio.AbortError):
            await self._context.abort(code, details_of(error, code))

    def _code_of(self, error: BaseException | None) -> grpc.StatusCode:
        if error is None or isinstance(error, grpc.aio.AbortError):
            return _chosen(self._context.code(), grpc.StatusCode.OK if error is None else grpc.StatusCode.UNKNOWN)
        if isinstance(error, asyncio.CancelledError):
            left = self._context.time_remaining()
            is_late = left is not None and left <= 0
            return grpc.StatusCode.DEADLINE_EXCEEDED if is_late else grpc.StatusCode.CANCELLED
        return status_of(error, self._statuses) if isinstance(error, Exception) else grpc.StatusCode.UNKNOWN


def _chosen(code: Any, otherwise: grpc.StatusCode) -> grpc.StatusCode:
    """What a servicer set itself. Before it sets any, gRPC says 0 or None, depending on the version."""
    return code if isinstance(code, grpc.StatusCode) else otherwise
