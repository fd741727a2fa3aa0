"""Form: whether a completion is laid out as asked, and whether its rationale speaks of the claim's genes. Pure.

Each check gives a number in [0, 1], or None where it has nothing to judge (then it is left out for the whole group).
They are cheap to satisfy on purpose, so a composition pays them only as a share of the primary's margin.
"""

import re
from functools import lru_cache

from biorl.questions.question import Claim, GeneClassClaim, MoleculeClaim, PerturbationClaim
from biorl.reward_aggregator.domain.completion import Reading

_WORD = re.compile(r"\w+")

ENGLISH_SYMBOLS = frozenset(
    [
        "ACE",
        "ARC",
        "BAD",
        "BID",
        "CAD",
        "CAMP",
        "CAST",
        "CAT",
        "CHAT",
        "CIT",
        "CLOCK",
        "COIL",
        "COPE",
        "DES",
        "GAL",
        "GAN",
        "HAL",
        "HELLS",
        "IMPACT",
        "JUN",
        "KIN",
        "KIT",
        "LAT",
        "LOX",
        "LUM",
        "MAG",
        "MAX",
        "MET",
        "MOG",
        "MOS",
        "NODAL",
        "PALM",
        "PAM",
        "PIGS",
        "PIP",
        "POLE",
        "RAN",
        "REL",
        "REN",
        "REST",
        "SET",
        "SHE",
        "SKI",
        "SON",
        "STAR",
        "TANK",
        "TAT",
        "TUB",
        "WARS",
        "WAS",
    ]
)
"""Human gene symbols that are words or names too: only their exact case is a mention."""


def format_value(reading: Reading, *, require_thinking: bool) -> float:
    """1 for one readable answer at the very end, after a think part where one is required; else 0."""
    if reading.is_malformed or not reading.completion.rstrip().endswith("</answer>"):
        return 0.0
    before = reading.completion.rpartition("<answer>")[0].strip()
    return float(not require_thinking or _is_thought(before))


def _is_thought(text: str) -> bool:
    """Whether `text` is one think part and nothing else. Chat templates may have written its opening tag already."""
    thought = text.removesuffix("</think>").removeprefix("<think>")
    return text.endswith("</think>") and "<think>" not in thought and bool(thought.strip())


def mention_value(reading: Reading, claim: Claim | None) -> float | None:
    """Share of the claim's genes that the rationale mentions; None for a claim without genes.

    Naming a gene again pays nothing, and a rationale with fewer other words than genes is a list, which pays nothing.
    """
    genes = genes_of(claim)
    if not genes:
        return None
    mentioned = [gene for gene in genes if mentions(reading.rationale, gene)]
    other = len(_WORD.findall(reading.rationale)) - sum(
        len(_gene(gene).findall(reading.rationale)) for gene in mentioned
    )
    return len(mentioned) / len(genes) if other >= len(mentioned) else 0.0


def mentions(text: str, gene: str) -> bool:
    """Whether `text` names the gene as a whole word: AR is not in PARP1, and "was" is not the gene WAS."""
    return _gene(gene).search(text) is not None


def genes_of(claim: Claim | None) -> tuple[str, ...]:
    """The distinct symbols that a claim speaks of, in its order."""
    match claim:
        case PerturbationClaim():
            symbols: tuple[str, ...] = (*claim.perturbed_genes, claim.readout)
        case GeneClassClaim():
            symbols = (claim.gene,)
        case MoleculeClaim() | None:
            symbols = ()
    return tuple(dict.fromkeys(symbol for symbol in symbols if symbol))


@lru_cache(maxsize=65_536)
def _gene(symbol: str) -> re.Pattern[str]:
    """The symbol between non-word characters; NKX2 is not in NKX2-5, but AR is in "AR-dependent"."""
    exact = symbol.upper() in ENGLISH_SYMBOLS or len(symbol) < 3
    return re.compile(rf"(?<!\w){re.escape(symbol)}(?!\w)(?!-\d)", re.NOFLAG if exact else re.IGNORECASE)
