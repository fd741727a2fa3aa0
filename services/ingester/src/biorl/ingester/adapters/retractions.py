"""A list of retracted PMIDs: one a line, plain or gzipped; only a line's first column counts."""

import gzip
from pathlib import Path


def retracted_names(path: Path | None) -> frozenset[str]:
    """As names of documents ("pmid:17177604"). Raises OSError for a file that cannot be read."""
    if path is None:
        return frozenset()
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    firsts = (line.split("\t")[0].strip() for line in text.decode("utf-8", errors="replace").splitlines())
    return frozenset(f"pmid:{first}" for first in firsts if first.isdigit())
