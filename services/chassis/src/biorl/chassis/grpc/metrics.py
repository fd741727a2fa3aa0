"""Metrics of gRPC servers, under the names and label values that public dashboards expect (go-grpc-prometheus).

The end of the certificate has no such name. Only `biorl.chassis.grpc` touches these; `/metrics` shows them.
"""

from typing import Final

import grpc
from prometheus_client import Counter, Gauge, Histogram

LABELS: Final = ("grpc_type", "grpc_service", "grpc_method")

# Calls that came in, refused ones too.
STARTED: Final = Counter("grpc_server_started", "RPCs started on the server.", LABELS)
# Calls that have ended; `grpc_code` is spelt as Go does ("OK", "DeadlineExceeded").
HANDLED: Final = Counter("grpc_server_handled", "RPCs completed on the server, by status.", (*LABELS, "grpc_code"))
# For streams, the time until the stream ends.
SECONDS: Final = Histogram(
    "grpc_server_handling_seconds",
    "Seconds from the start of an RPC to its end.",
    LABELS,
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
# Calls of this moment; compare with `max_concurrent_rpcs`.
IN_FLIGHT: Final = Gauge("grpc_server_in_flight", "RPCs being handled.", LABELS)

# No sample without TLS; NaN while the file cannot be read. What the next handshake will use.
CERTIFICATE_EXPIRY: Final = Gauge(
    "biorl_grpc_certificate_expiry_timestamp_seconds", "When the server's own certificate ends.", ["file"]
)

_SPELT_OTHERWISE = {grpc.StatusCode.OK: "OK", grpc.StatusCode.CANCELLED: "Canceled"}


def code_label(code: grpc.StatusCode) -> str:
    """INVALID_ARGUMENT is "InvalidArgument" on the dashboards of the world."""
    return _SPELT_OTHERWISE.get(code) or code.name.title().replace("_", "")
