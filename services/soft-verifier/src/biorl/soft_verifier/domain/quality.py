"""How good beliefs are: ranking within a readout gene, calibration, and whether doubt predicts error.

Pooled over readouts, a table of how often each readout responds ranks almost perfectly and knows nothing; within a
readout it ranks at exactly one half. So ranking is always measured within a readout, and within a fold where
predictions come from several models, whose rates for one readout differ.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]
Groups = npt.NDArray[np.int64]

NUM_BINS = 15
NUM_RESAMPLES = 1000
FREQUENCY_AUC = 0.5
"""What the readout's own rate scores: it says the same of every perturbation."""


@dataclass(frozen=True, slots=True)
class RankingQuality:
    """AUC per readout gene: the mean over readouts that have both labels."""

    auc: float
    low: float
    high: float
    """95 % interval by resampling readouts; too narrow, because readouts share their perturbations."""
    num_readouts: int
    """Readouts with both labels, counted in each fold."""

    def as_card(self) -> dict[str, Any]:
        return {
            "auc_per_gene": round(self.auc, 6),
            "interval_95": [round(self.low, 6), round(self.high, 6)],
            "num_genes": self.num_readouts,
            "gene_frequency_auc_per_gene": FREQUENCY_AUC,
        }


def auc_by_readout(readout: Groups, label: Labels, score: npt.ArrayLike) -> Numbers:
    """AUC of each readout that has both labels."""
    score = np.asarray(score, dtype=np.float64)
    order = np.argsort(readout, kind="stable")
    starts = np.flatnonzero(np.diff(readout[order], prepend=-1))
    groups = np.split(order, starts[1:]) if len(order) else []
    aucs = (_auc(label[rows], score[rows]) for rows in groups)
    return np.array([auc for auc in aucs if auc is not None], dtype=np.float64)


def _auc(label: Labels, score: Numbers) -> float | None:
    positive = int(label.sum())
    negative = len(label) - positive
    if not positive or not negative:
        return None
    return float((rankdata(score)[label].sum() - positive * (positive + 1) / 2) / (positive * negative))


def ranking_quality(
    readout: Groups, label: Labels, score: npt.ArrayLike, fold: Groups | None = None, seed: int = 0
) -> RankingQuality | None:
    """None when no readout has both labels. With folds, each is ranked like a test set of its own."""
    groups = readout if fold is None else readout * (int(fold.max(initial=0)) + 1) + fold
    aucs = auc_by_readout(groups, label, score)
    if not len(aucs):
        return None
    rng = np.random.default_rng(seed)
    means = aucs[rng.integers(len(aucs), size=(NUM_RESAMPLES, len(aucs)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return RankingQuality(float(aucs.mean()), float(low), float(high), len(aucs))


def reliability(label: Labels, probability: npt.ArrayLike) -> list[dict[str, float]]:
    """Bins of equal size, from low to high: mean probability, share of positives, count."""
    probability = np.asarray(probability, dtype=np.float64)
    parts = np.array_split(np.argsort(probability, kind="stable"), min(NUM_BINS, max(len(probability), 1)))
    return [
        {"probability": float(probability[rows].mean()), "observed": float(label[rows].mean()), "count": len(rows)}
        for rows in parts
        if len(rows)
    ]


def calibration_error(label: Labels, probability: npt.ArrayLike) -> float:
    """Expected calibration error over bins of equal size."""
    bins = reliability(label, probability)
    total = sum(entry["count"] for entry in bins)
    return sum(entry["count"] * abs(entry["probability"] - entry["observed"]) for entry in bins) / max(total, 1)


def risk_by_coverage(
    readout: Groups, label: Labels, probability: npt.ArrayLike, uncertainty: npt.ArrayLike
) -> list[dict[str, float | None]]:
    """Quality among the surest 25, 50, 75 and 100 %: useful doubt makes the first the best."""
    probability, surest = np.asarray(probability, dtype=np.float64), np.argsort(uncertainty, kind="stable")
    rows: list[dict[str, float | None]] = []
    for share in (0.25, 0.5, 0.75, 1.0):
        kept = surest[: int(np.ceil(share * len(surest)))]
        ranking = ranking_quality(readout[kept], label[kept], probability[kept])
        wrong = (probability[kept] > 0.5) != label[kept]
        rows.append(
            {
                "coverage": share,
                "auc_per_gene": ranking.auc if ranking else None,
                "error_rate": float(wrong.mean()) if len(kept) else None,
            }
        )
    return rows
