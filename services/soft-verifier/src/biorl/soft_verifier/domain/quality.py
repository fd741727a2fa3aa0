"""How good beliefs are, as cards and evaluations write it: biorl.evaluation's numbers as plain JSON values.

Ranking is always measured within a readout gene, where the readout's own rate scores exactly one half; and within a
fold where predictions come from several models, because their rates for one readout differ against their labels.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.evaluation.calibration import calibration_error, reliability, risk_coverage
from biorl.evaluation.per_gene import Interval, auc_per_gene, gene_interval, perturbation_interval
from biorl.soft_verifier.domain.belief import Belief

Labels = npt.NDArray[np.bool_]
Names = npt.NDArray[np.str_]

FREQUENCY_AUC = 0.5
"""What the readout's own rate scores: it says the same of every perturbation."""


def ranking_quality(
    score: npt.ArrayLike, label: Labels, readout: npt.ArrayLike, perturbation: npt.ArrayLike | None = None
) -> dict[str, Any] | None:
    """AUC per gene beside the gene-frequency row; None when no readout has both labels.

    The interval over perturbations, the honest one, is there when their names are given.
    """
    result = auc_per_gene(score, label, readout)
    if not result.num_genes:
        return None
    quality: dict[str, Any] = {
        "auc_per_gene": round(result.mean, 6),
        "interval_over_genes": _rounded(gene_interval(result)),
        "num_genes": result.num_genes,
        "gene_frequency_auc_per_gene": FREQUENCY_AUC,
    }
    if perturbation is not None:
        quality["interval_over_perturbations"] = _rounded(perturbation_interval(score, label, readout, perturbation))
    return quality


def _rounded(interval: Interval) -> list[float]:
    return [round(interval.low, 6), round(interval.high, 6)]


def calibration_quality(probability: npt.ArrayLike, label: Labels) -> float:
    """Expected calibration error over 15 bins of equal mass."""
    return round(calibration_error(reliability(probability, label)), 6)


def reliability_bins(probability: npt.ArrayLike, label: npt.ArrayLike) -> list[dict[str, float]]:
    """Of probabilities and labels; of expected numbers and true ones as well."""
    bins = reliability(probability, label)
    return [{"probability": item.predicted, "observed": item.observed, "count": item.count} for item in bins]


def held_out_quality(
    probability: npt.ArrayLike,
    baseline: npt.ArrayLike,
    label: Labels,
    readout: npt.ArrayLike,
    perturbation: npt.ArrayLike | None = None,
) -> dict[str, Any]:
    """What every card says of beliefs [row] that had not seen their label, beside the readout's own rate."""
    return {
        "ranking": ranking_quality(probability, label, readout, perturbation),
        "calibration_error": calibration_quality(probability, label),
        "gene_frequency_calibration_error": calibration_quality(baseline, label),
        "reliability": reliability_bins(probability, label),
    }


def quality_of_beliefs(beliefs: Sequence[Belief], label: Labels, readout: Names, perturbation: Names) -> dict[str, Any]:
    """Of scored beliefs [row]; baseline and doubt are measured where every belief has them."""
    probability = np.array([belief.probability for belief in beliefs], dtype=np.float64)
    quality: dict[str, Any] = {
        "positive_rate": float(label.mean()),
        "ranking": ranking_quality(probability, label, readout, perturbation),
        "calibration_error": calibration_quality(probability, label),
        "reliability": reliability_bins(probability, label),
    }
    baseline = [belief.baseline for belief in beliefs if belief.baseline is not None]
    if len(baseline) == len(beliefs):
        quality["gene_frequency_calibration_error"] = calibration_quality(baseline, label)
    doubt = [belief.uncertainty for belief in beliefs if belief.uncertainty is not None]
    if len(doubt) == len(beliefs):
        quality["risk_by_coverage"] = risk_by_coverage(doubt, probability, label, readout)
    return quality


def risk_by_coverage(
    uncertainty: npt.ArrayLike, probability: npt.ArrayLike, label: Labels, readout: Names
) -> list[dict[str, float | None]]:
    """Quality among the surest 25, 50, 75 and 100 %: useful doubt makes the first the best."""
    surest = np.argsort(uncertainty, kind="stable")
    score = np.asarray(probability, dtype=np.float64)
    rows: list[dict[str, float | None]] = []
    for coverage, error_rate in risk_coverage(uncertainty, score, label, points=4):
        kept = surest[: round(coverage * len(surest))]
        ranking = auc_per_gene(score[kept], label[kept], readout[kept])
        auc = ranking.mean if ranking.num_genes else None
        rows.append({"coverage": coverage, "error_rate": error_rate, "auc_per_gene": auc})
    return rows


def risk_curves(
    uncertainty: npt.ArrayLike, probability: npt.ArrayLike, baseline: npt.ArrayLike, label: Labels
) -> dict[str, list[list[float]]]:
    """[coverage, error rate] among the surest, in steps of 5 %: of beliefs by their uncertainty, and of the readout's
    own rate by how near it is to one half, which is what doubt must beat."""
    rate = np.asarray(baseline, dtype=np.float64)
    return {
        "beliefs": [list(point) for point in risk_coverage(uncertainty, probability, label)],
        "gene_frequency": [list(point) for point in risk_coverage(np.minimum(rate, 1 - rate), rate, label)],
    }
