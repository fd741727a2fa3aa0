"""Two versions of a verifier asked the same thing."""

from dataclasses import dataclass

from biorl.soft_verifier.domain.belief import Belief, Status, Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """The live answer beside the candidate's."""

    live: Status
    candidate: Status
    difference: float | None
    """Candidate's number less the live one; None where either has none."""


def compare_beliefs(live: Belief, candidate: Belief) -> Comparison:
    """By their probabilities."""
    return Comparison(live.status, candidate.status, _difference(live.probability, candidate.probability))


def compare_verdicts(live: Verdict, candidate: Verdict) -> Comparison:
    """By their scores."""
    return Comparison(live.status, candidate.status, _difference(live.score, candidate.score))


def _difference(live: float | None, candidate: float | None) -> float | None:
    return None if live is None or candidate is None else candidate - live
