"""Whether a probability of .8 is right four times in five, and whether doubt predicts error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims of similar probability."""

    predicted: float
    """Mean probability."""
    observed: float
    """Share that is true."""
    count: int


def reliability(probabilities: ArrayLike, labels: ArrayLike, bins: int = 15) -> tuple[Bin, ...]:
    """Bins of equal mass, from the least to the most likely; fewer than asked when there are fewer claims."""
    scores, truth = np.asarray(probabilities, float), np.asarray(labels, float)
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(Bin(float(scores[part].mean()), float(truth[part].mean()), len(part)) for part in parts)


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Expected calibration error: mean of |predicted - observed| over claims. NaN without any."""
    total = sum(item.count for item in bins)
    return sum(item.count * abs(item.predicted - item.observed) for item in bins) / total if total else float("nan")


def risk_coverage(
    uncertainty: ArrayLike, probabilities: ArrayLike, labels: ArrayLike, points: int = 20
) -> tuple[tuple[float, float], ...]:
    """(coverage, error rate) when only the least uncertain claims are answered, at `points` equal steps."""
    wrong = (np.asarray(probabilities, float) >= 0.5) != np.asarray(labels, bool)
    return loss_coverage(uncertainty, wrong, points)


def loss_coverage(uncertainty: ArrayLike, losses: ArrayLike, points: int = 20) -> tuple[tuple[float, float], ...]:
    """(coverage, mean loss) of the least uncertain, at `points` equal steps."""
    order = np.argsort(np.asarray(uncertainty, float), kind="stable")
    means = np.cumsum(np.asarray(losses, float)[order]) / np.arange(1, len(order) + 1)
    ends = sorted({max(1, round(len(order) * step / points)) for step in range(1, points + 1)})
    return tuple((end / len(order), float(means[end - 1])) for end in ends)
