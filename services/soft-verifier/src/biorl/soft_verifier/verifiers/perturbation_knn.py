"""`perturbation-knn`: knocking down a gene does what knocking down its relatives did.

A kernel smoother over the train perturbations of one context (biorl.genes.similarity, domain/smoothing.py), calibrated
on out-of-fold predictions. A perturbation of the train split is judged by the fold that has not seen it: its belief is
a prediction like any other, not a memory (measured labels are the business of `experiment`).

It abstains on genes that no annotation knows, on genes without relatives among the train perturbations, on readouts
that were never measured, and on several genes perturbed together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, PerturbationClaim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained, packed_text
from biorl.soft_verifier.domain.coverage import Coverage, described
from biorl.soft_verifier.domain.effects import TASKS, Measurements
from biorl.soft_verifier.domain.fold_model import (
    ALL_FOLDS,
    Beliefs,
    FoldModel,
    OutOfFold,
    TooFewRelativesError,
    fit_fold_model,
    label_table,
    restore_fold_model,
)
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, NUM_FOLDS, Neighbours, find_neighbours
from biorl.soft_verifier.domain.quality import calibration_quality, ranking_quality, reliability_bins, risk_curves
from biorl.soft_verifier.domain.smoothing import SHRINKAGE

ROWS_KEPT = 4096
"""Perturbations whose beliefs over all readouts stay in memory, for each model (about 50 kB each)."""


class PerturbationKnn:
    tasks = tuple(TASKS)

    def __init__(self, artifact: Artifact) -> None:
        self._symbols = unpacked_symbols(artifact)
        self._coverage = Coverage.of(artifact.card["models"], iter(_restore(artifact)))

    @classmethod
    def train(cls, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        arrays: dict[str, Array] = {}
        entries: list[dict[str, Any]] = []
        left_out: list[dict[str, Any]] = []
        genes = {readout for part in measured for readout in part.readouts}
        for _, group in groupby(measured, key=lambda part: part.context):
            parts = list(group)
            neighbours = find_neighbours(annotation.kernel, _single_genes(parts))
            shared = f"context{len(entries)}."
            arrays |= _prefixed(shared, neighbours.arrays())
            genes |= {*neighbours.genes, *neighbours.perturbations}
            for part in parts:
                try:
                    model, held_out = fit_fold_model(label_table(part, neighbours), neighbours)
                except TooFewRelativesError:
                    left_out.append(described(part.context, part.outcome) | {"reason": "too_few_relatives"})
                    continue
                arrays |= _prefixed(f"model{len(entries)}.", model.arrays() | {"readouts": packed_text(part.readouts)})
                entries.append(_entry(part, neighbours, model, held_out) | {"neighbours": shared})
        card = {"models": entries, "left_out": left_out, "limits": _limits()}
        return Trained(arrays | packed_symbols(annotation.symbols, genes), card)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return [self._believe(claim) for claim in claims]

    def warm_up(self) -> None:
        for model in self._coverage.models.values():
            model.rows(model.neighbours.genes[0])

    def _believe(self, claim: Claim) -> Belief:
        if not isinstance(claim, PerturbationClaim):
            return Belief.abstained("claim_not_covered")
        model = self._coverage.find(claim.context, claim.outcome)
        if model is None:
            return self._coverage.gap(claim.context, claim.outcome)
        if len(claim.perturbed_genes) > 1:
            return Belief.abstained("combination_not_covered")
        normalise = self._symbols.normalise
        return model.believe(normalise(claim.perturbed_genes[0]), normalise(claim.readout))


@dataclass(slots=True)
class _ContextModel:
    """One context and outcome; a perturbation's beliefs in all readouts are computed once, then looked up."""

    neighbours: Neighbours
    readouts: dict[str, int]
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
            return "kernel_mass_too_low" if gene in self.neighbours.strangers else "gene_not_covered"
        column = self.neighbours.column.get(gene)
        fold = ALL_FOLDS if column is None else int(self.neighbours.folds[column])
        return self.model.beliefs(self.neighbours.rows([gene]), fold) or "kernel_mass_too_low"


def _single_genes(parts: Sequence[Measurements]) -> list[str]:
    return sorted({name for part in parts for name in part.perturbations if "+" not in name})


def _prefixed(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {f"{prefix}{name}": array for name, array in arrays.items()}


def _restore(artifact: Artifact) -> list[_ContextModel]:
    shared: dict[str, Neighbours] = {}
    models = []
    for index, entry in enumerate(artifact.card["models"]):
        prefix = entry["neighbours"]
        if prefix not in shared:
            shared[prefix] = Neighbours.from_artifact(artifact, prefix)
        readouts = {name: place for place, name in enumerate(artifact.text(f"model{index}.readouts"))}
        model = restore_fold_model(artifact, f"model{index}.", shared[prefix])
        models.append(_ContextModel(shared[prefix], readouts, model))
    return models


def _entry(part: Measurements, neighbours: Neighbours, model: FoldModel, held_out: OutOfFold) -> dict[str, Any]:
    """What the card says of one model."""
    probability = model.calibration(held_out.score, held_out.rate)
    baseline = model.baseline(np.zeros_like(held_out.rate), held_out.rate)
    within_fold = held_out.readout * NUM_FOLDS + held_out.fold
    return described(part.context, part.outcome) | {
        "num_pairs": len(part.label),
        "num_perturbations": len(part.perturbations),
        "num_readouts": len(part.readouts),
        "num_genes_covered": len(neighbours.genes),
        "positive_rate": round(float(part.label.mean()), 6),
        "cross_validated": {
            "folds": "by perturbation",
            "ranking": ranking_quality(probability, held_out.label, within_fold),
            "coverage": round(len(held_out.label) / max(held_out.num_pairs, 1), 6),
            "calibration_error": calibration_quality(probability, held_out.label),
            "reliability": reliability_bins(probability, held_out.label),
            "risk_curves": risk_curves(SHRINKAGE / (held_out.mass + SHRINKAGE), probability, baseline, held_out.label),
            "gene_frequency_calibration_error": calibration_quality(baseline, held_out.label),
        },
    }


def _limits() -> dict[str, Any]:
    return {
        "abstains": "below a summed likeness to train perturbations of `least_mass`; on combinations of genes",
        "least_mass": LEAST_MASS,
        "train_perturbations": "judged by the fold that has not seen them",
    }
