"""`perturbation-net`: a small network ranks knock-downs within a readout gene, from what relatives did.

Its features come from likeness over gene sets and ontology (biorl.genes.similarity) to the train perturbations of one
context (domain/evidence.py); its loss compares a positive with a negative of the same readout (domain/ranking_net.py),
so it cannot win by knowing which readouts respond often. Calibrated on out-of-fold predictions; a train perturbation is
judged by the network that has not seen its fold.

`perturbation-ensemble` is the same with the smoother of `perturbation-knn` as a second member; cross-validation weighs
them, and their disagreement counts as doubt.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar

import numpy as np

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, PerturbationClaim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained, packed_text
from biorl.soft_verifier.domain.coverage import Coverage, described
from biorl.soft_verifier.domain.effects import TASKS, Measurements
from biorl.soft_verifier.domain.evidence import Labels
from biorl.soft_verifier.domain.fold_model import TooFewRelativesError, label_table
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, Neighbours, find_neighbours
from biorl.soft_verifier.domain.pair_artifact import pair_arrays, restore_pair_model
from biorl.soft_verifier.domain.pair_model import PairModel
from biorl.soft_verifier.domain.pair_quality import fitted_quality
from biorl.soft_verifier.domain.pair_training import fit_pair_model


class PerturbationNet:
    tasks = tuple(TASKS)
    weights: ClassVar[tuple[float, ...]] = (1.0,)
    """Of the network beside the smoother, for cross-validation to choose from."""

    def __init__(self, artifact: Artifact) -> None:
        self._symbols = unpacked_symbols(artifact)
        self._coverage = Coverage.of(artifact.card["models"], iter(_restored(artifact)))

    @classmethod
    def train(cls, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        arrays: dict[str, Array] = {}
        entries: list[dict[str, Any]] = []
        left_out: list[dict[str, Any]] = []
        genes = {readout for part in measured for readout in part.readouts}
        for _, group in groupby(measured, key=lambda part: part.context):
            parts = list(group)
            singles = sorted({name for part in parts for name in part.perturbations if "+" not in name})
            neighbours = find_neighbours(annotation.kernel, singles)
            shared = f"context{len(entries)}."
            arrays |= _prefixed(shared, neighbours.arrays())
            genes |= {*neighbours.genes, *neighbours.perturbations}
            for part in parts:
                labels = Labels.of(label_table(part, neighbours), np.zeros(len(neighbours.perturbations), np.int64))
                try:
                    fitted = fit_pair_model(labels, neighbours, cls.weights)
                except TooFewRelativesError:
                    left_out.append(described(part.context, part.outcome) | {"reason": "too_few_relatives"})
                    continue
                kept = pair_arrays(fitted) | {"readouts": packed_text(part.readouts)}
                arrays |= _prefixed(f"model{len(entries)}.", kept)
                entries.append(_entry(part) | fitted_quality(fitted) | {"neighbours": shared})
        card = {"models": entries, "left_out": left_out, "limits": _limits()}
        return Trained(arrays | packed_symbols(annotation.symbols, genes), card)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        beliefs: list[Belief | None] = [None] * len(claims)
        pairs: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
        models: dict[int, _ContextModel] = {}
        for index, claim in enumerate(claims):
            found = self._place(claim)
            if isinstance(found, Belief):
                beliefs[index] = found
            else:
                model, gene, readout = found
                models[id(model)] = model
                pairs[id(model)].append((index, gene, readout))
        for key, rows in pairs.items():
            order, gene, readout = np.array(rows, dtype=np.int64).T
            for index, belief in zip(order.tolist(), models[key].believe(gene, readout), strict=True):
                beliefs[index] = belief
        return [belief for belief in beliefs if belief is not None]

    def warm_up(self) -> None:
        for model in self._coverage.models.values():
            model.believe(np.zeros(1, np.int64), np.zeros(1, np.int64))

    def _place(self, claim: Claim) -> "tuple[_ContextModel, int, int] | Belief":
        """The model that is asked, and the places of gene and readout in it; or the abstention."""
        if not isinstance(claim, PerturbationClaim):
            return Belief.abstained("claim_not_covered")
        model = self._coverage.find(claim.context, claim.outcome)
        if model is None:
            return self._coverage.gap(claim.context, claim.outcome)
        if len(claim.perturbed_genes) > 1:
            return Belief.abstained("combination_not_covered")
        normalise = self._symbols.normalise
        readout = model.readouts.get(normalise(claim.readout))
        if readout is None:
            return Belief.abstained("readout_not_covered")
        gene = model.gene(normalise(claim.perturbed_genes[0]))
        return Belief.abstained(gene) if isinstance(gene, str) else (model, gene, readout)


class PerturbationEnsemble(PerturbationNet):
    weights = tuple(step / 10 for step in range(11))


@dataclass(slots=True)
class _ContextModel:
    """One context and outcome."""

    neighbours: Neighbours
    readouts: dict[str, int]
    model: PairModel
    covered: Any = field(init=False)

    def __post_init__(self) -> None:
        self.covered = self.model.covered

    def gene(self, name: str) -> int | str:
        """Its place, or the reason why nothing is believed of it."""
        place = self.neighbours.row.get(name)
        if place is None:
            return "kernel_mass_too_low" if name in self.neighbours.strangers else "gene_not_covered"
        return place if self.covered[place] else "kernel_mass_too_low"

    def believe(self, gene: Array, readout: Array) -> list[Belief]:
        beliefs = self.model.beliefs(self.neighbours.likeness, gene, readout)
        columns = (beliefs.probability.tolist(), beliefs.baseline.tolist(), beliefs.uncertainty.tolist())
        return [Belief.scored(*row) for row in zip(*columns, strict=True)]


def _prefixed(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {f"{prefix}{name}": array for name, array in arrays.items()}


def _restored(artifact: Artifact) -> list[_ContextModel]:
    shared: dict[str, Neighbours] = {}
    models = []
    for index, entry in enumerate(artifact.card["models"]):
        prefix = entry["neighbours"]
        if prefix not in shared:
            shared[prefix] = Neighbours.from_artifact(artifact, prefix)
        readouts = {name: place for place, name in enumerate(artifact.text(f"model{index}.readouts"))}
        model = restore_pair_model(artifact, f"model{index}.", shared[prefix], entry["mixture"])
        models.append(_ContextModel(shared[prefix], readouts, model))
    return models


def _entry(part: Measurements) -> dict[str, Any]:
    return described(part.context, part.outcome) | {
        "num_pairs": len(part.label),
        "num_perturbations": len(part.perturbations),
        "num_readouts": len(part.readouts),
        "positive_rate": round(float(part.label.mean()), 6),
    }


def _limits() -> dict[str, Any]:
    return {
        "abstains": "below a summed likeness to train perturbations of `least_mass`; on combinations of genes",
        "least_mass": LEAST_MASS,
        "train_perturbations": "judged by the fold that has not seen them",
        "uncertainty": "probability that the call (yes from one half up) is wrong",
    }
