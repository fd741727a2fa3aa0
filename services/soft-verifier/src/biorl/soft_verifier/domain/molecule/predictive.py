"""How sure a predicted number is: a conformal predictive distribution.

Residuals of molecules that the judges had not seen, each divided by its own scale, say how far predictions are
off. For a new molecule their distribution, stretched by its scale, gives the probability of any range; no shape is
assumed. What the molecule's family shares with those of training is what makes it hold.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
KNOTS = 501


@dataclass(frozen=True, slots=True)
class Residuals:
    """Scaled residuals of unseen training molecules."""

    quantiles: Numbers
    """[KNOTS], at equal steps of probability from 0 to 1."""
    floor: float
    """Added, squared, to the variance of what is said: trees agree about what they are all wrong about."""

    def scale(self, variance: npt.ArrayLike) -> Numbers:
        """[row], in the property's unit, out of the variance [row] of what trees and others say."""
        variance = np.asarray(variance, dtype=np.float64)
        return np.asarray(np.sqrt(variance + self.floor**2), dtype=np.float64)

    def within(self, mean: float, scale: float, answer: float, tolerance: float) -> float:
        """Probability that the truth is at most `tolerance` away from the answer."""
        edges = (np.array([answer - tolerance, answer + tolerance]) - mean) / scale
        low, high = np.interp(edges, self.quantiles, np.linspace(0, 1, len(self.quantiles)), left=0.0, right=1.0)
        return float(high - low)

    def interval(self, mean: float, scale: float, level: float = 0.9) -> tuple[float, float]:
        """The truth lies in it with this probability, as often below as above."""
        steps = np.linspace(0, 1, len(self.quantiles))
        low, high = np.interp([(1 - level) / 2, (1 + level) / 2], steps, self.quantiles)
        return mean + scale * float(low), mean + scale * float(high)


def fit_residuals(prediction: Numbers, truth: Numbers, variance: Numbers) -> Residuals:
    """From [row] of molecules that the predicting trees had not seen; `variance` is that of what they say."""
    error = truth - prediction
    floor = max(float(np.median(np.abs(error))), 1e-6)
    scaled = np.sort(error / np.sqrt(variance + floor**2))
    # The outermost ranks belong to what was never seen: (i) / (n + 1), as split conformal prediction has it.
    ranks = np.arange(1, len(scaled) + 1) / (len(scaled) + 1)
    spread = float(scaled[-1] - scaled[0]) or 1.0
    return Residuals(
        np.interp(
            np.linspace(0, 1, KNOTS),
            [0.0, *ranks, 1.0],
            [scaled[0] - spread / 10, *scaled, scaled[-1] + spread / 10],
        ),
        floor,
    )
