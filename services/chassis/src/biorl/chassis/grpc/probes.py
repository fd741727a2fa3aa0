"""Which calls are those of probes: they need no token and are never refused for load."""

HEALTH = "grpc.health.v1.Health"


def is_probe(method: str) -> bool:
    """`method` is the full path, "/grpc.health.v1.Health/Check"."""
    return method.startswith(f"/{HEALTH}/")
