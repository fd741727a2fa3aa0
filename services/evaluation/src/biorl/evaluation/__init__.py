"""Benchmarks and metrics: AUC per gene with its null, calibration, leakage."""
