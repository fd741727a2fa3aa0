"""A PairModel as the arrays of an artifact, and back.

Half precision where a number feeds a sum of many; whatever follows from other arrays is computed again.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from biorl.soft_verifier.domain.belief import Array, Artifact
from biorl.soft_verifier.domain.calibration import Calibration, Curve
from biorl.soft_verifier.domain.doubt import Doubt
from biorl.soft_verifier.domain.evidence import Labels, restore_evidence
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS, Neighbours
from biorl.soft_verifier.domain.pair_model import Mixture, PairModel, Ranker
from biorl.soft_verifier.domain.pair_training import Fitted
from biorl.soft_verifier.domain.ranking_net import RankingNet


def pair_arrays(fitted: Fitted) -> dict[str, Array]:
    model = fitted.model
    evidences = [ranker.evidence for ranker in model.rankers]
    labels = evidences[0].labels
    arrays: dict[str, Array] = {
        "labels.start": labels.start,
        "labels.row": labels.row.astype(np.int32),
        "labels.positive": labels.positive,
        "labels.line": labels.line.astype(np.int8),
        "rates": fitted.rates,
        "directions": np.stack([evidence.directions for evidence in evidences]),
        "weights": np.stack([evidence.weights for evidence in evidences]).astype(np.float16),
        "fold": model.fold.astype(np.int8),
        "profiles": model.profiles.astype(np.float16),
        "doubt": model.doubt.weights,
    }
    for name, calibration in (("calibration", model.calibration), ("baseline", model.baseline)):
        parts = {"weights": calibration.weights, "x": calibration.curve.x, "y": calibration.curve.y}
        arrays |= {f"{name}.{part}": values for part, values in parts.items()}
    nets = [ranker.net.arrays for ranker in model.rankers]
    return arrays | {f"net.{name}": np.stack([net[name] for net in nets]) for name in nets[0]}


def restore_pair_model(
    artifact: Artifact, prefix: str, neighbours: Neighbours, mixture: Mapping[str, Any]
) -> PairModel:
    """`mixture` is what the card says of it."""

    def array(name: str) -> Array:
        return artifact.arrays[f"{prefix}{name}"]

    def calibration(name: str) -> Calibration:
        return Calibration(array(f"{name}.weights"), Curve(array(f"{name}.x"), array(f"{name}.y")))

    line, row = array("labels.line").astype(np.int64), array("labels.row").astype(np.int64)
    labels = Labels(array("labels.start"), row, array("labels.positive"), line)
    parameters = [name.removeprefix(f"{prefix}net.") for name in artifact.arrays if name.startswith(f"{prefix}net.")]
    rankers = []
    for fold in range(NUM_FOLDS + 1):
        weights, directions = array("weights")[fold].astype(np.float32), array("directions")[fold]
        evidence = restore_evidence(labels, neighbours.folds == fold, array("rates")[fold], weights, directions)
        net = RankingNet({name: array(f"net.{name}")[fold] for name in parameters})
        rankers.append(Ranker.of(evidence, net))
    return PairModel(
        array("fold").astype(np.int64),
        array("profiles").astype(np.float32),
        rankers,
        Mixture(mixture["weight"], (mixture["spreads"][0], mixture["spreads"][1])),
        calibration("calibration"),
        calibration("baseline"),
        Doubt(array("doubt")),
    )
