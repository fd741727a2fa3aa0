"""One property of molecules: a mixture of models, what it says is worth, and for which molecules it has a say.

Folds hold out whole scaffolds of the training molecules. What the mixture says of molecules that its parts have not
seen is what calibration, predictive interval and applicability domain are fitted on, so they hold for new scaffolds.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.belief import Array, Artifact, Belief
from biorl.soft_verifier.domain.calibration import Calibration, fit_calibration
from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.molecule.forest import Matrix
from biorl.soft_verifier.domain.molecule.kinship import Kinship
from biorl.soft_verifier.domain.molecule.mixture import Mixture, fit_mixture
from biorl.soft_verifier.domain.molecule.predictive import Residuals, fit_residuals
from biorl.soft_verifier.domain.molecule.structure import Fragments, Structure, likeness

Numbers = npt.NDArray[np.float64]
FOLDS = 5
OUTSIDE_SHARE = 0.02
"""So many of the unseen training molecules, the least like the others, count as outside."""
DOMAIN_SAMPLE = 1000
"""Training molecules that the threshold is measured on."""
FEWEST = 50
"""Training molecules below which there is no model."""
FEWEST_OF_A_KIND = 5
"""So many yes and so many no."""
OUTSIDE = Belief.abstained("outside_applicability_domain")


@dataclass(frozen=True, slots=True)
class Examples:
    """The training molecules of one property."""

    smiles: tuple[str, ...]
    features: Matrix
    """[row, feature]"""
    fingerprints: npt.NDArray[np.uint64]
    """[row, 32]"""
    target: Numbers
    """[row]: 1 and 0 for yes and no, else the number."""
    fold: npt.NDArray[np.int8]
    """[row]"""
    likeness: Numbers | None
    """[row, row], or None for too many."""


@dataclass(frozen=True, slots=True)
class Kin:
    """How alike a molecule is to the training molecules of one property."""

    kinship: Kinship
    """To all that several properties share,"""
    rows: npt.NDArray[np.intp]
    """[row]: of which these are its own."""

    def to(self, fragments: tuple[Fragments, ...], descriptors: Matrix) -> Numbers:
        """[row]: of a molecule with these fragments, by kind, and these descriptors."""
        return self.kinship.to(fragments, descriptors)[self.rows]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one molecule's number."""

    mean: float
    scale: float


@dataclass(frozen=True, slots=True)
class PropertyModel:
    name: str
    unit: str
    mixture: Mixture
    kin: Kin | None
    """None where the mixture is a forest alone."""
    fingerprints: npt.NDArray[np.uint64]
    """[row, 32] of the training molecules."""
    target: Numbers
    """[row], sorted with the molecules."""
    fold: npt.NDArray[np.int8]
    row: Mapping[str, int]
    """From canonical SMILES to the row of a training molecule."""
    least_likeness: float
    """To the nearest training molecule, below which the model abstains."""
    calibration: Calibration | None
    """Of yes-or-no properties."""
    residuals: Residuals | None
    """Of numbers."""

    @property
    def rate(self) -> float:
        """Share of training molecules that have the property."""
        return float(self.target.mean())

    def believe(self, structure: Structure) -> Belief:
        """That the molecule has the property; of a training molecule by what has not seen it."""
        if self.nearest(structure)[0] < self.least_likeness:
            return OUTSIDE
        return self.believed(self._judged(structure)[0])

    def believed(self, score: float) -> Belief:
        """What a score of the mixture is worth."""
        assert self.calibration is not None  # noqa: S101 - asked of yes-or-no properties alone
        probability = float(self.calibration(score, self.rate))
        return Belief.scored(probability, self.rate, float(chance_of_error(probability)))

    def expect(self, structure: Structure) -> Expectation | None:
        """Of the molecule's number; None outside the applicability domain."""
        assert self.residuals is not None  # noqa: S101 - asked of numbers alone
        if self.nearest(structure)[0] < self.least_likeness:
            return None
        mean, variance = self._judged(structure)
        return Expectation(mean, float(self.residuals.scale(variance)))

    def nearest(self, structure: Structure) -> tuple[float, float]:
        """(Tanimoto, value) of the nearest training molecule; of a training molecule, of another fold."""
        alike = likeness(structure.fingerprint, self.fingerprints)
        row = self.row.get(structure.canonical)
        if row is not None:
            alike = np.where(self.fold == self.fold[row], np.float32(-1), alike)
        best = int(alike.argmax())
        return float(alike[best]), float(self.target[best])

    def base_rate_within(self, answer: float, tolerance: float) -> float:
        """Share of training molecules whose number is at most `tolerance` away: what is right by luck."""
        return float((np.abs(self.target - answer) <= tolerance).mean())

    def _judged(self, structure: Structure) -> tuple[float, float]:
        row = self.row.get(structure.canonical)
        alike = self.kin.to(structure.fragments, structure.descriptors) if self.kin else None
        return self.mixture.judge(structure.features, alike, None if row is None else int(self.fold[row]))

    def arrays(self) -> dict[str, Array]:
        """Without the molecules, which properties share."""
        own: dict[str, Array] = {"target": self.target, "fold": self.fold}
        if self.calibration is not None:
            own |= self.calibration.arrays("calibration")
        if self.residuals is not None:
            own |= {"quantiles": self.residuals.quantiles}
        return own | self.mixture.arrays()


def restore_property(
    artifact: Artifact,
    prefix: str,
    entry: Mapping[str, Any],
    smiles: Sequence[str],
    fingerprints: Array,
    *,
    kin: Kin | None,
) -> PropertyModel:
    """From what `arrays` gave and the card says; the rest is about its training molecules."""
    arrays = artifact.arrays
    calibration = residuals = None
    if f"{prefix}quantiles" not in arrays:
        calibration = Calibration.from_arrays(arrays, f"{prefix}calibration")
    else:
        residuals = Residuals(arrays[f"{prefix}quantiles"], float(entry["residual_floor"]))
    return PropertyModel(
        str(entry["property"]),
        str(entry["unit"]),
        Mixture.from_arrays(arrays, prefix, yes_or_no=residuals is None),
        kin,
        fingerprints,
        arrays[f"{prefix}target"],
        arrays[f"{prefix}fold"],
        {name: row for row, name in enumerate(smiles)},
        float(entry["least_likeness"]),
        calibration,
        residuals,
    )


def fit_property(
    name: str, unit: str, examples: Examples, kin: Kin | None, *, yes_or_no: bool
) -> tuple[PropertyModel, Numbers, Numbers]:
    """The model, and (score, variance) [row] of what has not seen each row."""
    target, fold = examples.target, examples.fold
    mixture = fit_mixture(examples.features, examples.likeness, target, fold, yes_or_no=yes_or_no)
    score, variance = mixture.unseen(examples.features, examples.likeness, fold)
    calibration = residuals = None
    if yes_or_no:
        calibration = fit_calibration(score, np.full_like(score, target.mean()), target > 0.5)
    else:
        residuals = fit_residuals(score, target, variance)
    row = {smiles: place for place, smiles in enumerate(examples.smiles)}
    least = _least_likeness(examples)
    model = PropertyModel(
        name, unit, mixture, kin, examples.fingerprints, target, fold, row, least, calibration, residuals
    )
    return model, score, variance


def _least_likeness(examples: Examples) -> float:
    """What all but OUTSIDE_SHARE of the training molecules reach to those of other folds."""
    step = max(1, len(examples.fold) // DOMAIN_SAMPLE)
    nearest = [
        likeness(examples.fingerprints[row], examples.fingerprints[examples.fold != examples.fold[row]]).max()
        for row in range(0, len(examples.fold), step)
    ]
    return float(np.quantile(nearest, OUTSIDE_SHARE))


def scaffold_folds(scaffolds: Sequence[str], smiles: Sequence[str]) -> npt.NDArray[np.int8]:
    """[row]: largest scaffolds first, each into the emptiest fold. Molecules without a ring stand for themselves."""
    groups: dict[str, list[int]] = {}
    for row, (scaffold, name) in enumerate(zip(scaffolds, smiles, strict=True)):
        groups.setdefault(scaffold or f"no ring: {name}", []).append(row)
    fold, sizes = np.zeros(len(scaffolds), dtype=np.int8), [0] * FOLDS
    for name in sorted(groups, key=lambda name: (-len(groups[name]), hashlib.sha256(name.encode()).digest())):
        emptiest = sizes.index(min(sizes))
        fold[groups[name]] = emptiest
        sizes[emptiest] += len(groups[name])
    return fold


def too_few(target: Numbers, *, yes_or_no: bool) -> bool:
    """Whether there is too little to learn from."""
    rarer = min(target.sum(), len(target) - target.sum()) if yes_or_no else FEWEST_OF_A_KIND
    return len(target) < FEWEST or bool(rarer < FEWEST_OF_A_KIND)
