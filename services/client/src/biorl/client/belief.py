"""What a caller of the soft-verifier speaks of: the world models themselves, for people who want beliefs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Belief:
    """What a world model thinks of a bare claim."""

    probability: float | None
    """Calibrated P(claim); None when the verifier does not know."""
    baseline: float | None
    """The same from the readout gene's base rate alone."""
    status: str
    """ "scored", "abstained", "invalid", "timeout" or "error"."""
    reason: str
    uncertainty: float | None
    """In [0, 1], larger is less sure."""
    source: str
    """`verifier@version`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier thinks of one completion."""

    score: float | None
    """In [0, 1], the credit of the answer; None exactly when `status` is not "scored"."""
    baseline: float | None
    """The credit that the same answer gets from the readout gene's base rate alone."""
    probability: float | None
    """Calibrated P(claim) behind the score; None where there is no claim."""
    status: str
    reason: str
    uncertainty: float | None
    answer: str
    """As it was extracted from the completion; empty when none was found."""
    source: str
    """`verifier@version`."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A world model or checker that a server holds."""

    name: str
    version: str
    digest: str
    """SHA-256 (hex) of its artifact."""
    tasks: tuple[str, ...]
    """Tasks that it can judge; "*" for any."""
    card_json: str
    """Metrics, data digests, splits, coverage; empty when there is no artifact."""
    reads_rationale: bool = False
    """The verdict depends on more of a completion than its answer."""
