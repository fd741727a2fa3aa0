"""From labelled molecules to the models of their properties, each with what a card says of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.domain.known_labels import KnownLabel, by_name
from biorl.soft_verifier.domain.labelled_quality import answer_quality, number_quality
from biorl.soft_verifier.domain.molecule.forest import Matrix
from biorl.soft_verifier.domain.molecule.library import Library, Relatives, few_enough, smiles_of
from biorl.soft_verifier.domain.molecule.property_model import (
    FOLDS,
    Examples,
    Kin,
    PropertyModel,
    fit_property,
    scaffold_folds,
    too_few,
)
from biorl.soft_verifier.domain.molecule.published import PUBLISHED
from biorl.soft_verifier.domain.molecule.structure import (
    likeness,
    weight_and_log_p,
)

Numbers = npt.NDArray[np.float64]
RIVAL_SAMPLE = 2000
"""Training molecules on which the trivial rivals are measured: each asks for its nearest neighbour."""


@dataclass(frozen=True, slots=True)
class TrainedProperty:
    arrays: dict[str, Array]
    entry: dict[str, Any]
    """What the card says of it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of one property."""

    name: str
    rows: npt.NDArray[np.intp]
    """Of the library, sorted."""
    kept: list[KnownLabel]
    """[row]"""
    target: Numbers
    """[row]"""
    yes_or_no: bool

    @classmethod
    def of(cls, name: str, known: Sequence[KnownLabel], library: Library) -> Self:
        rows, kept = _rows(known, library.place)
        target = np.array([float(label.value) for label in kept])
        return cls(name, rows, kept, target, all(isinstance(label.value, bool) for label in kept))

    @property
    def too_few(self) -> bool:
        return too_few(self.target, yes_or_no=self.yes_or_no)


def train_properties(
    library: Library, labels: Sequence[KnownLabel]
) -> tuple[list[TrainedProperty], list[dict[str, Any]], Relatives | None]:
    """The models, the properties that have none, with the reason, and the molecules that the models weigh."""
    measured = [Measured.of(name, known, library) for name, known in by_name(labels).items()]
    enough = [each for each in measured if not each.too_few]
    relatives = Relatives.of(library, [each.rows for each in enough])
    trained: list[TrainedProperty] = []
    for _, same in groupby(enough, key=lambda each: each.rows.tobytes()):  # SIDER asks 27 things of the same molecules
        together = list(same)
        rows = together[0].rows
        kin = relatives.kin(rows) if relatives and few_enough(rows) else None
        alike = _likeness(rows, library, kin) if kin else None
        trained += [_trained(each, _examples(each, library, alike), kin) for each in together]
    left_out = [
        {"property": each.name, "reason": "too_few_labels", "num_molecules": len(each.kept)}
        for each in measured
        if each.too_few
    ]
    return trained, left_out, relatives


def _likeness(rows: npt.NDArray[np.intp], library: Library, kin: Kin) -> Numbers:
    """[row, row]"""
    return np.array([kin.to(library.fragments[row], library.descriptors[row]) for row in rows])


def _examples(known: Measured, library: Library, alike: Numbers | None) -> Examples:
    smiles = tuple(library.smiles[row] for row in known.rows)
    folds = scaffold_folds([label.group for label in known.kept], smiles)
    features, fingerprints = library.features(known.rows), library.fingerprints[known.rows]
    return Examples(smiles, features, fingerprints, known.target, folds, alike)


def _rows(known: Sequence[KnownLabel], place: Mapping[str, int]) -> tuple[npt.NDArray[np.intp], list[KnownLabel]]:
    """One label a molecule, in the order of the library. Datasets that say yes and no of one leave it out; of numbers
    that differ the mean counts."""
    said: dict[int, list[KnownLabel]] = {}
    for label in known:
        row = place.get(smiles_of(label))
        if row is not None:
            said.setdefault(row, []).append(label)
    agreed = {row: one for row, labels in sorted(said.items()) if (one := _agreed(labels))}
    return np.array(list(agreed), dtype=np.intp), list(agreed.values())


def _agreed(labels: Sequence[KnownLabel]) -> KnownLabel | None:
    values = {label.value for label in labels}
    if len(values) == 1:
        return labels[0]
    if any(isinstance(value, bool) for value in values):
        return None
    return replace(labels[0], value=math.fsum(values) / len(values))


def _trained(known: Measured, examples: Examples, kin: Kin | None) -> TrainedProperty:
    name, unit = known.name, known.kept[0].unit
    model, score, variance = fit_property(name, unit, examples, kin, yes_or_no=known.yes_or_no)
    plain = _straight_line(examples)
    quality = (
        _answers(model, score, examples, plain)
        if known.yes_or_no
        else _numbers(model, score, variance, examples, plain)
    )
    entry: dict[str, Any] = {
        "property": name,
        "unit": unit,
        "answers": "yes_or_no" if known.yes_or_no else "number",
        "num_molecules": len(known.rows),
        "trees": len(model.mixture.forest.root),
        "weighs_likeness": kin is not None,
        "least_likeness": model.least_likeness,
        "cross_validated": {"folds": f"{FOLDS}, by scaffold", **quality},
    }
    if model.residuals:
        entry["residual_floor"] = model.residuals.floor
    if published := PUBLISHED.get(name.partition("/")[0]):
        entry["published"] = published
    return TrainedProperty(model.arrays() | {"rows": known.rows.astype(np.int32), "plain": plain}, entry)


def _answers(model: PropertyModel, score: Numbers, examples: Examples, plain: Numbers) -> dict[str, Any]:
    assert model.calibration is not None  # noqa: S101
    believed = [model.believed(each) for each in score]
    probability = np.array([belief.probability for belief in believed], dtype=np.float64)
    doubt = np.array([belief.uncertainty for belief in believed], dtype=np.float64)
    some, rivals = _rivals(examples, plain, weighted=True)
    quality = answer_quality(probability, examples.target > 0.5, doubt, {})
    quality["trivial"] |= answer_quality(probability[some], examples.target[some] > 0.5, doubt[some], rivals)["trivial"]
    return quality


def _numbers(
    model: PropertyModel, score: Numbers, variance: Numbers, examples: Examples, plain: Numbers
) -> dict[str, Any]:
    assert model.residuals is not None  # noqa: S101
    scale = model.residuals.scale(variance)
    ends = [model.residuals.interval(float(mean), float(width)) for mean, width in zip(score, scale, strict=True)]
    inside = np.array([low <= value <= high for (low, high), value in zip(ends, examples.target, strict=True)])
    some, rivals = _rivals(examples, plain, weighted=False)
    quality = number_quality(score, examples.target, scale, inside, {})
    mean = np.full(len(some), examples.target.mean())
    trivial = number_quality(
        score[some], examples.target[some], scale[some], inside[some], rivals | {"train_mean": mean}
    )
    return quality | {"trivial": trivial["trivial"]}


def _rivals(examples: Examples, plain: Numbers, *, weighted: bool) -> tuple[npt.NDArray[np.intp], dict[str, Numbers]]:
    """Rows, and what the nearest molecule of another fold and the straight line say of them."""
    some = np.arange(0, len(examples.target), max(1, len(examples.target) // RIVAL_SAMPLE))
    nearest = []
    for row in some:
        others = np.flatnonzero(examples.fold != examples.fold[row])
        alike = likeness(examples.fingerprints[row], examples.fingerprints[others])
        best = int(alike.argmax())
        nearest.append(examples.target[others[best]] * (alike[best] if weighted else 1.0))
    return some, {"nearest_molecule": np.array(nearest), "weight_and_log_p": _columns(examples.features[some]) @ plain}


def _straight_line(examples: Examples) -> Numbers:
    """Least squares of the target on one, weight and logP."""
    return np.asarray(np.linalg.lstsq(_columns(examples.features), examples.target, rcond=None)[0], dtype=np.float64)


def _columns(features: Matrix) -> Numbers:
    return np.column_stack([np.ones(len(features)), weight_and_log_p(features)])
