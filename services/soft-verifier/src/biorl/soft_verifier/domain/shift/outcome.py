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
from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.effects import Measurements, is_own_readout
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS
from biorl.soft_verifier.domain.quality import held_out_quality, ranking_quality, risk_by_coverage, risk_curves
from biorl.soft_verifier.domain.reading import Reading, cross_fitted, folds_of
from biorl.soft_verifier.domain.shift.shift_model import Expected
from biorl.soft_verifier.domain.shift.table import Floats

LEAST_ROWS = 200
"""Held-out predictions that a calibration of pairs is fitted on; with fewer, that of single genes serves."""


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

    def where(self, kept: npt.NDArray[np.bool_]) -> "Predictions":
        return Predictions(*(getattr(self, part.name)[kept] for part in fields(self)))


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
        return reading(expected.score(self.outcome), rate)

    def arrays(self) -> dict[str, Array]:
        own: dict[str, Array] = {
            "measured": self.measured.astype(np.int8),
            "rates": self.rates.astype(np.float32),
        }
        return own | self.alone.arrays("alone.") | self.pairs.arrays("pairs.")

    @classmethod
    def from_artifact(cls, artifact: Artifact, prefix: str, outcome: Outcome) -> "OutcomeModel":
        measured, rates = (artifact.arrays[f"{prefix}{name}"] for name in ("measured", "rates"))
        readings = (Reading.from_artifact(artifact, f"{prefix}{name}.") for name in ("alone", "pairs"))
        return cls(outcome, measured, rates, *readings)


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
    folds, column = folds_of(part)[rows], columns[rows]
    nothing = np.full(rates.shape[1], np.nan)
    scores = {place: one.score(part.outcome) for place, one in expected.items()}
    asked = part.perturbation[rows].tolist()
    score = np.array([scores[place][readout] for place, readout in zip(asked, column.tolist(), strict=True)])
    rival = np.array(
        [rivals.get(place, nothing)[readout] for place, readout in zip(asked, column.tolist(), strict=True)]
    )
    rate, label = rates[folds, column], part.label[rows]
    return Predictions(score, column, folds, label, rate, rival, part.perturbation[rows])


def quality(known: Predictions, reading: Reading) -> dict[str, Any]:
    """Of predictions that were held out, within readout and fold; beside what trivial models reach.

    Calibrated, for this, by what has not seen the fold either.
    """
    within = known.readout * NUM_FOLDS + known.fold
    probability = cross_fitted(known.score, known.rate, known.label, known.fold)
    _, baseline = reading(known.score, known.rate)
    doubt = chance_of_error(probability)
    found = held_out_quality(probability, baseline, known.label, within, known.perturbation.astype(str)) | {
        "num_pairs": len(known.label),
        "positive_rate": round(float(known.label.mean()), 6),
        "risk_by_coverage": risk_by_coverage(doubt, probability, known.label, within.astype(str)),
        "risk_curves": risk_curves(doubt, probability, baseline, known.label),
        "mean_shift_auc_per_gene": 0.5,
    }
    both = np.isfinite(known.rival)
    if both.any():
        found["beside_plain_addition"] = _beside_addition(known.where(both), probability[both], within[both])
    return found


def _beside_addition(known: Predictions, probability: Floats, within: npt.NDArray[np.int64]) -> dict[str, Any]:
    same: dict[str, Any] = {"rows": len(known.label)}
    for name, score in (("additive", known.rival), ("model", probability)):
        ranked = ranking_quality(score, known.label, within)
        same |= {name: ranked["auc_per_gene"] if ranked else None}
    return same


def fit_readings(alone: Predictions, pairs: Predictions) -> tuple[Reading, Reading, Sequence[str]]:
    """Of single genes and of pairs, and what to say about the second."""
    first = _read(alone)
    if len(pairs.label) < LEAST_ROWS:
        return first, first, ["too few pairs were measured: they are read as single genes are"]
    return first, _read(pairs), []


def _read(known: Predictions) -> Reading:
    return Reading.of(known.score, known.rate, known.label)
