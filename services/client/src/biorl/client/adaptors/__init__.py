"""Adaptors for RL frameworks. None imports its framework: each is a callable of the shape that the framework wants."""
