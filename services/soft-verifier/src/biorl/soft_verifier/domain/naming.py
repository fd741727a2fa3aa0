"""The part of a table of symbols that an artifact keeps: every name of the genes that it knows.

So a server understands "AARS" and "AARS1" without annotation files of its own.
"""

from collections.abc import Iterable, Mapping

from biorl.genes.symbols import Symbols
from biorl.soft_verifier.domain.belief import Array, Artifact, packed_text


def packed_symbols(symbols: Symbols, genes: Iterable[str]) -> dict[str, Array]:
    """Arrays that hold the genes' symbols and all names that mean them."""
    known = set(genes)
    kept = sorted((name, gene) for name, gene in symbols.redirects.items() if gene in known)
    return {
        "symbols.official": packed_text(sorted(known & symbols.official)),
        "symbols.names": packed_text([name for name, _ in kept]),
        "symbols.genes": packed_text([gene for _, gene in kept]),
    }


def keeps_symbols(artifact: Artifact) -> bool:
    """False for one of a verifier that packs none: it knows a gene by the name that was given."""
    return "symbols.official" in artifact.arrays


def unpacked_symbols(artifact: Artifact) -> Symbols:
    redirects: Mapping[str, str] = dict(
        zip(artifact.text("symbols.names"), artifact.text("symbols.genes"), strict=True)
    )
    return Symbols(frozenset(artifact.text("symbols.official")), redirects)
