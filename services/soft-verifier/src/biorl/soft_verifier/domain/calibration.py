"""From scores to probabilities that mean what they say.

A logistic curve over the score and the readout's own rate (second degree), then isotonic regression over its output,
with straight lines between the blocks' centres and a little of the first, so that no order within a readout gene is
lost. Everything is fitted on out-of-fold predictions. Few hundred numbers, no iteration at serving time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

Numbers = npt.NDArray[np.float64]

MOST_KNOTS = 256
TIE_BREAK = 0.01
"""Share of the logistic curve that stays: where the isotonic one is flat, and beyond its ends, order is not lost."""


def logit(probability: npt.ArrayLike) -> Numbers:
    clipped = np.clip(np.asarray(probability, dtype=np.float64), 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))


def sigmoid(value: Numbers) -> Numbers:
    return np.asarray(0.5 * (1 + np.tanh(value / 2)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Curve:
    """A non-decreasing curve from [0, 1] to [0, 1], straight between its knots."""

    x: Numbers
    y: Numbers

    def __call__(self, value: Numbers) -> Numbers:
        return np.asarray(np.interp(value, self.x, self.y), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probability of a claim from its score and its readout's rate."""

    weights: Numbers
    """Of the columns of `_design`."""
    curve: Curve

    def __call__(self, score: npt.ArrayLike, rate: npt.ArrayLike) -> Numbers:
        logistic = sigmoid(_design(score, rate) @ self.weights)
        return (1 - TIE_BREAK) * self.curve(logistic) + TIE_BREAK * logistic

    def arrays(self, name: str) -> dict[str, Numbers]:
        """What an artifact keeps of it, under `name`."""
        return {f"{name}.weights": self.weights, f"{name}.x": self.curve.x, f"{name}.y": self.curve.y}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], name: str) -> "Calibration":
        return cls(arrays[f"{name}.weights"], Curve(arrays[f"{name}.x"], arrays[f"{name}.y"]))


def _design(score: npt.ArrayLike, rate: npt.ArrayLike) -> Numbers:
    """[..., 6]: 1, s, l, s^2, s l, l^2, with the score squashed so that no outlier rules."""
    score, level = np.broadcast_arrays(np.tanh(np.asarray(score, dtype=np.float64) / 3) * 3, logit(rate))
    return np.stack([np.ones_like(score), score, level, score**2, score * level, level**2], axis=-1)


def fit_calibration(score: npt.ArrayLike, rate: npt.ArrayLike, label: npt.NDArray[np.bool_]) -> Calibration:
    """From out-of-fold scores and rates [row] and their labels."""
    weights = fit_logistic(_design(score, rate), label.astype(np.float64))
    return Calibration(weights, fit_curve(sigmoid(_design(score, rate) @ weights), label))


def fit_baseline(rate: npt.ArrayLike, label: npt.NDArray[np.bool_]) -> Calibration:
    """The same without any score: what the readout gene's rate alone says."""
    return fit_calibration(np.zeros_like(rate), rate, label)


def fit_logistic(design: Numbers, label: Numbers, ridge: float = 1.0, steps: int = 50) -> Numbers:
    """Penalised maximum likelihood by Newton's method; the penalty keeps it finite when classes separate."""
    weights = np.zeros(design.shape[1])
    for _ in range(steps):
        mean = sigmoid(design @ weights)
        gradient = design.T @ (label - mean) - ridge * weights
        curvature = (design * (mean * (1 - mean))[:, None]).T @ design + ridge * np.eye(len(weights))
        step = np.linalg.solve(curvature, gradient)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def fit_curve(prediction: Numbers, label: npt.NDArray[np.bool_]) -> Curve:
    """Isotonic regression of labels on predictions, each block standing at its mean prediction."""
    order = np.argsort(prediction, kind="stable")
    x, y = prediction[order], label[order].astype(np.float64)
    blocks = isotonic_regression(y).blocks
    starts = blocks[:-1][:: max(1, (len(blocks) - 1) // MOST_KNOTS)]
    counts = np.diff([*starts, len(x)])
    knots_x = np.add.reduceat(x, starts) / counts
    knots_y = (np.add.reduceat(y, starts) + _prior_rate(y)) / (counts + 1)
    # The pseudo-count lifts a block of one row above its neighbour of hundreds: pooled by weight, it lifts nobody else.
    return Curve(knots_x, np.asarray(isotonic_regression(knots_y, weights=counts + 1.0).x, dtype=np.float64))


def _prior_rate(label: Numbers) -> float:
    """One pseudo-count at the base rate keeps a pure block from claiming certainty."""
    return float(label.mean())
