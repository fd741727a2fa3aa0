"""Beliefs about pairs of a perturbed gene and a readout in one context, from evidence, a network, or both.

There is one evidence and one network for each fold left out, and one that has seen all; a train perturbation is judged
by those without its fold (domain/fold_model.py says why). What can be said of a gene before a readout is named is
computed in training; a belief costs one look at the labels of its readout and one pass through the network.

Shapes: G genes that may be asked about, P train perturbations, R readouts, n pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.calibration import Calibration
from biorl.soft_verifier.domain.doubt import Doubt
from biorl.soft_verifier.domain.evidence import FEATURES, NUMBERS, Evidence, Places
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, NUM_FOLDS
from biorl.soft_verifier.domain.ranking_net import RankingNet
from biorl.soft_verifier.domain.smoothing import LOW_RANK_WEIGHT, Floats, Sparse

ALL_FOLDS = NUM_FOLDS
"""Index of what has seen every fold."""
SUPPORT = [FEATURES.index(name) for name in ("mass", "nearest", "mass_at_readout")]
_SMOOTHED, _SHARED = FEATURES.index("smoothed"), FEATURES.index("shared_by_readouts")
_OF_READOUT = [FEATURES.index(name) for name in ("rate", "count")]


@dataclass(frozen=True, slots=True)
class PairBeliefs:
    """[n] each."""

    probability: Floats
    baseline: Floats
    uncertainty: Floats


@dataclass(frozen=True, slots=True)
class Mixture:
    """How the scores of the smoother and of the network make one."""

    weight: float
    """Of the network, in [0, 1]; the smoother has the rest."""
    spreads: tuple[float, float]
    """Standard deviations of the smoother's and the network's out-of-fold scores."""

    def parts(self, smoother: Floats, net: Floats) -> tuple[Floats, Floats]:
        return smoother / np.float32(self.spreads[0]), net / np.float32(self.spreads[1])

    def score(self, smoother: Floats, net: Floats) -> Floats:
        one, other = self.parts(smoother, net)
        return np.asarray((1 - self.weight) * one + self.weight * other, dtype=np.float32)

    def disagreement(self, smoother: Floats, net: Floats) -> Floats:
        one, other = self.parts(smoother, net)
        return np.asarray(np.abs(one - other), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Ranker:
    """One fold's evidence and network."""

    evidence: Evidence
    net: RankingNet
    ordinary: Floats
    """[R]: the network's score of an ordinary perturbation, taken off so that scores of readouts are comparable."""

    @classmethod
    def of(cls, evidence: Evidence, net: RankingNet) -> "Ranker":
        features = np.tile(net.arrays["centre"], (len(evidence.rates), 1)).astype(np.float32)
        features[:, _OF_READOUT] = evidence.of_readouts(np.arange(len(evidence.rates)))
        return cls(evidence, net, net(features))

    def scores(self, features: Floats, readout: Places) -> tuple[Floats, Floats]:
        """Of the smoother and of the network, [n] each."""
        return smoother_score(features), self.net(features) - self.ordinary[readout]


def smoother_score(features: Floats) -> Floats:
    """What `perturbation-knn` ranks by."""
    return np.asarray(features[:, _SMOOTHED] + np.float32(LOW_RANK_WEIGHT) * features[:, _SHARED])


@dataclass(frozen=True, slots=True)
class PairModel:
    fold: Places
    """[G]: which ranker answers about a gene."""
    profiles: Floats
    """[G, ...]"""
    rankers: Sequence[Ranker]
    mixture: Mixture
    calibration: Calibration
    baseline: Calibration
    doubt: Doubt

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """[G]: genes with relatives enough among what their ranker has seen."""
        return np.asarray(np.exp(self.profiles[:, NUMBERS.index("mass")]) - 0.01 >= LEAST_MASS - 1e-3)

    def beliefs(self, likeness: Sparse, gene: Places, readout: Places) -> PairBeliefs:
        """`likeness` [G, P]; `gene` [n] and `readout` [n] are places in it and among the readouts."""
        beliefs = PairBeliefs(*(np.zeros(len(gene), dtype=np.float32) for _ in range(3)))
        for fold in np.unique(self.fold[gene]):
            pairs = np.flatnonzero(self.fold[gene] == fold)
            part = self._of_fold(self.rankers[fold], likeness, gene[pairs], readout[pairs])
            beliefs.probability[pairs] = part.probability
            beliefs.baseline[pairs] = part.baseline
            beliefs.uncertainty[pairs] = part.uncertainty
        return beliefs

    def _of_fold(self, ranker: Ranker, likeness: Sparse, gene: Places, readout: Places) -> PairBeliefs:
        asked, place = np.unique(gene, return_inverse=True)
        features = ranker.evidence.features(likeness[asked].toarray(), self.profiles[asked], place, readout)
        return self.judged(*ranker.scores(features, readout), ranker.evidence.rates[readout], features[:, SUPPORT])

    def judged(self, smoother: Floats, net: Floats, rate: Floats, support: Floats) -> PairBeliefs:
        """From scores [n] to beliefs."""
        probability = self.calibration(self.mixture.score(smoother, net), rate)
        baseline = self.baseline(np.zeros_like(rate), rate)
        uncertainty = self.doubt(probability, support, self.mixture.disagreement(smoother, net))
        return PairBeliefs(*(part.astype(np.float32) for part in (probability, baseline, uncertainty)))
