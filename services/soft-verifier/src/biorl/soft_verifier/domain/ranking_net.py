"""A small network that ranks perturbations within a readout gene.

It learns from pairs of a positive and a negative of one group (a readout within a fold): the loss is the logistic loss
of their difference (RankNet, Burges et al. 2005), so whatever is the same for all perturbations of a readout - its base
rate - cannot lower it. The network itself is in domain/ranking_torch.py, imported when it is first needed: a server
without one does without torch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.domain.smoothing import Floats

NEGATIVES = 4
"""For each positive, drawn from its group."""
WORTH = 3
"""Positives of a group beyond which it does not count for more: the metric counts each readout once."""
WIDEST = 4.0
"""Standard deviations beyond which a feature says no more."""

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyper-parameters; cross-validation over train perturbations chooses among some."""

    hidden: int = 32
    dropout: float = 0.1
    learning_rate: float = 5e-3
    weight_decay: float = 1e-3
    epochs: int = 30


@dataclass(frozen=True, slots=True)
class RankingNet:
    """Fitted. Called with features [n, F] it gives scores [n]; only their order within a readout means anything."""

    arrays: Mapping[str, Array]
    """What an artifact keeps: `centre`, `spread` and the parameters of the network."""
    forward: Callable[[Floats], Floats] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from biorl.soft_verifier.domain.ranking_torch import loaded  # noqa: PLC0415 - heavy

        parameters = {name: array for name, array in self.arrays.items() if name not in {"centre", "spread"}}
        object.__setattr__(self, "forward", loaded(parameters))

    def __call__(self, features: Floats) -> Floats:
        return self.forward(scaled(features, self.arrays["centre"], self.arrays["spread"]))


def scaled(features: Floats, centre: Floats, spread: Floats) -> Floats:
    within: Floats = np.clip((features - centre) / spread, -WIDEST, WIDEST).astype(np.float32)
    return within


def fit_ranking_net(
    features: Floats, label: npt.NDArray[np.bool_], group: Places, recipe: Recipe, seed: int = 0
) -> RankingNet:
    """From features [n, F], labels [n] and the group [n] within which labels are compared."""
    from biorl.soft_verifier.domain.ranking_torch import descend  # noqa: PLC0415 - heavy

    centre, spread = features.mean(axis=0), features.std(axis=0) + np.float32(1e-6)
    parameters = descend(scaled(features, centre, spread), Rivals.of(label, group), recipe, seed)
    return RankingNet({"centre": centre, "spread": spread, **parameters})


@dataclass(frozen=True, slots=True)
class Rivals:
    """Positives that have a negative in their group, and where those negatives are."""

    positive: Places
    """[positive]"""
    weight: Floats
    """[positive]"""
    negatives: Places
    """Sorted by group."""
    first: Places
    last: Places
    """[positive]: its rivals are `negatives[first:last]`."""

    @classmethod
    def of(cls, label: npt.NDArray[np.bool_], group: Places) -> "Rivals":
        order = np.argsort(group, kind="stable")
        positive, negatives = order[label[order]], order[~label[order]]
        first, last = (np.searchsorted(group[negatives], group[positive], side=side) for side in ("left", "right"))
        contested = last > first
        _, code, count = np.unique(group[positive[contested]], return_inverse=True, return_counts=True)
        weight = (np.minimum(count, WORTH) / count)[code].astype(np.float32)
        return cls(positive[contested], weight, negatives, first[contested], last[contested])

    def draw(self, chosen: Places, rng: np.random.Generator) -> Places:
        """NEGATIVES rivals of each chosen positive [chosen, NEGATIVES]."""
        first, width = self.first[chosen, None], (self.last - self.first)[chosen, None]
        return self.negatives[first + (rng.random((len(chosen), NEGATIVES)) * width).astype(np.int64)]
