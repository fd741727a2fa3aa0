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

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained
from biorl.soft_verifier.domain.by_context import Kept, ModelsByContext, sharing_likeness, train_by_context
from biorl.soft_verifier.domain.effects import TASKS, Measurements
from biorl.soft_verifier.domain.evidence import Labels
from biorl.soft_verifier.domain.neighbours import Neighbours
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
        self._models = ModelsByContext(artifact, _restored)

    @classmethod
    def train(cls, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        groups = sharing_likeness(measured, across_lines=cls.lines is not Lines.OWN)
        trained = train_by_context(groups, annotation, cls._fit)
        limits = {**trained.card["limits"], "uncertainty": "probability that the call (yes from one half up) is wrong"}
        return replace(trained, card={**trained.card, "limits": limits, "lines": str(cls.lines)})

    @classmethod
    def _fit(
        cls, part: Measurements, together: Sequence[Measurements], neighbours: Neighbours
    ) -> tuple[dict[str, Array], dict[str, Any]]:
        fitted = fit_pair_model(_views(part, together, neighbours, cls.lines), neighbours, cls.mixtures)
        about = {"learnt_across_lines": learnt_across_lines(part, together, cls.lines)}
        return pair_arrays(fitted), about | fitted_quality(fitted)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return self._models.believe(claims)

    def warm_up(self) -> None:
        self._models.warm_up()


class PerturbationEnsemble(PerturbationNet):
    mixtures = tuple((one / 10, (10 - one - net) / 10, net / 10) for net in range(11) for one in range(11 - net))


class PerturbationUnseen(PerturbationEnsemble):
    lines = Lines.UNSEEN


class PerturbationAcrossLines(PerturbationEnsemble):
    lines = Lines.ALL


def _views(
    part: Measurements, together: Sequence[Measurements], neighbours: Neighbours, lines: Lines
) -> list[tuple[Panel, Labels]]:
    own = own_panel(part, neighbours)
    others = [item for item in together if item.context != part.context]
    if lines is Lines.OWN or not any(item.outcome is part.outcome for item in others):
        return [own]
    return [own, panel_across_lines(part, others, neighbours, lines)]


def _restored(artifact: Artifact, kept: Kept) -> PairModel:
    return restore_pair_model(artifact, kept.prefix, kept.neighbours, kept.entry["mixture"])
