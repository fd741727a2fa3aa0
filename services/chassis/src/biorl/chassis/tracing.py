"""Gives this process trace ids of its own, so that work which nobody traced can still be followed through the logs.

Nothing is exported; W3C `traceparent` carries the ids from caller to callee, over gRPC and over the bus.
"""

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider


def configure_tracing(service: str) -> None:
    """Once a process; a provider that is set already (an operator's instrumentation) stays."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(TracerProvider(resource=Resource.create({"service.name": f"biorl-{service}"})))
