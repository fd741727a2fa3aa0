"""A random forest as plain arrays: grown by scikit-learn, kept and evaluated without it.

Trees grow in parts: those of a part have not seen one fold of the training molecules, and judge it. So a training
molecule is judged like any other, by trees that do not remember it, and the same trees together judge the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.belief import Array

Matrix = npt.NDArray[np.float32]
LEAF = -1
RARE = 400
"""So many training molecules of the rarer answer are enough for trees to split for it; of fewer, each weighs more.
Chosen over held-out training scaffolds; 300 to 500 are alike."""
CHUNK = 1024
"""Rows evaluated at once: bounds memory at some 10 MB."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Nodes of all trees in one row, each tree depth first: the left child of a node is the next one."""

    feature: npt.NDArray[np.int16]
    """[node]; LEAF for a leaf."""
    threshold: npt.NDArray[np.float32]
    """[node]; a row goes left when its feature is at most this."""
    right: npt.NDArray[np.int32]
    """[node]"""
    value: Matrix
    """[node]: mean of the training labels in it."""
    root: npt.NDArray[np.int32]
    """[tree]"""
    unseen: npt.NDArray[np.int8]
    """[tree]: the fold that the tree has not seen."""

    def votes(self, features: Matrix, trees: npt.NDArray[np.intp] | None = None) -> Matrix:
        """[row, tree], of the trees asked for, else of all."""
        roots = self.root if trees is None else self.root[trees]
        parts = [self._walk(features[start : start + CHUNK], roots) for start in range(0, len(features), CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, len(roots)), dtype=np.float32)

    def _walk(self, features: Matrix, roots: npt.NDArray[np.int32]) -> Matrix:
        node = np.tile(roots, (len(features), 1))
        rows = np.arange(len(features))[:, None]
        while True:
            feature = self.feature[node]
            inner = feature != LEAF
            if not inner.any():
                return self.value[node]
            goes_left = features[rows, np.where(inner, feature, 0)] <= self.threshold[node]
            node = np.where(inner, np.where(goes_left, node + 1, self.right[node]), node)

    def without(self, fold: int) -> npt.NDArray[np.intp]:
        """The trees that have not seen this fold."""
        return np.flatnonzero(self.unseen == fold)

    def arrays(self) -> dict[str, Array]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str) -> Self:
        return cls(**{field.name: arrays[prefix + field.name] for field in fields(cls)})


def grow(
    features: Matrix, target: npt.NDArray[np.float64], fold: npt.NDArray[np.int8], *, yes_or_no: bool, trees: int
) -> Forest:
    """`trees` for each fold, from [row, feature], [row] and [row]. Equal input gives equal arrays."""
    is_rare = yes_or_no and min(target.sum(), len(target) - target.sum()) < RARE
    parts: list[dict[str, Array]] = []
    offset = 0
    for part in range(int(fold.max()) + 1):
        known = fold != part
        for tree in _trees(features[known], target[known], part, yes_or_no=yes_or_no, trees=trees, is_rare=is_rare):
            arrays = _exported(tree, yes_or_no=yes_or_no) | {"root": np.zeros(1), "unseen": np.full(1, part)}
            parts.append(arrays | {name: arrays[name] + offset for name in ("right", "root")})
            offset += len(arrays["feature"])
    joined = {name: np.concatenate([arrays[name] for arrays in parts]) for name in parts[0]}
    kinds = {"feature": np.int16, "threshold": np.float32, "right": np.int32, "value": np.float32}
    return Forest(
        **{name: joined[name].astype((kinds | {"root": np.int32, "unseen": np.int8})[name]) for name in joined}
    )


def _trees(
    features: Matrix, target: npt.NDArray[np.float64], part: int, *, yes_or_no: bool, trees: int, is_rare: bool
) -> list[tuple[Any, Any]]:
    """(tree, place of the class "yes" among its classes); scikit-learn is needed for training alone."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor  # noqa: PLC0415

    if not yes_or_no:
        numbers = RandomForestRegressor(trees, max_features=0.33, min_samples_leaf=2, random_state=part, n_jobs=1)
        return [(each.tree_, None) for each in numbers.fit(features, target).estimators_]
    weight = "balanced_subsample" if is_rare else None
    answers = RandomForestClassifier(
        trees, max_features="sqrt", min_samples_leaf=2, class_weight=weight, random_state=part, n_jobs=1
    )
    classes = list(answers.fit(features, target > 0.5).classes_)
    return [(each.tree_, classes.index(True) if True in classes else None) for each in answers.estimators_]


def _exported(grown: tuple[Any, Any], *, yes_or_no: bool) -> dict[str, Array]:
    """One tree of scikit-learn, which grows depth first, as arrays."""
    tree, yes = grown
    leaf = tree.children_left < 0
    inner = np.flatnonzero(~leaf)
    assert (tree.children_left[inner] == inner + 1).all()  # noqa: S101 - our own invariant
    return {
        "feature": np.where(leaf, LEAF, tree.feature),
        "threshold": _rounded_down(tree.threshold),
        "right": np.where(leaf, 0, tree.children_right),
        "value": _values(tree.value[:, 0, :], yes, yes_or_no=yes_or_no),
    }


def _values(value: npt.NDArray[np.float64], yes: int | None, *, yes_or_no: bool) -> npt.NDArray[np.float64]:
    if not yes_or_no:
        return value[:, 0]
    if yes is None:  # nothing but "no" was seen
        return np.zeros(len(value))
    share: npt.NDArray[np.float64] = value[:, yes] / value.sum(axis=1)
    return share


def _rounded_down(threshold: npt.NDArray[np.float64]) -> Matrix:
    """The largest float32 that is not larger: float32 features then go the same way as with the double."""
    nearest = threshold.astype(np.float32)
    return np.where(nearest > threshold, np.nextafter(nearest, np.float32(-np.inf)), nearest).astype(np.float32)
