"""What a test broker shows, and what its clients trust."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TlsFiles:
    """PEM files."""

    authority: Path
    keystore: Path
    """PKCS8 key and certificate in one file, as Kafka wants them."""
