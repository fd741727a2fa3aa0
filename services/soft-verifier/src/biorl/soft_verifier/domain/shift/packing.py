"""A `ShiftModel` as the arrays of an artifact, and back."""

import numpy as np

from biorl.soft_verifier.domain.belief import Array, Artifact, packed_text
from biorl.soft_verifier.domain.neighbours import Neighbours
from biorl.soft_verifier.domain.shift.regression import Component, Regression
from biorl.soft_verifier.domain.shift.shift_model import ShiftModel
from biorl.soft_verifier.domain.shift.table import ShiftTable, Spread


def packed_model(model: ShiftModel) -> dict[str, Array]:
    arrays: dict[str, Array] = {
        "readouts": packed_text(model.singles.readouts),
        "shift": model.singles.shift.astype(np.float32),
        "combinations": model.combinations,
        "pairs": packed_text(sorted(model.trained_pairs)),
    } | model.neighbours.arrays()
    for fold, regression in enumerate(model.regressions):
        arrays |= {f"fold{fold}.{name}": array.astype(np.float32) for name, array in _packed(regression).items()}
    return arrays


def _packed(regression: Regression) -> dict[str, Array]:
    return {
        "mean": regression.spread.mean,
        "scale": regression.spread.scale,
        "usual_size": regression.usual_size,
        "signed.weights": regression.signed.weights,
        "signed.directions": regression.signed.directions,
        "size.weights": regression.size.weights,
        "size.directions": regression.size.directions,
    }


def unpacked_model(artifact: Artifact, prefix: str) -> ShiftModel:
    neighbours = Neighbours.from_artifact(artifact, prefix)
    combinations = artifact.arrays[f"{prefix}combinations"]
    return ShiftModel(
        ShiftTable(neighbours.perturbations, artifact.text(f"{prefix}readouts"), _floats(artifact, f"{prefix}shift")),
        neighbours,
        tuple(_unpacked(artifact, f"{prefix}fold{fold}.") for fold in range(len(combinations))),
        combinations,
        frozenset(artifact.text(f"{prefix}pairs")),
    )


def _unpacked(artifact: Artifact, prefix: str) -> Regression:
    spread = Spread(_floats(artifact, f"{prefix}mean"), _floats(artifact, f"{prefix}scale"))
    signed, size = (
        Component(*(_floats(artifact, f"{prefix}{name}.{part}") for part in ("weights", "directions")))
        for name in ("signed", "size")
    )
    return Regression(spread, _floats(artifact, f"{prefix}usual_size"), signed, size)


def _floats(artifact: Artifact, name: str) -> Array:
    return artifact.arrays[name].astype(np.float64)
