"""How good beliefs about classes and properties are, beside trivial rivals, as plain JSON values for cards.

Yes or no: AUROC with an interval, Brier score, calibration error beside what chance makes of it, error by coverage.
Numbers: RMSE with an interval, mean absolute error, R2, how often the 90 % interval holds, RMSE by coverage. Rivals are
scored on the same rows.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.evaluation.calibration import loss_coverage, risk_coverage
from biorl.soft_verifier.domain.quality import calibration_quality, reliability_bins

Numbers = npt.NDArray[np.float64]
RESAMPLES = 500
DRAWS = 200
INTERVAL = (2.5, 97.5)


def auroc(score: npt.ArrayLike, label: npt.ArrayLike) -> float | None:
    """Ties count half; None where one of the two answers is missing."""
    scores, truth = np.asarray(score, dtype=np.float64), np.asarray(label, dtype=np.bool_)
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        return None
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((ranks[truth].sum() - yes * (yes + 1) / 2) / (yes * no))


def rmse(prediction: Numbers, truth: Numbers) -> float:
    return float(np.sqrt(np.mean((prediction - truth) ** 2)))


def answer_quality(
    probability: Numbers, label: npt.NDArray[np.bool_], uncertainty: Numbers, rivals: Mapping[str, Numbers]
) -> dict[str, Any]:
    """Of beliefs in yes-or-no claims; [row] each."""
    rate = float(label.mean())
    return {
        "num": len(label),
        "positive_rate": _short(rate),
        "auroc": _short(auroc(probability, label)),
        "auroc_interval": _interval(lambda rows: auroc(probability[rows], label[rows]), len(label)),
        "brier": _short(float(np.mean((probability - label) ** 2))),
        "calibration_error": calibration_quality(probability, label),
        "calibration_error_by_chance": calibration_by_chance(probability),
        "reliability": reliability_bins(probability, label),
        "risk_curves": {
            "beliefs": _shortened(risk_coverage(uncertainty, probability, label)),
            "base_rate": _shortened([(0, min(rate, 1 - rate)), (1, min(rate, 1 - rate))]),
        },
        "trivial": {
            "base_rate": {"auroc": 0.5, "brier": _short(rate * (1 - rate))},
            **{name: {"auroc": _short(auroc(score, label))} for name, score in rivals.items()},
        },
    }


def calibration_by_chance(probability: Numbers) -> dict[str, float]:
    """Calibration error of these very beliefs [row] if each were exactly right, over drawn labels: what so few rows
    show of a model without fault. An error below `percentile_95` is no evidence against calibration."""
    rng = np.random.default_rng(0)
    errors = [calibration_quality(probability, rng.random(len(probability)) < probability) for _ in range(DRAWS)]
    return {"mean": round(float(np.mean(errors)), 6), "percentile_95": round(float(np.percentile(errors, 95)), 6)}


def number_quality(
    prediction: Numbers, truth: Numbers, scale: Numbers, inside: npt.NDArray[np.bool_], rivals: Mapping[str, Numbers]
) -> dict[str, Any]:
    """Of expected numbers; `inside` says where the truth lies in the 90 % interval."""
    spread = float(truth.std())
    return {
        "num": len(truth),
        "rmse": _short(rmse(prediction, truth)),
        "rmse_interval": _interval(lambda rows: rmse(prediction[rows], truth[rows]), len(truth)),
        "mean_absolute_error": _short(float(np.abs(prediction - truth).mean())),
        "r2": _short(1 - float(np.mean((prediction - truth) ** 2)) / max(spread**2, 1e-12)),
        "interval_90_holds": _short(float(inside.mean())),
        "reliability": reliability_bins(prediction, truth),
        "risk_curves": {
            "beliefs": _shortened(_rmse_by_coverage(prediction, truth, scale)),
            "mean": _shortened([(0, spread), (1, spread)]),
        },
        "trivial": {name: {"rmse": _short(rmse(values, truth))} for name, values in rivals.items()},
    }


def _rmse_by_coverage(prediction: Numbers, truth: Numbers, scale: Numbers) -> list[tuple[float, float]]:
    return [(share, math.sqrt(square)) for share, square in loss_coverage(scale, (prediction - truth) ** 2)]


def _shortened(curve: Sequence[tuple[float, float]]) -> list[list[float | None]]:
    return [[_short(share), _short(risk)] for share, risk in curve]


def _interval(measure: Callable[[npt.NDArray[np.intp]], float | None], size: int) -> list[float | None]:
    """95 % over resampled rows."""
    rng = np.random.default_rng(0)
    values = [measure(rng.integers(0, size, size)) for _ in range(RESAMPLES)]
    known: Sequence[float] = [value for value in values if value is not None]
    return [_short(float(each)) for each in np.percentile(known, INTERVAL)] if known else [None, None]


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
