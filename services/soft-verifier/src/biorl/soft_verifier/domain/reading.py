"""From a model's numbers to calibrated probabilities of an outcome, beside the readout's own rate.

For models whose numbers are not probabilities yet: shifts in expression, what a served model says, co-expression. The
rate that a train perturbation is judged by does not hold its own labels, and the quality on a card is of calibrations
that have not seen the row's fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.questions.question import Outcome
from biorl.soft_verifier.domain.belief import Array, Artifact, packed_text
from biorl.soft_verifier.domain.calibration import Calibration, Numbers, fit_baseline, fit_calibration
from biorl.soft_verifier.domain.coverage import TooLittleMeasuredError
from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS, fold_of
from biorl.soft_verifier.domain.quality import held_out_quality, risk_curves
from biorl.soft_verifier.domain.smoothing import fit_rates

LEAST_ROWS = 50
"""Labels that the model has a number for; fewer calibrate nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    calibration: Calibration
    baseline: Calibration

    @classmethod
    def of(cls, score: npt.ArrayLike, rate: npt.ArrayLike, label: npt.NDArray[np.bool_]) -> "Reading":
        """From held-out scores, the readouts' rates and labels, [row] each."""
        return cls(fit_calibration(score, rate, label), fit_baseline(rate, label))

    def __call__(self, score: npt.ArrayLike, rate: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """(probability, baseline), shaped as they are."""
        return self.calibration(score, rate), self.baseline(np.zeros_like(rate), rate)

    def arrays(self, prefix: str) -> dict[str, Array]:
        return self.calibration.arrays(f"{prefix}calibration") | self.baseline.arrays(f"{prefix}baseline")

    @classmethod
    def from_artifact(cls, artifact: Artifact, prefix: str) -> "Reading":
        named = (f"{prefix}{name}" for name in ("calibration", "baseline"))
        return cls(*(Calibration.from_arrays(artifact.arrays, name) for name in named))


@dataclass(frozen=True, slots=True)
class OutcomeReading:
    """Of one number for each pair, whoever says it, in one context."""

    outcome: Outcome
    column: Mapping[str, int]
    """Place of each readout that was measured."""
    rates: Numbers
    """[fold, R]; last, over all."""
    scale: float
    """Spread of the model's numbers over the train rows: makes one calibration fit models of any unit."""
    reading: Reading
    trained: Mapping[str, int]
    """Folds of the perturbations whose labels are in the rates."""

    def believe(self, perturbations: Sequence[str], readouts: Sequence[str], value: Numbers) -> tuple[Numbers, Numbers]:
        """(probability, baseline), [claim] each as the model's numbers; NaN where it does not know."""
        folds = [self.trained.get(name, NUM_FOLDS) for name in perturbations]
        rate = self.rates[folds, [self.column[name] for name in readouts]]
        return self.reading(score_of(self.outcome, value) / self.scale, rate)

    def arrays(self) -> dict[str, Array]:
        own = {
            "readouts": packed_text(tuple(self.column)),
            "trained": packed_text(sorted(self.trained)),
            "rates": self.rates,
            "scale": np.array([self.scale]),
        }
        return own | self.reading.arrays("")

    @classmethod
    def from_artifact(cls, artifact: Artifact, prefix: str, outcome: Outcome) -> "OutcomeReading":
        column = {name: place for place, name in enumerate(artifact.text(f"{prefix}readouts"))}
        scale = float(artifact.arrays[f"{prefix}scale"][0])
        trained = {name: fold_of(name) for name in artifact.text(f"{prefix}trained")}
        rates = artifact.arrays[f"{prefix}rates"]
        return cls(outcome, column, rates, scale, Reading.from_artifact(artifact, prefix), trained)


def fit_reading(
    part: Measurements, rows: npt.NDArray[np.int64], value: Numbers, doubt: Numbers | None = None
) -> tuple[OutcomeReading, dict[str, Any]]:
    """From a model's numbers [row] for some rows of `part`, and its own doubt of them; and their quality.

    Raises TooLittleMeasuredError.
    """
    num_asked, known = max(len(rows), 1), np.isfinite(value)
    own_doubt = np.full(len(rows), np.nan) if doubt is None else doubt
    rows, value, own_doubt = rows[known], value[known], own_doubt[known]
    label = part.label[rows]
    if len(rows) < LEAST_ROWS or label.all() or not label.any():
        msg = f"numbers for {len(rows)} of {num_asked} rows to calibrate on, {label.sum()} of them true: too few"
        raise TooLittleMeasuredError(msg)
    rates, folds, readout = fold_rates(part, part.readout, len(part.readouts)), folds_of(part)[rows], part.readout[rows]
    scale = max(float(np.std(value)), 1e-9)
    score, rate = score_of(part.outcome, value) / scale, rates[folds, readout]
    column = {name: place for place, name in enumerate(part.readouts)}
    trained = {name: fold_of(name) for name in part.perturbations}
    model = OutcomeReading(part.outcome, column, rates, scale, Reading.of(score, rate, label), trained)
    probability, baseline = cross_fitted(score, rate, label, folds), model.reading(score, rate)[1]
    names = part.perturbation[rows].astype(str)
    quality = held_out_quality(probability, baseline, label, readout * NUM_FOLDS + folds, names)
    quality["risk_curves"] = risk_curves(doubt_of(own_doubt, probability), probability, baseline, label)
    return model, {"num_pairs": len(rows), "coverage": round(len(rows) / num_asked, 6)} | quality


def doubt_of(own: npt.ArrayLike, probability: npt.ArrayLike) -> Numbers:
    """[n]: the model's own doubt, in [0, 1]; where it has none (NaN), what the calibrated probability says."""
    return np.where(np.isfinite(own), np.clip(own, 0, 1), chance_of_error(probability))


def score_of(outcome: Outcome, value: Numbers) -> Numbers:
    """Larger speaks for the outcome: distance from no change for change, up for up."""
    return np.abs(value) if outcome is Outcome.DIFFERENTIALLY_EXPRESSED else value


def folds_of(part: Measurements) -> npt.NDArray[np.int64]:
    """[row]"""
    return np.array([fold_of(name) for name in part.perturbations], dtype=np.int64)[part.perturbation]


def fold_rates(part: Measurements, columns: npt.NDArray[np.int64], num_readouts: int) -> Numbers:
    """[fold, R] from labels outside each fold, last from all; `columns` are the rows' readouts in a table's order."""
    folds = folds_of(part)
    kept = [folds != fold for fold in range(NUM_FOLDS + 1)]
    return np.stack([fit_rates(columns[some], part.label[some], num_readouts) for some in kept]).astype(np.float64)


def cross_fitted(score: Numbers, rate: Numbers, label: npt.NDArray[np.bool_], fold: npt.NDArray[np.int64]) -> Numbers:
    """Probabilities [row] by calibrations that have not seen the row's fold."""
    probability = np.zeros_like(score)
    for each in sorted(set(fold.tolist())):
        here = fold == each
        if not here.all():
            fitted = Reading.of(score[~here], rate[~here], label[~here])
            probability[here] = fitted.calibration(score[here], rate[here])
    return probability
