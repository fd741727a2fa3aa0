"""Beliefs about pairs of a perturbed gene and a readout in one context, from evidence, a network, or both.

There is one evidence and one network for each fold left out, and one that has seen all; a train perturbation is judged
by those without its fold (domain/fold_model.py says why). What can be said of a gene before a readout is named is
computed in training; a belief costs one look at the labels of its readout and one pass through the network.

Shapes: G genes that may be asked about, U perturbed genes, P train perturbations of a panel, R readouts, n pairs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from biorl.soft_verifier.domain.doubt import Doubt
from biorl.soft_verifier.domain.evidence import FEATURES, NUMBERS, Evidence, Likeness
from biorl.soft_verifier.domain.fold_model import Beliefs
from biorl.soft_verifier.domain.neighbours import LEAST_MASS
from biorl.soft_verifier.domain.panel import Panel
from biorl.soft_verifier.domain.ranking_net import RankingNet
from biorl.soft_verifier.domain.reading import Reading
from biorl.soft_verifier.domain.smoothing import LOW_RANK_WEIGHT, Floats, Places, Sparse

SUPPORT = [FEATURES.index(name) for name in ("mass", "nearest", "mass_at_readout")]
MEMBERS = ("smoother", "process", "net")
"""What `perturbation-knn` ranks by, the Gaussian process, and the network that has both and more for its input."""
_SMOOTHED, _SHARED, _PROCESS = (FEATURES.index(name) for name in ("smoothed", "shared_by_readouts", "process"))
_OF_READOUT = [FEATURES.index(name) for name in ("rate", "count")]


def enough(profile: Floats) -> npt.NDArray[np.bool_]:
    """[Q]: whether genes have relatives worth asking, from their profiles [Q, ...]; half precision is allowed for."""
    return np.asarray(np.exp(profile[:, NUMBERS.index("mass")]) - 0.01 >= LEAST_MASS - 1e-3)


@dataclass(frozen=True, slots=True)
class Mixture:
    """How the scores of the members make one."""

    weights: tuple[float, ...]
    """Of MEMBERS, in their order; they sum to 1."""
    spreads: tuple[float, ...]
    """Standard deviations of their out-of-fold scores."""

    def score(self, scores: Floats) -> Floats:
        """[n] from the members' scores [member, n]."""
        scale = np.asarray(self.weights) / np.asarray(self.spreads)
        return np.asarray(scale @ scores, dtype=np.float32)

    def disagreement(self, scores: Floats) -> Floats:
        """[n]: standard deviation of what the members say."""
        return np.asarray((scores / np.asarray(self.spreads)[:, None]).std(axis=0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Ranker:
    """One fold's evidence, of each panel, and network."""

    evidences: tuple[Evidence, ...]
    net: RankingNet
    ordinary: Floats
    """[R]: the network's score of an ordinary perturbation, taken off so that scores of readouts are comparable."""

    @classmethod
    def of(cls, evidences: tuple[Evidence, ...], net: RankingNet) -> "Ranker":
        readouts = np.arange(len(evidences[0].rates))
        features = np.tile(net.arrays["centre"], (len(readouts), 1)).astype(np.float32)
        for index, evidence in enumerate(evidences):
            features[:, [index * len(FEATURES) + place for place in _OF_READOUT]] = evidence.of_readouts(readouts)
        return cls(evidences, net, net(features))

    @property
    def rates(self) -> Floats:
        """[R], of the own line."""
        return self.evidences[0].rates

    def scores(self, features: Floats, readout: Places) -> Floats:
        """Of MEMBERS [member, n]; the first two look at the last panel, which knows most."""
        last = last_panel(features)
        smoother = last[:, _SMOOTHED] + np.float32(LOW_RANK_WEIGHT) * last[:, _SHARED]
        return np.stack([smoother, last[:, _PROCESS], self.net(features) - self.ordinary[readout]])


def features_of(
    evidences: Sequence[Evidence], likeness: Sequence[Likeness], profile: Floats, place: Places, readout: Places
) -> Floats:
    """[n, panel F] for pairs of the gene at `place` and `readout`, from each panel's likeness [Q, P]."""
    profiles = np.split(profile, len(evidences), axis=1)
    parts = [
        evidence.features(near, part, place, readout)
        for evidence, near, part in zip(evidences, likeness, profiles, strict=True)
    ]
    return np.concatenate(parts, axis=1)


def last_panel(features: Floats) -> Floats:
    """[n, F]"""
    return features[:, -len(FEATURES) :]


@dataclass(frozen=True, slots=True)
class PairModel:
    panels: tuple[Panel, ...]
    """The own line's; then, for a model that learns from other lines, theirs and the own together."""
    perturbed: Places
    """[G]: the gene's place among the neighbours' perturbations, or -1."""
    fold: Places
    """[G]: which ranker answers about a gene."""
    profiles: Floats
    """[G, ...]"""
    rankers: Sequence[Ranker]
    mixture: Mixture
    reading: Reading
    doubt: Doubt

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """[G]: genes with relatives enough in the own line, among what their ranker has seen."""
        return enough(self.profiles)

    def beliefs(self, likeness: Sparse, gene: Places, readout: Places) -> Beliefs:
        """`likeness` [G, U]; `gene` [n] and `readout` [n] are places in it and among the readouts."""
        asked, place = np.unique(gene, return_inverse=True)
        rows, profile = sp.csr_array(likeness[asked]), self.profiles[asked]
        near = [panel.of_batch(rows, self.perturbed[asked]) for panel in self.panels]
        features = np.zeros((len(gene), len(self.panels) * len(FEATURES)), np.float32)
        scores, rate = np.zeros((len(MEMBERS), len(gene)), np.float32), np.zeros(len(gene), np.float32)
        for fold, pairs in _by_fold(self.fold[gene]):
            ranker, asked_of = self.rankers[fold], readout[pairs]
            features[pairs] = features_of(ranker.evidences, near, profile, place[pairs], asked_of)
            scores[:, pairs] = ranker.scores(features[pairs], asked_of)
            rate[pairs] = ranker.rates[asked_of]
        return self.judged(scores, rate, last_panel(features)[:, SUPPORT])

    def judged(self, scores: Floats, rate: Floats, support: Floats) -> Beliefs:
        """From the members' scores [member, n] to beliefs."""
        probability, baseline = self.reading(self.mixture.score(scores), rate)
        uncertainty = self.doubt(probability, support, self.mixture.disagreement(scores))
        return Beliefs(*(part.astype(np.float32) for part in (probability, baseline, uncertainty)))


def _by_fold(fold: Places) -> Iterator[tuple[int, Places]]:
    """Each fold of [n], and the places where it stands."""
    for each in np.unique(fold):
        yield int(each), np.flatnonzero(fold == each)
