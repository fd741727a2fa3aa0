"""Seeded chance without state: the same question has the same luck, in any order, process or restart."""

import hashlib


def luck(seed: int, *names: str) -> float:
    """A number in [0, 1) that depends on the seed and the names alone."""
    content = "\x1f".join((str(seed), *names)).encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:7], "big") / float(1 << 56)
