"""From a served model's numbers to calibrated probabilities, for one context and outcome.

Numbers are read beside the readout's own rate. The rate that a train perturbation is judged by does not hold its own
labels, and the quality on the card is of calibrations that have not seen the row's fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.questions.question import Outcome
from biorl.soft_verifier.domain.belief import Array, Artifact, packed_text
from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS, fold_of
from biorl.soft_verifier.domain.quality import calibration_quality, ranking_quality, reliability_bins
from biorl.soft_verifier.domain.shift.outcome import Reading, cross_fitted, fold_rates
from biorl.soft_verifier.domain.shift.table import Floats

LEAST_ROWS = 50
"""Labels that the model has an answer to; fewer calibrate nothing."""


class TooFewAnswersError(ValueError):
    """The served model answers too few of the train rows, or all their labels are the same."""


@dataclass(frozen=True, slots=True)
class ServedOutcome:
    outcome: Outcome
    column: Mapping[str, int]
    """Place of each readout that was measured."""
    rates: Floats
    """[fold, R]; last, over all."""
    scale: float
    """Spread of the model's numbers over the train rows: makes one calibration fit models of any unit."""
    reading: Reading
    trained: Mapping[str, int]
    """Folds of the perturbations whose labels are in the rates."""

    def believe(self, perturbations: Sequence[str], readouts: Sequence[str], value: Floats) -> tuple[Floats, Floats]:
        """(probability, baseline), [claim] each as the model's numbers; NaN where it does not know."""
        folds = [self.trained.get(name, NUM_FOLDS) for name in perturbations]
        rate = self.rates[folds, [self.column[name] for name in readouts]]
        score = score_of(self.outcome, value, self.scale)
        return self.reading.calibration(score, rate), self.reading.baseline(np.zeros_like(rate), rate)

    def arrays(self, prefix: str) -> dict[str, Array]:
        own = {
            f"{prefix}readouts": packed_text(tuple(self.column)),
            f"{prefix}trained": packed_text(sorted(self.trained)),
            f"{prefix}rates": self.rates,
            f"{prefix}scale": np.array([self.scale]),
        }
        return own | self.reading.arrays(prefix)

    @classmethod
    def from_artifact(cls, artifact: Artifact, prefix: str, outcome: Outcome) -> "ServedOutcome":
        column = {name: place for place, name in enumerate(artifact.text(f"{prefix}readouts"))}
        scale = float(artifact.arrays[f"{prefix}scale"][0])
        trained = _folds(artifact.text(f"{prefix}trained"))
        rates = artifact.arrays[f"{prefix}rates"]
        return cls(outcome, column, rates, scale, Reading.from_artifact(artifact, prefix), trained)


def _folds(perturbations: Sequence[str]) -> dict[str, int]:
    return {name: fold_of(name) for name in perturbations}


def score_of(outcome: Outcome, value: Floats, scale: float) -> Floats:
    """Larger speaks for the outcome: distance from no change for change, up for up."""
    return (np.abs(value) if outcome is Outcome.DIFFERENTIALLY_EXPRESSED else value) / scale


def fit_served(part: Measurements, rows: npt.NDArray[np.int64], value: Floats) -> tuple[ServedOutcome, dict[str, Any]]:
    """From the model's numbers [row] for some rows of `part`; and their quality. Raises TooFewAnswersError."""
    known = np.isfinite(value)
    rows, value = rows[known], value[known]
    label = part.label[rows]
    if len(rows) < LEAST_ROWS or label.all() or not label.any():
        msg = f"the model answers {len(rows)} of the rows to calibrate on, {label.sum()} of them true: too few"
        raise TooFewAnswersError(msg)
    rates = fold_rates(part, part.readout, len(part.readouts))
    folds = np.array([fold_of(name) for name in part.perturbations])[part.perturbation[rows]]
    scale = max(float(np.std(value)), 1e-9)
    score, rate = score_of(part.outcome, value, scale), rates[folds, part.readout[rows]]
    column = {name: place for place, name in enumerate(part.readouts)}
    reading = Reading.of_rows(score, rate, label)
    model = ServedOutcome(part.outcome, column, rates, scale, reading, _folds(part.perturbations))
    probability = cross_fitted(score, rate, label, folds)
    within = part.readout[rows] * NUM_FOLDS + folds
    quality = {
        "num_pairs": len(rows),
        "coverage": round(len(rows) / max(len(known), 1), 6),
        "ranking": ranking_quality(probability, label, within, part.perturbation[rows].astype(str)),
        "calibration_error": calibration_quality(probability, label),
        "gene_frequency_calibration_error": calibration_quality(reading.baseline(np.zeros_like(rate), rate), label),
        "reliability": reliability_bins(probability, label),
    }
    return model, quality
