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

from biorl.evaluation.per_gene import auc_per_gene
from biorl.soft_verifier.domain.calibration import fit_baseline, fit_calibration
from biorl.soft_verifier.domain.doubt import fit_doubt
from biorl.soft_verifier.domain.evidence import PROFILE, Labels, Places, Profiler, fit_evidence
from biorl.soft_verifier.domain.fold_model import TooFewRelativesError
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, NUM_FOLDS, Neighbours
from biorl.soft_verifier.domain.pair_model import ALL_FOLDS, SUPPORT, Mixture, PairBeliefs, PairModel, Ranker
from biorl.soft_verifier.domain.ranking_net import RankingNet, Recipe, fit_ranking_net
from biorl.soft_verifier.domain.smoothing import Floats

RECIPES = (Recipe(), Recipe(hidden=8, dropout=0.3))
"""Networks that cross-validation chooses from."""
_CHUNK = 2048


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
    rates: Floats
    """[fold, line, R]"""
    held_out: HeldOut
    beliefs: PairBeliefs
    """Out of fold, [n]."""
    choices: dict[str, Any] = field(default_factory=dict)
    """What cross-validation chose, and among what."""


def fit_pair_model(labels: Labels, neighbours: Neighbours, weights: Sequence[float], seed: int = 0) -> Fitted:
    """`weights` of the network, of which cross-validation chooses one. Raises TooFewRelativesError."""
    likeness = neighbours.rows(neighbours.perturbations)
    left_out = [neighbours.folds == fold for fold in range(NUM_FOLDS)]
    profilers = [fit_evidence(labels, likeness, rows) for rows in (*left_out, np.zeros(len(labels.line), np.bool_))]
    held_out = _held_out(labels, neighbours, profilers)
    if not held_out.label.any() or held_out.label.all():
        raise TooFewRelativesError
    recipe, nets, tried = _best_nets(held_out, seed)
    nets.append(fit_ranking_net(held_out.features, held_out.label, held_out.group, recipe, seed))
    rankers = [Ranker.of(profiler.evidence, net) for profiler, net in zip(profilers, nets, strict=True)]
    scores = _by_fold(held_out, rankers)
    mixture, weighed = _best_mixture(held_out, scores, weights)
    score, support = mixture.score(*scores), held_out.features[:, SUPPORT]
    calibration = fit_calibration(score, held_out.rate, held_out.label)
    probability = calibration(score, held_out.rate)
    model = PairModel(
        *_of_genes(neighbours, profilers),
        rankers,
        mixture,
        calibration,
        fit_baseline(held_out.rate, held_out.label),
        fit_doubt(probability, support, mixture.disagreement(*scores), held_out.label),
    )
    beliefs = model.judged(*scores, held_out.rate, support)
    rates = np.stack([profiler.rates for profiler in profilers])
    return Fitted(model, rates, held_out, beliefs, {"network": tried, "mixture": weighed})


def _held_out(labels: Labels, neighbours: Neighbours, profilers: list[Profiler]) -> HeldOut:
    """Features of each own pair from the evidence without its fold."""
    readout, fold = labels.readout, neighbours.folds[labels.row]
    own = labels.line[labels.row] == 0
    rows, features, rates = [], [], []
    for left_out, profiler in enumerate(profilers[:NUM_FOLDS]):
        entries = np.flatnonzero(own & (fold == left_out))
        asked, place = np.unique(labels.row[entries], return_inverse=True)
        likeness = neighbours.rows([neighbours.perturbations[row] for row in asked])
        profile = profiler.profiles(likeness)
        enough = np.exp(profile[place, 0]) - 0.01 >= LEAST_MASS
        entries, place = entries[enough], place[enough]
        rows.append(entries)
        features.append(profiler.evidence.features(likeness.toarray(), profile, place, readout[entries]))
        rates.append(profiler.evidence.rates[readout[entries]])
    kept = np.concatenate(rows)
    return HeldOut(
        fold[kept],
        readout[kept],
        labels.row[kept],
        labels.positive[kept],
        np.concatenate(rates),
        np.concatenate(features),
        int(own.sum()),
    )


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


def _by_fold(held_out: HeldOut, rankers: list[Ranker]) -> tuple[Floats, Floats]:
    """Out-of-fold scores of the smoother and of the network."""
    scores = np.zeros((2, len(held_out.label)), dtype=np.float32)
    for fold, ranker in enumerate(rankers[:ALL_FOLDS]):
        asked = held_out.fold == fold
        scores[:, asked] = ranker.scores(held_out.features[asked], held_out.readout[asked])
    return scores[0], scores[1]


def _best_mixture(
    held_out: HeldOut, scores: tuple[Floats, Floats], weights: Sequence[float]
) -> tuple[Mixture, list[dict[str, Any]]]:
    spreads = tuple(max(float(score.std()), 1e-6) for score in scores)
    mixtures = [Mixture(weight, (spreads[0], spreads[1])) for weight in weights]
    aucs = [held_out.auc(mixture.score(*scores)) for mixture in mixtures]
    best = int(np.argmax(aucs))
    rows = [
        {"weight_of_net": mixture.weight, "auc_per_gene": round(auc, 6), "chosen": index == best}
        for index, (mixture, auc) in enumerate(zip(mixtures, aucs, strict=True))
    ]
    return mixtures[best], rows


def _of_genes(neighbours: Neighbours, profilers: list[Profiler]) -> tuple[Places, Floats]:
    """For each gene that may be asked about, which ranker answers [G] and its profile [G, ...]."""
    column = neighbours.column
    fold = np.array(
        [neighbours.folds[column[gene]] if gene in column else ALL_FOLDS for gene in neighbours.genes], dtype=np.int64
    )
    profiles = np.zeros((len(fold), PROFILE), dtype=np.float32)
    for index, profiler in enumerate(profilers):
        genes = np.flatnonzero(fold == index)
        for start in range(0, len(genes), _CHUNK):
            part = genes[start : start + _CHUNK]
            profiles[part] = profiler.profiles(neighbours.likeness[part])
    return fold, profiles
