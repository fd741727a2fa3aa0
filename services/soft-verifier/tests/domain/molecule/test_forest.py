"""The forest as arrays says what scikit-learn's says, bit for bit of a float32, and remembers no fold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from biorl.soft_verifier.domain.molecule import forest as module
from biorl.soft_verifier.domain.molecule.forest import RARE, grow


def problem(seed: int, *, yes_or_no: bool, size: int = 60):
    rng = np.random.default_rng(seed)
    features = np.round(rng.normal(size=(size, 7)), 1).astype(np.float32) * np.float32(rng.choice([1e-3, 1.0, 1e5]))
    target = features[:, 0] + 0.3 * rng.normal(size=size)
    fold = rng.integers(0, 3, size).astype(np.int8)
    return features, (target > 0).astype(np.float64) if yes_or_no else target.astype(np.float64), fold


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([None, "balanced_subsample"]))
def test_it_says_what_scikit_learn_says_and_weighs_a_rare_answer(
    seed: int, yes_or_no: bool, weight: str | None
) -> None:
    features, target, fold = problem(seed, yes_or_no=yes_or_no, size=60 if weight else 3 * RARE)
    grown = grow(features, target, fold, yes_or_no=yes_or_no, trees=4)
    for part in range(3):
        known = fold != part
        if yes_or_no:
            theirs = RandomForestClassifier(
                4, max_features="sqrt", min_samples_leaf=2, class_weight=weight, random_state=part
            )
            theirs.fit(features[known], target[known] > 0.5)
            expected = theirs.predict_proba(features)[:, list(theirs.classes_).index(True)]
        else:
            theirs = RandomForestRegressor(4, max_features=0.33, min_samples_leaf=2, random_state=part)
            expected = theirs.fit(features[known], target[known]).predict(features)
        ours = grown.votes(features, grown.without(part)).mean(axis=1)
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6 * np.abs(target).max())


@given(st.integers(0, 1000))
@settings(max_examples=5, deadline=None)
def test_equal_input_gives_equal_arrays(seed: int) -> None:
    first, again = (grow(*problem(seed, yes_or_no=True), yes_or_no=True, trees=3).arrays() for _ in range(2))
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_the_trees_of_a_fold_do_not_know_its_labels() -> None:
    features, target, fold = problem(3, yes_or_no=True)
    turned = np.where(fold == 1, 1 - target, target)
    before, after = (grow(features, labels, fold, yes_or_no=True, trees=5) for labels in (target, turned))
    assert np.array_equal(before.votes(features, before.without(1)), after.votes(features, after.without(1)))
    assert not np.array_equal(before.votes(features, before.without(0)), after.votes(features, after.without(0)))


def test_a_part_that_saw_one_answer_only_gives_it() -> None:
    features, target, fold = problem(4, yes_or_no=True)
    target[fold != 2] = 0.0
    grown = grow(features, target, fold, yes_or_no=True, trees=2)
    assert (grown.votes(features, grown.without(2)) == 0).all()


def test_rows_are_judged_alike_alone_and_together(monkeypatch: pytest.MonkeyPatch) -> None:
    features, target, fold = problem(5, yes_or_no=False)
    grown = grow(features, target, fold, yes_or_no=False, trees=2)
    together = grown.votes(features)
    monkeypatch.setattr(module, "CHUNK", 7)
    assert np.array_equal(grown.votes(features), together)
    assert grown.votes(features[:0]).shape == (0, 6)
