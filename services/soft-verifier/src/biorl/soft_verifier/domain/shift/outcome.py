"""From an expected shift to the probability of an outcome: that a readout changes, or that it rises if it does.

How far a readout is expected to go speaks for change, where it goes for direction; either is read by a calibration
that was fitted on predictions of held-out train perturbations, beside the readout's own rate. Pairs have a calibration
of their own where there are enough of them: two perturbations change more than one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.questions.question import Outcome
from biorl.soft_verifier.domain.belief import Array, Artifact
from biorl.soft_verifier.domain.calibration import Calibration, fit_baseline, fit_calibration
from biorl.soft_verifier.domain.effects import Measurements, is_own_readout
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS, fold_of
from biorl.soft_verifier.domain.quality import (
    calibration_quality,
    ranking_quality,
    reliability_bins,
    risk_by_coverage,
    risk_curves,
)
from biorl.soft_verifier.domain.shift.shift_model import Expected
from biorl.soft_verifier.domain.shift.table import Floats
from biorl.soft_verifier.domain.smoothing import fit_rates

LEAST_ROWS = 200
"""Held-out predictions that a calibration of pairs is fitted on; with fewer, that of single genes serves."""


def score_of(outcome: Outcome, expected: Expected) -> Floats:
    """[R]: larger speaks for the outcome."""
    return expected.size if outcome is Outcome.DIFFERENTIALLY_EXPRESSED else expected.signed


@dataclass(frozen=True, slots=True)
class Predictions:
    """What was expected of train pairs by whoever had not seen them; [row] each."""

    score: Floats
    readout: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]
    label: npt.NDArray[np.bool_]
    rate: Floats
    rival: Floats
    """The score of the trivial model: plain addition for pairs, NaN where there is none."""
    perturbation: npt.NDArray[np.int64]
    uncertainty: Floats

    def where(self, kept: npt.NDArray[np.bool_]) -> "Predictions":
        return Predictions(*(getattr(self, part.name)[kept] for part in fields(self)))


@dataclass(frozen=True, slots=True)
class Reading:
    calibration: Calibration
    baseline: Calibration

    @classmethod
    def of(cls, known: Predictions) -> "Reading":
        return cls.of_rows(known.score, known.rate, known.label)

    @classmethod
    def of_rows(cls, score: Floats, rate: Floats, label: npt.NDArray[np.bool_]) -> "Reading":
        """From held-out scores, the readouts' rates and labels, [row] each."""
        return cls(fit_calibration(score, rate, label), fit_baseline(rate, label))

    def arrays(self, prefix: str) -> dict[str, Array]:
        return self.calibration.arrays(f"{prefix}calibration") | self.baseline.arrays(f"{prefix}baseline")

    @classmethod
    def from_artifact(cls, artifact: Artifact, prefix: str) -> "Reading":
        named = (f"{prefix}{name}" for name in ("calibration", "baseline"))
        return cls(*(Calibration.from_arrays(artifact.arrays, name) for name in named))


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    outcome: Outcome
    measured: Floats
    """[R]: 1 where the outcome was measured for the readout, else 0: then nothing is said of it."""
    rates: Floats
    """[fold, R]: the readout's own rate without the fold; last, over all."""
    alone: Reading
    pairs: Reading

    def probabilities(self, expected: Expected, fold: int, *, is_pair: bool) -> tuple[Floats, Floats]:
        """(probability, baseline), [R] each."""
        reading, rate = self.pairs if is_pair else self.alone, self.rates[fold]
        score = score_of(self.outcome, expected)
        return reading.calibration(score, rate), reading.baseline(np.zeros_like(rate), rate)

    def arrays(self, prefix: str) -> dict[str, Array]:
        own: dict[str, Array] = {
            f"{prefix}measured": self.measured.astype(np.int8),
            f"{prefix}rates": self.rates.astype(np.float32),
        }
        return own | self.alone.arrays(f"{prefix}alone.") | self.pairs.arrays(f"{prefix}pairs.")

    @classmethod
    def from_artifact(cls, artifact: Artifact, prefix: str, outcome: Outcome) -> "OutcomeModel":
        measured, rates = (artifact.arrays[f"{prefix}{name}"] for name in ("measured", "rates"))
        readings = (Reading.from_artifact(artifact, f"{prefix}{name}.") for name in ("alone", "pairs"))
        return cls(outcome, measured, rates, *readings)


def fold_rates(part: Measurements, columns: npt.NDArray[np.int64], num_readouts: int) -> Floats:
    """[fold, R] from labels outside each fold; `columns` are the rows' readouts in the table's order."""
    folds = np.array([fold_of(name) for name in part.perturbations])[part.perturbation]
    kept = [folds != fold for fold in range(NUM_FOLDS + 1)]
    return np.stack([fit_rates(columns[some], part.label[some], num_readouts) for some in kept]).astype(np.float64)


def predicted_rows(part: Measurements, expected: Mapping[int, Expected]) -> npt.NDArray[np.int64]:
    """Rows of perturbations that something is expected of; not those of the perturbed gene itself."""
    return np.flatnonzero(np.isin(part.perturbation, list(expected)) & ~is_own_readout(part))


def predictions(
    part: Measurements,
    columns: npt.NDArray[np.int64],
    rates: Floats,
    expected: Mapping[int, Expected],
    rivals: Mapping[int, Floats],
) -> Predictions:
    """Of the rows whose perturbation something is `expected` of (by its place in `part.perturbations`)."""
    rows = predicted_rows(part, expected)
    folds = np.array([fold_of(name) for name in part.perturbations])[part.perturbation[rows]]
    column = columns[rows]
    nothing = np.full(rates.shape[1], np.nan)
    scores = {place: score_of(part.outcome, one) for place, one in expected.items()}
    asked = part.perturbation[rows].tolist()
    score = np.array([scores[place][readout] for place, readout in zip(asked, column.tolist(), strict=True)])
    rival = np.array(
        [rivals.get(place, nothing)[readout] for place, readout in zip(asked, column.tolist(), strict=True)]
    )
    uncertainty = np.array([expected[place].uncertainty for place in asked])
    rate, label = rates[folds, column], part.label[rows]
    return Predictions(score, column, folds, label, rate, rival, part.perturbation[rows], uncertainty)


def quality(known: Predictions, reading: Reading) -> dict[str, Any]:
    """Of predictions that were held out, within readout and fold; beside what trivial models reach.

    Calibrated, for this, by what has not seen the fold either.
    """
    within = known.readout * NUM_FOLDS + known.fold
    probability = cross_fitted(known.score, known.rate, known.label, known.fold)
    baseline = reading.baseline(np.zeros_like(known.rate), known.rate)
    found: dict[str, Any] = {
        "num_pairs": len(known.label),
        "positive_rate": round(float(known.label.mean()), 6),
        "ranking": ranking_quality(probability, known.label, within, known.perturbation.astype(str)),
        "calibration_error": calibration_quality(probability, known.label),
        "gene_frequency_calibration_error": calibration_quality(baseline, known.label),
        "reliability": reliability_bins(probability, known.label),
        "risk_by_coverage": risk_by_coverage(known.uncertainty, probability, known.label, within.astype(str)),
        "risk_curves": risk_curves(known.uncertainty, probability, baseline, known.label),
        "mean_shift_auc_per_gene": 0.5,
    }
    both = np.isfinite(known.rival)
    if both.any():
        same: dict[str, Any] = {"rows": int(both.sum())}
        for name, score in (("additive", known.rival), ("model", probability)):
            ranked = ranking_quality(score[both], known.label[both], within[both])
            same |= {name: ranked["auc_per_gene"] if ranked else None}
        found["beside_plain_addition"] = same
    return found


def cross_fitted(score: Floats, rate: Floats, label: npt.NDArray[np.bool_], fold: npt.NDArray[np.int64]) -> Floats:
    """Probabilities [row] by calibrations that have not seen the row's fold."""
    probability = np.zeros_like(score)
    for each in sorted(set(fold.tolist())):
        here = fold == each
        if not here.all():
            fitted = Reading.of_rows(score[~here], rate[~here], label[~here])
            probability[here] = fitted.calibration(score[here], rate[here])
    return probability


def fit_readings(alone: Predictions, pairs: Predictions) -> tuple[Reading, Reading, Sequence[str]]:
    """Of single genes and of pairs, and what to say about the second."""
    first = Reading.of(alone)
    if len(pairs.label) < LEAST_ROWS:
        return first, first, ["too few pairs were measured: they are read as single genes are"]
    return first, Reading.of(pairs), []
