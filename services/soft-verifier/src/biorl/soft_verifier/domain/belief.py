"""What a world model believes, and what a verdict says.

Law 1 holds by construction: a number is there exactly when the status is SCORED. Law 2: what a model does not know is
an abstention with a reason, never one half.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

import numpy as np
import numpy.typing as npt


class Status(StrEnum):
    SCORED = "scored"
    ABSTAINED = "abstained"
    """The verifier does not know, and says why."""
    INVALID = "invalid"
    """The request is wrong, and stays wrong however often it is sent."""
    TIMEOUT = "timeout"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so."""

    verifier: str
    version: str
    digest: str
    """SHA-256 (hex) of the artifact's files; of the code where there is no artifact."""


Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a verifier is built from: arrays and a card, as they lie in its folder."""

    source: Source
    card: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON values; empty for a verifier without an artifact."""
    arrays: Mapping[str, Array] = field(default_factory=dict)

    def text(self, name: str) -> tuple[str, ...]:
        """An array that `packed_text` made, as strings."""
        return tuple(self.arrays[name].tobytes().decode().split("\n")) if self.arrays[name].size else ()


def packed_text(items: Sequence[str]) -> Array:
    """Strings without line breaks as one array of UTF-8 bytes."""
    return np.frombuffer("\n".join(items).encode(), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Trained:
    """What training gives: an artifact that has no name yet."""

    arrays: Mapping[str, Array]
    card: Mapping[str, Any]
    """What only the verifier knows: its models, their cross-validated quality, its limits."""


def _in_unit_interval(*numbers: float | None) -> bool:
    for number in numbers:  # noqa: SIM110 - every belief comes through here, and a generator costs twice as much
        if not (number is None or 0 <= number <= 1):  # NaN is not
            return False
    return True


@dataclass(frozen=True, slots=True)
class Belief:
    """What a world model thinks of one claim. Raises ValueError for a number without SCORED, or the other way round."""

    status: Status
    probability: float | None = None
    """Calibrated probability that the claim is true, in [0, 1]."""
    baseline: float | None = None
    """Probability from the base rate alone, in [0, 1]: of the readout gene, the class or the property. None without."""
    uncertainty: float | None = None
    """In [0, 1], larger is less sure; None when the model has none."""
    reason: str = ""
    """Snake-case code, constant for a cause; empty when there is nothing to say."""

    def __post_init__(self) -> None:
        if (self.probability is not None) != (self.status is Status.SCORED):
            msg = f"a belief has a probability exactly when it is scored, not {self.probability} with {self.status}"
            raise ValueError(msg)
        if not _in_unit_interval(self.probability, self.baseline, self.uncertainty):
            msg = f"{self.probability}, {self.baseline}, {self.uncertainty} are not all in [0, 1]"
            raise ValueError(msg)

    @classmethod
    def scored(cls, probability: float, baseline: float | None = None, uncertainty: float | None = None) -> Self:
        return cls(Status.SCORED, probability, baseline, uncertainty)

    @classmethod
    def abstained(cls, reason: str) -> Self:
        return cls(Status.ABSTAINED, reason=reason)

    @classmethod
    def invalid(cls, reason: str) -> Self:
        return cls(Status.INVALID, reason=reason)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Judgement of one completion. Raises ValueError for a number without SCORED, or the other way round."""

    status: Status
    score: float | None = None
    """Credit of this completion's answer, in [0, 1]."""
    baseline: float | None = None
    """Credit that the same answer would get from the base rate alone; of a number, by luck."""
    probability: float | None = None
    """Calibrated probability that the question's claim is true; None where there is no claim."""
    reason: str = ""
    uncertainty: float | None = None
    answer: str = ""
    """As it was extracted; empty when none was found."""

    def __post_init__(self) -> None:
        if (self.score is not None) != (self.status is Status.SCORED):
            msg = f"a verdict has a score exactly when it is scored, not {self.score} with {self.status}"
            raise ValueError(msg)
        if not _in_unit_interval(self.score, self.baseline, self.probability, self.uncertainty):
            msg = f"a number of {self} is not in [0, 1]"
            raise ValueError(msg)

    @classmethod
    def without_score(cls, status: Status, reason: str) -> Self:
        return cls(status, reason=reason)
