"""A calibration error is read beside the one that a model without fault would show on as few rows."""

import numpy as np
import pytest

from biorl.soft_verifier.domain.labelled_quality import answer_quality, calibration_by_chance, number_quality


@pytest.mark.parametrize("seed", range(3))
def test_fewer_rows_show_a_larger_error_of_a_model_without_fault(seed: int) -> None:
    beliefs = np.random.default_rng(seed).uniform(0.1, 0.9, size=5000)
    few, many = calibration_by_chance(beliefs[:100]), calibration_by_chance(beliefs)
    assert few["mean"] > 3 * many["mean"]
    assert 0 < few["mean"] < few["percentile_95"]


def test_a_shifted_base_rate_stands_out_of_chance_and_right_beliefs_do_not() -> None:
    rng = np.random.default_rng(0)
    beliefs = rng.uniform(0.1, 0.9, size=300)
    right, shifted = rng.random(300) < beliefs, rng.random(300) < beliefs / 2
    doubt = 1 - np.abs(2 * beliefs - 1)
    honest, wrong = (answer_quality(beliefs, label, doubt, {}) for label in (right, shifted))
    assert honest["calibration_error"] < honest["calibration_error_by_chance"]["percentile_95"]
    assert wrong["calibration_error"] > wrong["calibration_error_by_chance"]["percentile_95"]


def test_the_surest_numbers_are_the_nearest_and_all_together_have_the_rmse_of_all() -> None:
    rng = np.random.default_rng(0)
    truth, scale = rng.normal(size=400), rng.uniform(0.1, 1, size=400)
    prediction = truth + scale * rng.normal(size=400)
    quality = number_quality(prediction, truth, scale, scale < 1, {})
    curve = quality["risk_curves"]["beliefs"]
    assert [share for share, _ in curve] == pytest.approx(np.arange(1, 21) / 20)
    assert curve[0][1] < curve[-1][1] / 2
    assert curve[-1][1] == quality["rmse"]
