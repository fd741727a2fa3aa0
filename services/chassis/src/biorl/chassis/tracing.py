"""Gives this process trace ids of its own, so that work which no caller traced can still be followed through the logs.

Nothing is exported. W3C `traceparent` carries the ids from caller to callee, over gRPC and over the bus.
"""

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider


def set_up(service: str) -> None:
    """A provider that somebody has set already (an operator's instrumentation) stays."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(TracerProvider(resource=Resource.create({SERVICE_NAME: f"biorl-{service}"})))
