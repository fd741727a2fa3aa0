"""What a judge says of one completion.

Law 1 is held by construction: only a SCORED verdict can carry a score, and every SCORED verdict does.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Status(StrEnum):
    """How far a judge came. Only SCORED carries a number."""

    SCORED = "scored"
    ABSTAINED = "abstained"
    """The judge does not know, and says why: uncovered gene, cell line, molecule."""
    INVALID = "invalid"
    """The request is wrong, and stays wrong however often it is sent."""
    TIMEOUT = "timeout"
    ERROR = "error"


OUTAGES = frozenset({Status.TIMEOUT, Status.ERROR})
"""Failures of the system, not of the question: the same request may succeed later."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so. Empty when nobody could be asked."""

    verifier: str = ""
    version: str = ""
    digest: str = ""
    """SHA-256 (hex) of the artifact, or of the code's version."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Judgement of one completion. Raises ValueError for a number without SCORED, or the other way round."""

    status: Status
    score: float | None = None
    """Credit of this completion's answer, in [0, 1]."""
    baseline: float | None = None
    """Credit that the same answer would get from the readout gene's base rate alone, in [0, 1]."""
    probability: float | None = None
    """Calibrated probability that the question's claim is true, in [0, 1]; None where there is no claim."""
    reason: str = ""
    source: Source = Source()
    uncertainty: float | None = None
    """In [0, 1], larger is less sure."""
    answer: str = ""
    """As it was extracted; empty when none was found."""

    def __post_init__(self) -> None:
        if (self.score is not None) != (self.status is Status.SCORED):
            msg = f"a verdict has a score exactly when it is scored, not {self.score} with {self.status}"
            raise ValueError(msg)
        for number in (self.score, self.baseline, self.probability, self.uncertainty):
            if number is not None and not (math.isfinite(number) and 0 <= number <= 1):
                msg = f"{number} is not in [0, 1]"
                raise ValueError(msg)

    @classmethod
    def failure(cls, status: Status, reason: str, source: Source = Source()) -> Self:
        """A verdict without a number."""
        return cls(status=status, reason=reason, source=source)
