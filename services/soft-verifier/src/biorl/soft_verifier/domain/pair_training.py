"""Fits a PairModel to the labels of one context: evidence, network, mixture, calibration, doubt.

Everything that is chosen - the network's hyper-parameters, the weight of each member - is chosen by AUC per gene on
out-of-fold predictions of train perturbations; the same predictions fit calibration and doubt. The network of a fold
has seen no label of it; that its inputs for other folds counted those labels as neighbours has no visible effect.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from biorl.evaluation.per_gene import auc_per_gene
from biorl.soft_verifier.domain.coverage import TooLittleMeasuredError
from biorl.soft_verifier.domain.doubt import fit_doubt
from biorl.soft_verifier.domain.evidence import PROFILE, Labels, Profiler, fit_evidence
from biorl.soft_verifier.domain.fold_model import ALL_FOLDS, TOO_FEW_RELATIVES, Beliefs
from biorl.soft_verifier.domain.neighbours import NUM_FOLDS, Neighbours
from biorl.soft_verifier.domain.pair_model import (
    MEMBERS,
    SUPPORT,
    Mixture,
    PairModel,
    Ranker,
    enough,
    features_of,
    last_panel,
)
from biorl.soft_verifier.domain.panel import Panel
from biorl.soft_verifier.domain.ranking_net import RankingNet, Recipe, fit_ranking_net
from biorl.soft_verifier.domain.reading import Reading
from biorl.soft_verifier.domain.smoothing import Floats, Places

RECIPES = (Recipe(hidden=64), Recipe(hidden=16, dropout=0.3))
"""Networks that cross-validation chooses from."""
_CHUNK = 2048

View = tuple[Panel, Labels]
"""Train perturbations that a model learns from, and their labels."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Train pairs of perturbations with relatives enough, as seen by what had not seen their fold; [n] each."""

    fold: Places
    readout: Places
    perturbation: Places
    label: npt.NDArray[np.bool_]
    rate: Floats
    features: Floats
    """[n, F]"""
    num_pairs: int
    """Train pairs in all."""

    @property
    def group(self) -> Places:
        """A readout within a fold: the rates of one readout differ between folds, against its labels."""
        return self.readout * NUM_FOLDS + self.fold

    def auc(self, score: npt.ArrayLike) -> float:
        """AUC per gene; one half where no readout has both labels."""
        result = auc_per_gene(score, self.label, self.group)
        return result.mean if result.num_genes else 0.5


@dataclass(frozen=True, slots=True)
class Fitted:
    model: PairModel
    rates: tuple[Floats, ...]
    """Of each panel [fold, line, R]."""
    held_out: HeldOut
    beliefs: Beliefs
    """Out of fold, [n]."""
    choices: dict[str, Any] = field(default_factory=dict)
    """What cross-validation chose, and among what."""


def fit_pair_model(
    views: Sequence[View], neighbours: Neighbours, mixtures: Sequence[tuple[float, ...]], seed: int = 0
) -> Fitted:
    """Of `mixtures` (weights of MEMBERS) cross-validation chooses one. Raises TooLittleMeasuredError."""
    seen = [_profilers(view, neighbours) for view in views]
    by_fold = [tuple(profilers[fold] for profilers in seen) for fold in range(NUM_FOLDS + 1)]
    held_out = _held_out(views, neighbours, by_fold)
    if not held_out.label.any() or held_out.label.all():
        raise TooLittleMeasuredError(TOO_FEW_RELATIVES)
    recipe, nets, tried = _best_nets(held_out, seed)
    nets.append(fit_ranking_net(held_out.features, held_out.label, held_out.group, recipe, seed))
    evidences = [tuple(profiler.evidence for profiler in profilers) for profilers in by_fold]
    rankers = [Ranker.of(evidence, net) for evidence, net in zip(evidences, nets, strict=True)]
    scores = _by_fold(held_out, rankers)
    mixture, weighed = _best_mixture(held_out, scores, mixtures)
    score, support = mixture.score(scores), last_panel(held_out.features)[:, SUPPORT]
    reading = Reading.of(score, held_out.rate, held_out.label)
    model = PairModel(
        tuple(panel for panel, _ in views),
        *_of_genes(views, neighbours, by_fold),
        rankers,
        mixture,
        reading,
        fit_doubt(reading.calibration(score, held_out.rate), support, mixture.disagreement(scores), held_out.label),
    )
    rates = tuple(np.stack([profiler.rates for profiler in profilers]) for profilers in seen)
    beliefs = model.judged(scores, held_out.rate, support)
    return Fitted(model, rates, held_out, beliefs, {"network": tried, "mixture": weighed})


def _profilers(view: View, neighbours: Neighbours) -> list[Profiler]:
    """Without each fold, then with all."""
    panel, labels = view
    places = np.arange(len(neighbours.perturbations))
    rows = neighbours.rows(neighbours.perturbations)
    likeness, covariance = panel.likeness(rows, places)[panel.column], panel.covariance(rows)
    return [fit_evidence(labels, likeness, covariance, panel.left_out(fold)) for fold in range(NUM_FOLDS + 1)]


def _held_out(views: Sequence[View], neighbours: Neighbours, by_fold: list[tuple[Profiler, ...]]) -> HeldOut:
    """Features of each pair of the own line from the evidence without its fold."""
    panel, labels = views[0]
    readout, fold = labels.readout, panel.folds[labels.row]
    rows, features, rates = [], [], []
    for left_out in range(NUM_FOLDS):
        ranked = by_fold[left_out]
        entries = np.flatnonzero(fold == left_out)
        asked, place = np.unique(panel.column[labels.row[entries]], return_inverse=True)
        likeness = neighbours.rows([neighbours.perturbations[column] for column in asked])
        near = [view.likeness(likeness, asked) for view, _ in views]
        profile = np.concatenate([profiler.profiles(part) for profiler, part in zip(ranked, near, strict=True)], axis=1)
        covered = enough(profile)[place]
        entries, place = entries[covered], place[covered]
        evidences = [profiler.evidence for profiler in ranked]
        rows.append(entries)
        dense = [part.toarray() for part in near]
        features.append(features_of(evidences, dense, profile, place, readout[entries]))
        rates.append(evidences[0].rates[readout[entries]])
    kept = np.concatenate(rows)
    perturbation, positive = labels.row[kept], labels.positive[kept]
    parts = (fold[kept], readout[kept], perturbation, positive, np.concatenate(rates), np.concatenate(features))
    return HeldOut(*parts, len(labels.row))


def _best_nets(held_out: HeldOut, seed: int) -> tuple[Recipe, list[RankingNet], list[dict[str, Any]]]:
    """The recipe whose networks rank best what they have not seen, and its networks, one for each fold left out."""
    tried = []
    for recipe in RECIPES:
        nets = []
        score = np.zeros(len(held_out.label), dtype=np.float32)
        for fold in range(NUM_FOLDS):
            seen, asked = held_out.fold != fold, held_out.fold == fold
            net = fit_ranking_net(
                held_out.features[seen], held_out.label[seen], held_out.group[seen], recipe, seed + fold
            )
            score[asked] = net(held_out.features[asked])
            nets.append(net)
        tried.append((held_out.auc(score), recipe, nets))
    _, best, nets = max(tried, key=lambda item: item[0])
    rows = [asdict(recipe) | {"auc_per_gene": round(auc, 6), "chosen": recipe is best} for auc, recipe, _ in tried]
    return best, nets, rows


def _by_fold(held_out: HeldOut, rankers: list[Ranker]) -> Floats:
    """Out-of-fold scores [member, n]."""
    scores = np.zeros((len(MEMBERS), len(held_out.label)), dtype=np.float32)
    for fold, ranker in enumerate(rankers[:ALL_FOLDS]):
        asked = held_out.fold == fold
        scores[:, asked] = ranker.scores(held_out.features[asked], held_out.readout[asked])
    return scores


def _best_mixture(
    held_out: HeldOut, scores: Floats, mixtures: Sequence[tuple[float, ...]]
) -> tuple[Mixture, list[dict[str, Any]]]:
    spreads = tuple(max(float(score.std()), 1e-6) for score in scores)
    tried = [Mixture(weights, spreads) for weights in mixtures]
    aucs = [held_out.auc(mixture.score(scores)) for mixture in tried]
    best = int(np.argmax(aucs))
    rows = [
        dict(zip(MEMBERS, mixture.weights, strict=True)) | {"auc_per_gene": round(auc, 6), "chosen": index == best}
        for index, (mixture, auc) in enumerate(zip(tried, aucs, strict=True))
    ]
    return tried[best], rows


def _of_genes(
    views: Sequence[View], neighbours: Neighbours, by_fold: list[tuple[Profiler, ...]]
) -> tuple[Places, Places, Floats]:
    """For each gene that may be asked about, its place among perturbations [G], which ranker answers [G], and its
    profile [G, ...]."""
    perturbed = np.array([neighbours.column.get(gene, -1) for gene in neighbours.genes], dtype=np.int64)
    own = np.isin(perturbed, views[0][0].column)
    fold = np.where(own, neighbours.folds[perturbed], ALL_FOLDS)
    profiles = np.zeros((len(fold), len(views) * PROFILE), dtype=np.float32)
    for index, profilers in enumerate(by_fold):
        genes = np.flatnonzero(fold == index)
        for start in range(0, len(genes), _CHUNK):
            part = genes[start : start + _CHUNK]
            rows = sp.csr_array(neighbours.likeness[part])
            near = [panel.likeness(rows, perturbed[part]) for panel, _ in views]
            found = [profiler.profiles(likeness) for profiler, likeness in zip(profilers, near, strict=True)]
            profiles[part] = np.concatenate(found, axis=1)
    return perturbed, fold, profiles
