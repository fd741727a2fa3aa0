"""The outside world of the soft verifier: artifacts on disk, gRPC, metrics, and protobuf."""
