"""From labelled molecules to the models of their properties, each with what a card says of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from biorl.questions.question import MoleculeClaim
from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.domain.known_labels import KnownLabel, by_name
from biorl.soft_verifier.domain.labelled_quality import answer_quality, number_quality
from biorl.soft_verifier.domain.molecule.forest import Matrix
from biorl.soft_verifier.domain.molecule.property_model import (
    FOLDS,
    TREES,
    Examples,
    PropertyModel,
    fit_property,
    scaffold_folds,
    too_few,
)
from biorl.soft_verifier.domain.molecule.published import PUBLISHED
from biorl.soft_verifier.domain.molecule.structure import (
    NotAMoleculeError,
    Structure,
    likeness,
    read_structure,
    weight_and_log_p,
)

Numbers = npt.NDArray[np.float64]
RIVAL_SAMPLE = 2000
"""Training molecules on which the trivial rivals are measured: each asks for its nearest neighbour."""


@dataclass(frozen=True, slots=True)
class Library:
    """Every molecule that some property was measured of, once."""

    smiles: tuple[str, ...]
    """Canonical, sorted."""
    counts: npt.NDArray[np.uint8]
    """[row, fragment]; 255 stands for more."""
    descriptors: Matrix
    """[row, descriptor]"""
    fingerprints: npt.NDArray[np.uint64]
    """[row, 32]"""
    place: Mapping[str, int]
    """From a SMILES as it was written to its molecule's row."""

    @classmethod
    def of(cls, labels: Sequence[KnownLabel]) -> Self:
        """What RDKit does not take is left out."""
        found: dict[str, Structure] = {}
        canonical: dict[str, str] = {}
        for written in sorted({_smiles(label) for label in labels}):
            if structure := _structure(written):
                canonical[written] = structure.canonical
                found[structure.canonical] = structure
        rows = {smiles: row for row, smiles in enumerate(sorted(found))}
        ordered = [found[smiles] for smiles in sorted(found)]
        fragments = 64 * ordered[0].fingerprint.size if ordered else 0
        return cls(
            tuple(sorted(found)),
            np.array([np.minimum(each.features[:fragments], 255) for each in ordered], dtype=np.uint8),
            np.array([each.features[fragments:] for each in ordered], dtype=np.float32),
            np.array([each.fingerprint for each in ordered], dtype=np.uint64).reshape(len(ordered), -1),
            {written: rows[smiles] for written, smiles in canonical.items()},
        )

    def features(self, rows: npt.NDArray[np.intp]) -> Matrix:
        return np.concatenate([self.counts[rows].astype(np.float32), self.descriptors[rows]], axis=1)


@dataclass(frozen=True, slots=True)
class TrainedProperty:
    arrays: dict[str, Array]
    entry: dict[str, Any]
    """What the card says of it."""


def train_properties(
    library: Library, labels: Sequence[KnownLabel]
) -> tuple[list[TrainedProperty], list[dict[str, Any]]]:
    """The models, and the properties that have none, with the reason."""
    trained: list[TrainedProperty] = []
    left_out: list[dict[str, Any]] = []
    for name, known in by_name(labels).items():
        rows, kept = _rows(known, library.place)
        target = np.array([float(label.value) for label in kept])
        yes_or_no = all(isinstance(label.value, bool) for label in kept)
        if too_few(target, yes_or_no=yes_or_no):
            left_out.append({"property": name, "reason": "too_few_labels", "num_molecules": len(kept)})
            continue
        smiles = tuple(library.smiles[row] for row in rows)
        folds = scaffold_folds([label.group for label in kept], smiles)
        examples = Examples(smiles, library.features(rows), library.fingerprints[rows], target, folds)
        trained.append(_trained(name, kept[0].unit, examples, rows, yes_or_no=yes_or_no))
    return trained, left_out


def _rows(known: Sequence[KnownLabel], place: Mapping[str, int]) -> tuple[npt.NDArray[np.intp], list[KnownLabel]]:
    """One label a molecule, in the order of the library. Datasets that say yes and no of one leave it out; of numbers
    that differ the mean counts."""
    said: dict[int, list[KnownLabel]] = {}
    for label in known:
        row = place.get(_smiles(label))
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


def _smiles(label: KnownLabel) -> str:
    return label.claim.smiles if isinstance(label.claim, MoleculeClaim) else ""


def _structure(smiles: str) -> Structure | None:
    try:
        return read_structure(smiles)
    except NotAMoleculeError:
        return None


def _trained(
    name: str, unit: str, examples: Examples, rows: npt.NDArray[np.intp], *, yes_or_no: bool
) -> TrainedProperty:
    model, votes = fit_property(name, unit, examples, yes_or_no=yes_or_no)
    score = votes.mean(axis=1, dtype=np.float64)
    plain = _straight_line(examples)
    quality = _answers(model, score, examples, plain) if yes_or_no else _numbers(model, score, votes, examples, plain)
    entry: dict[str, Any] = {
        "property": name,
        "unit": unit,
        "answers": "yes_or_no" if yes_or_no else "number",
        "num_molecules": len(rows),
        "trees": TREES * FOLDS,
        "least_likeness": model.least_likeness,
        "cross_validated": {"folds": f"{FOLDS}, by scaffold", **quality},
    }
    if model.residuals:
        entry["residual_floor"] = model.residuals.floor
    if published := PUBLISHED.get(name.partition("/")[0]):
        entry["published"] = published
    return TrainedProperty(model.arrays() | {"rows": rows.astype(np.int32), "plain": plain}, entry)


def _answers(model: PropertyModel, score: Numbers, examples: Examples, plain: Numbers) -> dict[str, Any]:
    assert model.calibration is not None  # noqa: S101
    believed = [model.believed(each) for each in score]
    probability = np.array([belief.probability for belief in believed], dtype=np.float64)
    doubt = np.array([belief.uncertainty for belief in believed], dtype=np.float64)
    some, rivals = _rivals(examples, plain, weighted=True)
    quality = answer_quality(probability, examples.target > 0.5, doubt, {})
    quality["trivial"] |= answer_quality(probability[some], examples.target[some] > 0.5, doubt[some], rivals)["trivial"]
    return quality


def _numbers(model: PropertyModel, score: Numbers, votes: Matrix, examples: Examples, plain: Numbers) -> dict[str, Any]:
    assert model.residuals is not None  # noqa: S101
    scale = model.residuals.scale(votes)
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
