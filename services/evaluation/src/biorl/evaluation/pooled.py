"""Metrics over all pairs at once: for comparison with papers only.

The base rate of each readout gene gives a pooled AUROC of .96 and knows nothing; read these beside that row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import balanced_accuracy_score, f1_score, matthews_corrcoef, roc_auc_score


@dataclass(frozen=True, slots=True)
class Pooled:
    f1: float
    mcc: float
    balanced_accuracy: float
    auroc: float


def pooled(probabilities: ArrayLike, labels: ArrayLike, threshold: float = 0.5) -> Pooled:
    """`probabilities` (n, in [0, 1]) against `labels` (n, 0 or 1), which must hold both."""
    scores, truth = np.asarray(probabilities, float), np.asarray(labels, int)
    answers = (scores >= threshold).astype(int)
    return Pooled(
        float(f1_score(truth, answers, zero_division=0.0)),
        float(matthews_corrcoef(truth, answers)),
        float(balanced_accuracy_score(truth, answers)),
        float(roc_auc_score(truth, scores)),
    )
