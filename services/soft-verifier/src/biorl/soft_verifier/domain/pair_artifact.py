"""A PairModel as the arrays of an artifact, and back.

Half precision where a number feeds a sum of many; whatever follows from other arrays is computed again.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp

from biorl.soft_verifier.domain.belief import Array, Artifact
from biorl.soft_verifier.domain.doubt import Doubt
from biorl.soft_verifier.domain.evidence import Evidence, Labels, restore_evidence
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS, Neighbours
from biorl.soft_verifier.domain.pair_model import Mixture, PairModel, Ranker
from biorl.soft_verifier.domain.pair_training import Fitted
from biorl.soft_verifier.domain.panel import Panel
from biorl.soft_verifier.domain.ranking_net import RankingNet
from biorl.soft_verifier.domain.reading import Reading


def pair_arrays(fitted: Fitted) -> dict[str, Array]:
    model = fitted.model
    arrays: dict[str, Array] = {
        "fold": model.fold.astype(np.int8),
        "profiles": model.profiles.astype(np.float16),
        "doubt": model.doubt.weights,
    }
    for index in range(len(model.panels)):
        arrays |= {f"panel{index}.{name}": array for name, array in _panel_arrays(fitted, index).items()}
    arrays |= model.reading.arrays("")
    nets = [ranker.net.arrays for ranker in model.rankers]
    return arrays | {f"net.{name}": np.stack([net[name] for net in nets]) for name in nets[0]}


def _panel_arrays(fitted: Fitted, index: int) -> dict[str, Array]:
    panel, evidences = fitted.model.panels[index], [ranker.evidences[index] for ranker in fitted.model.rankers]
    labels = evidences[0].labels
    return {
        "column": panel.column.astype(np.int32),
        "folds": panel.folds.astype(np.int8),
        "line": panel.line.astype(np.int8),
        "extra.data": panel.extra.data.astype(np.float16),
        "extra.indices": panel.extra.indices.astype(np.int32),
        "extra.indptr": panel.extra.indptr.astype(np.int64),
        "start": labels.start,
        "row": labels.row.astype(np.int32),
        "positive": labels.positive,
        "rates": fitted.rates[index],
        "directions": np.stack([evidence.directions for evidence in evidences]),
        "weights": np.stack([evidence.weights for evidence in evidences]).astype(np.float16),
    }


def restore_pair_model(
    artifact: Artifact, prefix: str, neighbours: Neighbours, mixture: Mapping[str, Any]
) -> PairModel:
    """`mixture` is what the card says of it."""
    arrays = {name.removeprefix(prefix): array for name, array in artifact.arrays.items() if name.startswith(prefix)}
    kept = [_within(arrays, f"panel{index}.") for index in range(sum(name.endswith(".column") for name in arrays))]
    panels = tuple(_panel(part, neighbours) for part in kept)
    nets, rankers = _within(arrays, "net."), []
    for fold in range(NUM_FOLDS + 1):
        evidences = tuple(_evidence(part, panel, fold) for part, panel in zip(kept, panels, strict=True))
        rankers.append(Ranker.of(evidences, RankingNet({name: array[fold] for name, array in nets.items()})))
    return PairModel(
        panels,
        np.array([neighbours.column.get(gene, -1) for gene in neighbours.genes], dtype=np.int64),
        arrays["fold"].astype(np.int64),
        arrays["profiles"].astype(np.float32),
        rankers,
        Mixture(tuple(mixture["weights"]), tuple(mixture["spreads"])),
        Reading.from_artifact(artifact, prefix),
        Doubt(arrays["doubt"]),
    )


def _within(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _panel(arrays: Mapping[str, Array], neighbours: Neighbours) -> Panel:
    column, folds, line = (arrays[name].astype(np.int64) for name in ("column", "folds", "line"))
    parts = (arrays["extra.data"].astype(np.float32), arrays["extra.indices"], arrays["extra.indptr"])
    return Panel(column, folds, line, sp.csr_array(parts, shape=(len(neighbours.perturbations), len(column))))


def _evidence(arrays: Mapping[str, Array], panel: Panel, fold: int) -> Evidence:
    labels = Labels(arrays["start"], arrays["row"].astype(np.int64), arrays["positive"], panel.line)
    weights, directions = arrays["weights"][fold].astype(np.float32), arrays["directions"][fold]
    return restore_evidence(labels, panel.left_out(fold), arrays["rates"][fold], weights, directions)
