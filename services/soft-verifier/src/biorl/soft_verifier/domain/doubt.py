"""How likely a belief's call is wrong, from what is known when it is formed.

The call is yes from one half up. How far the probability is from one half says most; how many relatives there are, in
all and at this readout, and whether the members of an ensemble agree, say the rest. A logistic curve over out-of-fold
predictions, so that of the beliefs with an uncertainty of .2 one call in five is wrong.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.calibration import Numbers, fit_logistic, logit, sigmoid

SUREST = 6.0
"""Log odds beyond which a belief is not surer."""


def chance_of_error(probability: npt.ArrayLike) -> Numbers:
    """[n]: of calls by calibrated probabilities [n], where nothing else is known of them."""
    said = np.asarray(probability, dtype=np.float64)
    return np.minimum(said, 1 - said)


@dataclass(frozen=True, slots=True)
class Doubt:
    weights: Numbers
    """Of the columns of `_design`."""

    def __call__(self, probability: npt.ArrayLike, support: npt.ArrayLike, disagreement: npt.ArrayLike) -> Numbers:
        """[n], in [0, 1], from probabilities [n], support [n, S] and disagreement [n]."""
        return sigmoid(_design(probability, support, disagreement) @ self.weights)


def _design(probability: npt.ArrayLike, support: npt.ArrayLike, disagreement: npt.ArrayLike) -> Numbers:
    sure = np.minimum(np.abs(logit(probability)), SUREST)
    support = np.asarray(support, dtype=np.float64)
    other = np.minimum(np.asarray(disagreement, dtype=np.float64), SUREST)
    return np.column_stack([np.ones_like(sure), sure, sure**2, support, support * sure[:, None], other])


def fit_doubt(
    probability: npt.ArrayLike, support: npt.ArrayLike, disagreement: npt.ArrayLike, label: npt.NDArray[np.bool_]
) -> Doubt:
    """From out-of-fold probabilities and their labels."""
    wrong = (np.asarray(probability) >= 0.5) != label
    return Doubt(fit_logistic(_design(probability, support, disagreement), wrong.astype(np.float64)))
