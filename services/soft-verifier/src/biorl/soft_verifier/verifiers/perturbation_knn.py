"""`perturbation-knn`: knocking down a gene does what knocking down its relatives did.

A kernel smoother over the train perturbations of one context (biorl.genes.similarity, domain/smoothing.py), calibrated
on out-of-fold predictions. A perturbation of the train split is judged by the fold that has not seen it: its belief is
a prediction like any other, not a memory (measured labels are the business of `experiment`).

It abstains on genes that no annotation knows, on genes without relatives among the train perturbations, on readouts
that were never measured, and on several genes perturbed together.
"""

from collections.abc import Sequence
from typing import Any

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained
from biorl.soft_verifier.domain.by_context import Kept, ModelsByContext, sharing_likeness, train_by_context
from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.effects import TASKS, Measurements
from biorl.soft_verifier.domain.fold_model import (
    FoldModel,
    OutOfFold,
    fit_fold_model,
    label_table,
    restore_fold_model,
)
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS, Neighbours
from biorl.soft_verifier.domain.quality import held_out_quality, risk_curves


class PerturbationKnn:
    tasks = tuple(TASKS)
    batch = 1024

    def __init__(self, artifact: Artifact) -> None:
        self._models = ModelsByContext(artifact, _restored)

    @classmethod
    def train(cls, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        return train_by_context(sharing_likeness(measured, across_lines=False), annotation, _fit)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return self._models.believe(claims)

    def warm_up(self) -> None:
        self._models.warm_up()


def _restored(artifact: Artifact, kept: Kept) -> FoldModel:
    return restore_fold_model(artifact, kept.prefix, kept.neighbours)


def _fit(
    part: Measurements, _together: Sequence[Measurements], neighbours: Neighbours
) -> tuple[dict[str, Array], dict[str, Any]]:
    model, held_out = fit_fold_model(label_table(part, neighbours), neighbours)
    about = {"num_genes_covered": len(neighbours.genes), "cross_validated": _quality(model, held_out)}
    return model.arrays(), about


def _quality(model: FoldModel, held_out: OutOfFold) -> dict[str, Any]:
    probability, baseline = model.reading(held_out.score, held_out.rate)
    within_fold = held_out.readout * NUM_FOLDS + held_out.fold
    return held_out_quality(probability, baseline, held_out.label, within_fold, held_out.perturbation) | {
        "folds": "by perturbation",
        "coverage": round(len(held_out.label) / max(held_out.num_pairs, 1), 6),
        "risk_curves": risk_curves(chance_of_error(probability), probability, baseline, held_out.label),
    }
