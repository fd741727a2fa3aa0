"""Least squares on likeness, and its mean with a forest: no part knows the labels of the fold that it judges."""

import numpy as np
import pytest

from biorl.soft_verifier.domain.molecule.mixture import fit_mixture
from biorl.soft_verifier.domain.molecule.ridge import NOISE, Ridge


def problem(seed: int = 0, size: int = 90):
    """A number that follows from two features, and a likeness that sees them."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(size, 4)).astype(np.float32)
    target = (features[:, 0] - features[:, 1]).astype(np.float64)
    squares = ((features[:, None] - features[None]) ** 2).sum(axis=2, dtype=np.float64)
    return features, np.exp(-squares / 8), target, (np.arange(size) % 3).astype(np.int8)


def test_a_part_is_least_squares_on_the_other_folds() -> None:
    _, likeness, target, fold = problem()
    known, asked = fold != 1, np.flatnonzero(fold == 1)[0]
    mean = target[known].mean()
    system = likeness[np.ix_(known, known)] + NOISE * np.eye(known.sum())
    expected = likeness[asked, known] @ np.linalg.inv(system) @ (target[known] - mean) + mean
    ridge = Ridge.fit(likeness, target, fold, yes_or_no=False)
    assert ridge.value(likeness[asked], 1) == pytest.approx(expected)
    assert ridge.unseen(likeness, fold)[asked] == pytest.approx(expected)


def test_both_answers_weigh_the_same() -> None:
    """Of molecules that nothing tells apart nobody is sure, however rare one answer is."""
    target = (np.arange(60) % 10 == 0).astype(np.float64)
    ridge = Ridge.fit(np.ones((60, 60)), target, (np.arange(60) % 3).astype(np.int8), yes_or_no=True)
    assert ridge.value(np.ones(60), None) == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("yes_or_no", [True, False])
def test_the_labels_of_a_fold_change_nothing_of_what_its_part_says(yes_or_no: bool) -> None:
    features, likeness, number, fold = problem()
    target = (number > 0).astype(np.float64) if yes_or_no else number
    turned = np.where(fold == 2, 1 - target, target)
    before, after = (fit_mixture(features, likeness, each, fold, yes_or_no=yes_or_no) for each in (target, turned))
    assert before.ridge
    assert after.ridge
    for row in np.flatnonzero(fold == 2)[:5]:
        assert before.ridge.value(likeness[row], 2) == after.ridge.value(likeness[row], 2)
        votes = [each.forest.votes(features[[row]], each.forest.without(2)) for each in (before, after)]
        assert np.array_equal(*votes)


def test_a_number_is_the_mean_of_both_and_their_disagreement_is_doubt() -> None:
    features, likeness, target, fold = problem()
    mixture = fit_mixture(features, likeness, target, fold, yes_or_no=False)
    assert mixture.ridge
    votes = mixture.forest.votes(features[:1], mixture.forest.without(0))
    said = mixture.ridge.value(likeness[0], 0)
    score, variance = mixture.judge(features[0], likeness[0], 0)
    assert score == pytest.approx((votes.mean() + said) / 2, rel=1e-5)
    assert variance == pytest.approx(votes.var() + ((votes.mean() - said) / 2) ** 2, rel=1e-4)


def test_rows_are_judged_alike_alone_and_together() -> None:
    features, likeness, target, fold = problem()
    mixture = fit_mixture(features, likeness, (target > 0).astype(np.float64), fold, yes_or_no=True)
    score, variance = mixture.unseen(features, likeness, fold)
    alone = [mixture.judge(features[row], likeness[row], int(fold[row])) for row in range(10)]
    assert np.array(alone) == pytest.approx(np.stack([score, variance], axis=1)[:10])


def test_the_mixture_is_better_than_the_forest() -> None:
    features, likeness, target, fold = problem()
    errors = []
    for told in (likeness, None):
        score, _ = fit_mixture(features, told, target, fold, yes_or_no=False).unseen(features, told, fold)
        errors.append(np.mean((score - target) ** 2))
    assert errors[0] < 0.8 * errors[1]
