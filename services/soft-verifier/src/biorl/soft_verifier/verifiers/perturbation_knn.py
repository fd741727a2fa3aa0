"""`perturbation-knn`: knocking down a gene does what knocking down its relatives did.

A kernel smoother over the train perturbations of one context (biorl.genes.similarity, domain/smoothing.py), calibrated
on out-of-fold predictions. A perturbation of the train split is judged by the fold that has not seen it: its belief is
a prediction like any other, not a memory (measured labels are the business of `experiment`).

It abstains on genes that no annotation knows, on genes without relatives among the train perturbations, on readouts
that were never measured, and on several genes perturbed together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, PerturbationClaim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained
from biorl.soft_verifier.domain.by_context import Kept, kept_models, sharing_likeness, train_by_context
from biorl.soft_verifier.domain.coverage import Coverage
from biorl.soft_verifier.domain.effects import TASKS, Measurements
from biorl.soft_verifier.domain.fold_model import (
    ALL_FOLDS,
    Beliefs,
    FoldModel,
    OutOfFold,
    fit_fold_model,
    label_table,
    restore_fold_model,
)
from biorl.soft_verifier.domain.naming import unpacked_symbols
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS, Neighbours
from biorl.soft_verifier.domain.quality import calibration_quality, ranking_quality, reliability_bins, risk_curves
from biorl.soft_verifier.domain.smoothing import SHRINKAGE

ROWS_KEPT = 4096
"""Perturbations whose beliefs over all readouts stay in memory, for each model (about 50 kB each)."""


class PerturbationKnn:
    tasks = tuple(TASKS)

    def __init__(self, artifact: Artifact) -> None:
        self._symbols = unpacked_symbols(artifact)
        models = (_restored(artifact, kept) for kept in kept_models(artifact))
        self._coverage = Coverage.of(artifact.card["models"], models)

    @classmethod
    def train(cls, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        return train_by_context(sharing_likeness(measured, across_lines=False), annotation, _fit)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return [self._believe(claim) for claim in claims]

    def warm_up(self) -> None:
        for model in self._coverage.models.values():
            model.rows(model.neighbours.genes[0])

    def _believe(self, claim: Claim) -> Belief:
        if not isinstance(claim, PerturbationClaim):
            return Belief.abstained("claim_not_covered")
        model = self._coverage.find(claim)
        if isinstance(model, Belief):
            return model
        if len(claim.perturbed_genes) > 1:
            return Belief.abstained("combination_not_covered")
        normalise = self._symbols.normalise
        return model.believe(normalise(claim.perturbed_genes[0]), normalise(claim.readout))


@dataclass(slots=True)
class _ContextModel:
    """One context and outcome; a perturbation's beliefs in all readouts are computed once, then looked up."""

    neighbours: Neighbours
    readouts: Mapping[str, int]
    model: FoldModel
    rows: Any = field(init=False)

    def __post_init__(self) -> None:
        self.rows = lru_cache(ROWS_KEPT)(self._row)

    def believe(self, gene: str, readout: str) -> Belief:
        place = self.readouts.get(readout)
        if place is None:
            return Belief.abstained("readout_not_covered")
        row: Beliefs | str = self.rows(gene)
        if isinstance(row, str):
            return Belief.abstained(row)
        return Belief.scored(float(row.probability[place]), float(row.baseline[place]), float(row.uncertainty[place]))

    def _row(self, gene: str) -> Beliefs | str:
        """Beliefs of a perturbation, or the reason why there are none."""
        if gene not in self.neighbours.row:
            return self.neighbours.gap(gene)
        column = self.neighbours.column.get(gene)
        fold = ALL_FOLDS if column is None else int(self.neighbours.folds[column])
        return self.model.beliefs(self.neighbours.rows([gene]), fold) or "kernel_mass_too_low"


def _restored(artifact: Artifact, kept: Kept) -> _ContextModel:
    model = restore_fold_model(artifact, kept.prefix, kept.neighbours)
    return _ContextModel(kept.neighbours, kept.readouts, model)


def _fit(
    part: Measurements, _together: Sequence[Measurements], neighbours: Neighbours
) -> tuple[dict[str, Array], dict[str, Any]]:
    model, held_out = fit_fold_model(label_table(part, neighbours), neighbours)
    about = {"num_genes_covered": len(neighbours.genes), "cross_validated": _quality(model, held_out)}
    return model.arrays(), about


def _quality(model: FoldModel, held_out: OutOfFold) -> dict[str, Any]:
    probability = model.calibration(held_out.score, held_out.rate)
    baseline = model.baseline(np.zeros_like(held_out.rate), held_out.rate)
    within_fold = held_out.readout * NUM_FOLDS + held_out.fold
    return {
        "folds": "by perturbation",
        "ranking": ranking_quality(probability, held_out.label, within_fold),
        "coverage": round(len(held_out.label) / max(held_out.num_pairs, 1), 6),
        "calibration_error": calibration_quality(probability, held_out.label),
        "reliability": reliability_bins(probability, held_out.label),
        "risk_curves": risk_curves(SHRINKAGE / (held_out.mass + SHRINKAGE), probability, baseline, held_out.label),
        "gene_frequency_calibration_error": calibration_quality(baseline, held_out.label),
    }
