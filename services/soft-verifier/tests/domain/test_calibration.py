"""Probabilities mean what they say, keep the order within a readout, and never claim certainty from few labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biorl.soft_verifier.domain.calibration import fit_baseline, fit_calibration, fit_curve, sigmoid
from biorl.soft_verifier.domain.quality import (
    auc_by_readout,
    calibration_error,
    ranking_quality,
    reliability,
    risk_by_coverage,
)


def drawn(seed: int, count: int = 20_000):
    rng = np.random.default_rng(seed)
    score, rate = rng.normal(size=count), rng.uniform(0.05, 0.6, size=count)
    truth = sigmoid(1.3 * score + np.log(rate / (1 - rate)))
    return score, rate, rng.random(count) < truth


def test_a_calibrated_probability_holds_on_new_draws() -> None:
    calibration = fit_calibration(*drawn(1))
    score, rate, label = drawn(2)
    assert calibration_error(label, calibration(score, rate)) < 0.015
    assert calibration_error(label, rate) > 0.03


def test_the_baseline_knows_the_rate_alone() -> None:
    _, rate, label = drawn(1)
    baseline = fit_baseline(rate, label)
    assert calibration_error(label, baseline(np.zeros_like(rate), rate)) < 0.01
    assert not np.allclose(baseline(np.zeros(2), np.array([0.1, 0.5])), 0.3)


def test_within_a_readout_a_higher_score_is_a_higher_probability() -> None:
    calibration = fit_calibration(*drawn(1))
    probability = calibration(np.linspace(-2, 2, 50), np.full(50, 0.3))
    assert (np.diff(probability) > 0).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_a_curve_never_falls_and_stays_in_the_unit_interval(points) -> None:
    prediction, label = np.array([x for x, _ in points]), np.array([y for _, y in points])
    values = fit_curve(prediction, label)(np.linspace(0, 1, 101))
    assert (np.diff(values) >= -1e-12).all()
    assert values.min() >= 0
    assert values.max() <= 1


def test_a_pure_block_does_not_claim_certainty() -> None:
    values = fit_curve(np.linspace(0, 1, 20), np.arange(20) >= 10)(np.array([0.0, 1.0]))
    assert 0 < values[0] < 0.1
    assert 0.9 < values[1] < 1


def test_the_readouts_own_rate_ranks_at_one_half() -> None:
    readout = np.repeat([0, 1, 2], 4)
    label = np.array([1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0], dtype=bool)
    rate = np.repeat([0.25, 0.5, 0.75], 4)
    assert auc_by_readout(readout, label, rate).tolist() == [0.5, 0.5, 0.5]


def test_a_readout_with_one_label_is_not_ranked() -> None:
    quality = ranking_quality(
        np.array([0, 0, 1, 1]), np.array([True, True, True, False]), np.array([0.1, 0.2, 0.9, 0.3])
    )
    assert quality is not None
    assert (quality.auc, quality.num_readouts) == (1.0, 1)
    assert ranking_quality(np.array([0, 0]), np.array([True, True]), np.array([0.1, 0.2])) is None


def test_folds_are_ranked_apart() -> None:
    """The rates of two folds differ against their labels; across folds that looks like knowledge turned round."""
    readout, fold = np.zeros(4, dtype=int), np.array([0, 0, 1, 1])
    label, score = np.array([True, False, False, False]), np.array([0.2, 0.1, 0.4, 0.3])
    quality = ranking_quality(readout, label, score, fold)
    assert quality is not None
    assert quality.auc == 1.0


def test_bins_hold_everything_once() -> None:
    label, probability = np.arange(100) % 3 == 0, np.linspace(0, 1, 100)
    assert sum(entry["count"] for entry in reliability(label, probability)) == 100
    assert reliability(label[:0], probability[:0]) == []


def test_useful_doubt_makes_the_surest_the_best() -> None:
    rng = np.random.default_rng(0)
    readout, label, doubt = np.repeat(np.arange(20), 50), rng.random(1000) < 0.5, rng.random(1000)
    probability = np.where(rng.random(1000) < doubt, rng.random(1000), label)
    rows = risk_by_coverage(readout, label, probability, doubt)
    errors = [row["error_rate"] for row in rows]
    assert errors == sorted(errors)
    assert errors[0] < errors[-1] == pytest.approx(0.25, abs=0.05)
