"""Carries the trace context through messages: W3C `traceparent` in the headers, OpenTelemetry in the process."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from biorl.chassis.bus.port import Record

_PROPAGATOR = TraceContextTextMapPropagator()


def trace_headers() -> dict[str, bytes]:
    """Headers for a message that belongs to the current trace; empty outside of one."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return {name: value.encode("ascii") for name, value in carrier.items()}


@contextmanager
def trace_of(records: Sequence[Record]) -> Iterator[None]:
    """Logs and calls inside belong to the trace of the first record that has one."""
    traced = next((record for record in records if "traceparent" in record.headers), None)
    if traced is None:
        yield
        return
    token = context.attach(_PROPAGATOR.extract(_carrier(traced.headers)))
    try:
        yield
    finally:
        context.detach(token)


def _carrier(headers: Mapping[str, bytes]) -> dict[str, str]:
    wanted = ("traceparent", "tracestate")
    return {name: headers[name].decode("latin-1") for name in wanted if name in headers}
