"""World models behind gRPC that judge answers."""
