"""Probabilities mean what they say, keep the order within a readout, and never claim certainty from few labels."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from biorl.soft_verifier.domain.calibration import fit_baseline, fit_calibration, fit_curve, sigmoid
from biorl.soft_verifier.domain.quality import calibration_quality


def drawn(seed: int, count: int = 20_000):
    rng = np.random.default_rng(seed)
    score, rate = rng.normal(size=count), rng.uniform(0.05, 0.6, size=count)
    truth = sigmoid(1.3 * score + np.log(rate / (1 - rate)))
    return score, rate, rng.random(count) < truth


def test_a_calibrated_probability_holds_on_new_draws() -> None:
    calibration = fit_calibration(*drawn(1))
    score, rate, label = drawn(2)
    assert calibration_quality(calibration(score, rate), label) < 0.015
    assert calibration_quality(rate, label) > 0.03


def test_the_baseline_knows_the_rate_alone() -> None:
    _, rate, label = drawn(1)
    baseline = fit_baseline(rate, label)
    assert calibration_quality(baseline(np.zeros_like(rate), rate), label) < 0.01
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


def test_the_first_row_alone_does_not_lift_all_that_follow() -> None:
    """A no, then a yes among hundreds of noes: the first block is one row, and half of it is the base rate's."""
    label = np.concatenate([[False, True], np.zeros(300, dtype=bool), np.ones(300, dtype=bool)])
    prediction = np.linspace(0, 1, len(label))
    assert fit_curve(prediction, label)(prediction[:150]).max() < 0.02
