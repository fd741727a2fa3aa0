"""Least squares on likeness: leaving one out in closed form is leaving one out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.soft_verifier.domain.gene_class.class_model import Fit
from biorl.soft_verifier.domain.gene_class.five_fold import five_fold
from biorl.soft_verifier.domain.gene_class.weighing import Views


def likeness_and_labels(seed: int, size: int = 24):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(size, 3))
    label = points[:, 0] + 0.3 * rng.normal(size=size) > 0
    label[:2] = True, False
    features = np.concatenate([points, np.ones((size, 1))], axis=1)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    return features @ features.T, label


@given(st.integers(0, 1000), st.integers(2, 23))
def test_a_gene_left_out_in_closed_form_is_a_gene_that_was_never_there(seed: int, row: int) -> None:
    likeness, label = likeness_and_labels(seed)
    others = np.arange(len(label)) != row
    noise = Fit.of(likeness, label).noise
    inverse = np.linalg.inv(likeness[np.ix_(others, others)] + np.diag(noise[others]))
    query = likeness[row, others]
    score, variance = Fit.of(likeness, label).left_out(label)
    assert score[row] == pytest.approx(query @ inverse @ np.where(label[others], 1, -1), abs=1e-6)
    assert variance[row] == pytest.approx(1 - query @ inverse @ query, abs=1e-6)


def test_a_gene_unlike_any_has_no_score_and_full_variance() -> None:
    likeness, label = likeness_and_labels(0)
    score, variance = Fit.of(likeness, label).scores(np.zeros((1, len(label))))
    assert (score[0], variance[0]) == (0.0, 1.0)


def test_five_folds_find_a_rule_and_find_none_where_there_is_none() -> None:
    likeness, label = likeness_and_labels(1, 200)
    coins = np.random.default_rng(2).random(200) < 0.5
    alone = Views((1 + likeness[None]) / 2, np.ones(1), 1.0)
    assert np.mean(five_fold(alone, label)) > 0.9
    assert np.mean(five_fold(alone, coins)) == pytest.approx(0.5, abs=0.1)
