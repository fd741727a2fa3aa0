"""The conformal predictive distribution: its intervals hold, its probabilities are probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.soft_verifier.domain.molecule.predictive import fit_residuals


def fitted(seed: int = 0, size: int = 500):
    rng = np.random.default_rng(seed)
    variance = rng.uniform(0.1, 2.0, size)
    prediction = rng.normal(size=size)
    truth = prediction + rng.standard_t(4, size) * np.sqrt(variance)
    return fit_residuals(prediction, truth, variance), prediction, truth, variance


def test_the_ninety_per_cent_interval_holds_for_nine_in_ten_new_ones() -> None:
    residuals, *_ = fitted(0, 2000)
    _, prediction, truth, variance = fitted(1, 2000)
    scale = np.sqrt(variance + residuals.floor**2)
    ends = [residuals.interval(mean, width) for mean, width in zip(prediction, scale, strict=True)]
    inside = [low <= value <= high for (low, high), value in zip(ends, truth, strict=True)]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.03)


@given(st.floats(-5, 5), st.floats(0.1, 3), st.floats(-8, 8), st.floats(0.01, 5))
def test_credit_is_a_probability_and_grows_with_the_tolerance(
    mean: float, scale: float, answer: float, tolerance: float
) -> None:
    residuals = fitted()[0]
    narrow, wide = (residuals.within(mean, scale, answer, width) for width in (tolerance, 2 * tolerance))
    assert 0 <= narrow <= wide <= 1


def test_an_answer_near_the_prediction_is_worth_more_than_one_far_off() -> None:
    residuals = fitted()[0]
    near, far = (residuals.within(1.0, 0.8, answer, 0.5) for answer in (1.1, 4.0))
    assert near > 0.3
    assert far < 0.05
    assert residuals.within(1.0, 0.8, 1.0, 1e9) == 1.0
