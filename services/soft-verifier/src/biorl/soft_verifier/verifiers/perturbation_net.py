"""`perturbation-net`: a small network ranks knock-downs within a readout gene, from what relatives did.

Its features come from likeness over gene sets and ontology (biorl.genes.similarity) to the train perturbations of one
context (domain/evidence.py); its loss compares a positive with a negative of the same readout (domain/ranking_net.py),
so it cannot win by knowing which readouts respond often. Calibrated on out-of-fold predictions; a train perturbation is
judged by the network that has not seen its fold.

`perturbation-ensemble` is the same with the smoother of `perturbation-knn` and the Gaussian process as further members;
cross-validation weighs them, and their disagreement counts as doubt.

Two more learn from other cell lines too. `perturbation-unseen` does without whatever a benchmark holds out in the line
that is asked about, in every line: its figures are for new perturbations. `perturbation-across-lines` keeps it: its
figures are for a perturbation that is known from another line, and must not be compared with the others'.
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
from biorl.soft_verifier.domain.fold_model import TooFewRelativesError
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, Neighbours, find_neighbours
from biorl.soft_verifier.domain.pair_artifact import pair_arrays, restore_pair_model
from biorl.soft_verifier.domain.pair_model import PairModel
from biorl.soft_verifier.domain.pair_quality import fitted_quality, learnt_across_lines
from biorl.soft_verifier.domain.pair_training import fit_pair_model
from biorl.soft_verifier.domain.panel import Lines, Panel, own_panel, panel_across_lines


class PerturbationNet:
    tasks = tuple(TASKS)
    batch = 1024
    mixtures: ClassVar[tuple[tuple[float, ...], ...]] = ((0.0, 0.0, 1.0),)
    """Weights of the members (domain/pair_model.py), for cross-validation to choose from."""
    lines: ClassVar[Lines] = Lines.OWN

    def __init__(self, artifact: Artifact) -> None:
        self._symbols = unpacked_symbols(artifact)
        self._coverage = Coverage.of(artifact.card["models"], iter(_restored(artifact)))

    @classmethod
    def train(cls, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        arrays: dict[str, Array] = {}
        entries: list[dict[str, Any]] = []
        left_out: list[dict[str, Any]] = []
        genes = {readout for part in measured for readout in part.readouts}
        for together in _groups(measured, cls.lines):
            neighbours = find_neighbours(annotation.kernel, _single_genes(together))
            shared = f"context{len(entries)}."
            arrays |= _prefixed(shared, neighbours.arrays())
            genes |= {*neighbours.genes, *neighbours.perturbations}
            for part in together:
                try:
                    fitted = fit_pair_model(_views(part, together, neighbours, cls.lines), neighbours, cls.mixtures)
                except TooFewRelativesError:
                    left_out.append(described(part.context, part.outcome) | {"reason": "too_few_relatives"})
                    continue
                kept = pair_arrays(fitted) | {"readouts": packed_text(part.readouts)}
                arrays |= _prefixed(f"model{len(entries)}.", kept)
                about = _entry(part) | {"learnt_across_lines": learnt_across_lines(part, together, cls.lines)}
                entries.append(about | fitted_quality(fitted) | {"neighbours": shared})
        card = {"models": entries, "left_out": left_out, "limits": _limits(), "lines": str(cls.lines)}
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
    mixtures = tuple((one / 5, (5 - one - net) / 5, net / 5) for net in range(6) for one in range(6 - net))


class PerturbationUnseen(PerturbationEnsemble):
    lines = Lines.UNSEEN


class PerturbationAcrossLines(PerturbationEnsemble):
    lines = Lines.ALL


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


def _groups(measured: Sequence[Measurements], lines: Lines) -> list[list[Measurements]]:
    """What shares a table of likeness: a context's outcomes, or all lines of one organism and kind of perturbation."""

    def key(part: Measurements) -> tuple[str, ...]:
        line = part.context.cell_line if lines is Lines.OWN else ""
        return part.context.organism, str(part.context.perturbation_kind or ""), line

    return [list(group) for _, group in groupby(sorted(measured, key=key), key=key)]


def _single_genes(parts: Sequence[Measurements]) -> list[str]:
    return sorted({name for part in parts for name in part.perturbations if "+" not in name})


def _views(
    part: Measurements, together: Sequence[Measurements], neighbours: Neighbours, lines: Lines
) -> list[tuple[Panel, Labels]]:
    own = own_panel(part, neighbours)
    others = [item for item in together if item.context != part.context]
    if lines is Lines.OWN or not any(item.outcome is part.outcome for item in others):
        return [own]
    return [own, panel_across_lines(part, others, neighbours, lines)]


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
