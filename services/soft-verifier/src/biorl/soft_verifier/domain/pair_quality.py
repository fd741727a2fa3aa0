"""What a card says of a fitted PairModel: out-of-fold quality, and what cross-validation chose."""

from dataclasses import asdict
from typing import Any

import numpy as np

from biorl.soft_verifier.domain.pair_training import Fitted
from biorl.soft_verifier.domain.quality import (
    calibration_quality,
    ranking_quality,
    reliability_bins,
    risk_by_coverage,
)


def fitted_quality(fitted: Fitted) -> dict[str, Any]:
    held_out, beliefs = fitted.held_out, fitted.beliefs
    label, group = held_out.label, held_out.group
    perturbation = held_out.perturbation.astype(str)
    return {
        "num_genes_covered": int(fitted.model.covered.sum()),
        "mixture": asdict(fitted.model.mixture),
        "chosen_by_cross_validation": fitted.choices,
        "cross_validated": {
            "folds": "by perturbation",
            "ranking": ranking_quality(beliefs.probability, label, group, perturbation),
            "coverage": round(len(label) / max(held_out.num_pairs, 1), 6),
            "calibration_error": calibration_quality(beliefs.probability, label),
            "gene_frequency_calibration_error": calibration_quality(beliefs.baseline, label),
            "reliability": reliability_bins(beliefs.probability, label),
            "risk_by_coverage": risk_by_coverage(
                np.asarray(beliefs.uncertainty, dtype=np.float64), beliefs.probability, label, group.astype(str)
            ),
        },
    }
