"""What an examination on held-out questions says: rows of metrics, the null, leakage.

Everybody is judged on the same questions: the policy before and after, the verifier, the gene-frequency table, and a
supervised reference. Metrics come from `biorl.evaluation`. Classes of genes and properties of molecules are examined
the same way: the class or property stands for the readout gene, the gene or molecule for the perturbation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biorl.evaluation.leakage import leakage
from biorl.evaluation.per_gene import (
    AucPerGene,
    auc_per_gene,
    gene_interval,
    kept_lift,
    perturbation_interval,
    perturbation_null,
)
from biorl.evaluation.pooled import pooled
from biorl.questions.question import Question
from biorl.rl_trainer.domain.selection import Materials, pairs

Floats = NDArray[np.float64]
PRIOR_LIMIT = 1e-3
"""Base rates are kept so far from 0 and 1 when they are added to a policy's logit."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The held-out questions as arrays of length n."""

    labels: NDArray[np.bool_]
    readouts: NDArray[np.str_]
    perturbations: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class VerifierAnswers:
    """NaN where it abstains."""

    probability: Floats
    baseline: Floats


def sheet(questions: Sequence[Question]) -> Sheet:
    """Of questions that make a claim."""
    claimed = pairs(questions)
    return Sheet(
        labels=np.array([item.answer.gold == "yes" for item in questions]),
        readouts=np.array([readout for _, _, readout in claimed]),
        perturbations=np.array([perturbation for _, perturbation, _ in claimed]),
    )


def sigmoid(logits: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return result


def row(logits: Floats, on: Sheet, seed: int) -> dict[str, Any]:
    """All metrics of one set of answers; `logits` (n) of "yes" against "no"."""
    result = auc_per_gene(logits, on.labels, on.readouts)
    probabilities = sigmoid(logits)
    return {
        "auc": result.mean,
        "genes": result.num_genes,
        "gene_interval": asdict(gene_interval(result, seed)),
        "perturbation_interval": asdict(
            perturbation_interval(logits, on.labels, on.readouts, on.perturbations, seed=seed)
        ),
        "sd_p_yes": float(probabilities.std()),
        "mean_p_yes": float(probabilities.mean()),
        "pooled": asdict(pooled(probabilities, on.labels)),
        "per_gene": _per_gene(result),
    }


def _per_gene(result: AucPerGene) -> dict[str, float]:
    return dict(zip(result.genes, result.values, strict=True))


def verifier_rows(answers: VerifierAnswers, on: Sheet, seed: int) -> dict[str, dict[str, Any]]:
    """The verifier and the gene-frequency table. Where the verifier abstains it says its base rate."""
    baseline = base_rates(answers.baseline, on.readouts)
    belief = np.where(np.isnan(answers.probability), baseline, answers.probability)
    covered = {"covered": float(1 - np.isnan(answers.probability).mean())}
    return {
        "verifier": row(_logit(belief), on, seed) | covered,
        "gene frequency": row(_logit(baseline), on, seed),
    }


def base_rates(baseline: Floats, readouts: NDArray[np.str_]) -> Floats:
    """One rate a readout gene, also for the pairs on which the verifier abstained: a table knows no perturbation.

    A gene on which it always abstained gets one half.
    """
    rates = np.full(len(baseline), 0.5)
    for readout in np.unique(readouts):
        rows = readouts == readout
        known = baseline[rows][~np.isnan(baseline[rows])]
        if len(known):
            rates[rows] = known.mean()
    return rates


def with_prior(logits: Floats, answers: VerifierAnswers, on: Sheet) -> Floats:
    """A policy that learned what is centred on the gene, put back onto the gene's base rate."""
    return logits + _logit(base_rates(answers.baseline, on.readouts))


def _logit(probability: Floats) -> Floats:
    inside = np.clip(probability, PRIOR_LIMIT, 1 - PRIOR_LIMIT)
    result: Floats = np.log(inside / (1 - inside))
    return result


def summary(
    rows: Mapping[str, dict[str, Any]], on: Sheet, materials: Materials, seed: int, draws: int
) -> dict[str, Any]:
    """What goes into evaluation.json."""
    null = perturbation_null(on.labels, on.readouts, on.perturbations, seed, draws)
    after, verifier = rows.get("policy after"), rows.get("verifier")
    leaked = leakage(pairs(materials.examination), pairs(materials.prompts), materials.labelled)
    return {
        "questions": len(on.labels),
        "prompts": {"asked": len(materials.prompts), "not_covered": materials.not_covered},
        "rows": {name: {**values, "p_value": null.p_value(values["auc"])} for name, values in rows.items()},
        "null": {"draws": list(null.draws), "mean": null.mean, "sd": null.sd, "max": null.maximum},
        "kept_lift": kept_lift(after["auc"], verifier["auc"]) if after and verifier else None,
        "leakage": asdict(leaked) | {"sentences": list(leaked.sentences())},
    }
