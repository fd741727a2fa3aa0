"""Metrics of gRPC servers, under the names that public dashboards expect (go-grpc-prometheus)."""

from prometheus_client import Counter, Gauge, Histogram

LABELS = ("grpc_type", "grpc_service", "grpc_method")

STARTED = Counter("grpc_server_started", "RPCs started on the server.", LABELS)
HANDLED = Counter("grpc_server_handled", "RPCs completed on the server, by status.", (*LABELS, "grpc_code"))
SECONDS = Histogram(
    "grpc_server_handling_seconds",
    "Seconds from the start of an RPC to its end.",
    LABELS,
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge("grpc_server_in_flight", "RPCs being handled.", LABELS)
