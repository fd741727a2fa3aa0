"""What carries a biorl service: bus, gRPC, configuration, logs, metrics, shutdown."""
