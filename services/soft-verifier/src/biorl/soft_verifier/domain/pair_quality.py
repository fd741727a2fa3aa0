"""What a card says of a fitted PairModel: out-of-fold quality, and what cross-validation chose."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.pair_training import Fitted
from biorl.soft_verifier.domain.panel import Lines
from biorl.soft_verifier.domain.quality import held_out_quality, risk_by_coverage, risk_curves

_STATEMENTS = {
    Lines.OWN: "learnt from the own line's train split alone",
    Lines.UNSEEN: "learnt from other lines too, without any row there of a perturbation that is held out here; in "
    "cross-validation, of the fold at hand",
    Lines.ALL: "learnt from other lines too, rows of perturbations that are held out here among them: measures how a "
    "known perturbation carries over to another line, and must not be compared with models of one line",
}


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
            **held_out_quality(beliefs.probability, beliefs.baseline, label, group, perturbation),
            "coverage": round(len(label) / max(held_out.num_pairs, 1), 6),
            "risk_by_coverage": risk_by_coverage(
                np.asarray(beliefs.uncertainty, dtype=np.float64), beliefs.probability, label, group.astype(str)
            ),
            "risk_curves": risk_curves(beliefs.uncertainty, beliefs.probability, beliefs.baseline, label),
        },
    }


def learnt_across_lines(part: Measurements, together: Sequence[Measurements], lines: Lines) -> dict[str, Any]:
    """The leakage report of one model: which of the perturbations that are held out it has labels of, from where."""
    others = [item for item in together if item.context != part.context and item.outcome is part.outcome]
    used = others if lines is not Lines.OWN else []
    known = {item.context.cell_line: part.held_out & set(item.perturbations) for item in used}
    seen = set() if lines is Lines.UNSEEN else set().union(*known.values())
    return {
        "statement": _STATEMENTS[lines],
        "lines": sorted(known),
        "held_out_perturbations": len(part.held_out),
        "held_out_with_labels_in_other_lines": len(seen),
        "by_line": {line: 0 if lines is Lines.UNSEEN else len(names) for line, names in sorted(known.items())},
    }
