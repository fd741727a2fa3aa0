"""Measures a world model on effects that it has never seen.

    report = evaluate(PerturbationKnn(artifact), effects, artifact)

Takes any effects and asks about the test rows alone; their labels stay here. With the artifact, the report says how
many of the perturbations it had labels of.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from biorl.questions.question import Claim, Context, Outcome, PerturbationClaim, Split
from biorl.soft_verifier.domain.belief import Artifact, Belief
from biorl.soft_verifier.domain.coverage import described
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.domain.learnt import Learnt
from biorl.soft_verifier.domain.quality import quality_of_beliefs, ranking_quality
from biorl.soft_verifier.ports import HasRivals, WorldModel


def evaluate(model: WorldModel, effects: Iterable[Effect], artifact: Artifact | None = None) -> list[dict[str, Any]]:
    """Quality on the test split, a plain JSON object for each context and task; labels stay here."""
    rows: dict[tuple[Context, Outcome], list[tuple[Effect, bool]]] = defaultdict(list)
    for effect in effects:
        for outcome in Outcome:
            label = effect.label(outcome)
            if effect.split is Split.TEST and label is not None:
                rows[effect.context, outcome].append((effect, label))
    learnt = Learnt.of(artifact) if artifact else None
    return [_quality(model, *key, rows[key]) | _leakage(learnt, key[0], rows[key]) for key in sorted(rows, key=str)]


def _leakage(learnt: Learnt | None, context: Context, rows: Sequence[tuple[Effect, bool]]) -> dict[str, Any]:
    """Empty where nothing is known of what the model had seen."""
    names = {effect.perturbed_genes for effect, _ in rows}
    return {"leakage": learnt.of_held_out(context.cell_line, names)} if learnt else {}


def _quality(
    model: WorldModel, context: Context, outcome: Outcome, rows: Sequence[tuple[Effect, bool]]
) -> dict[str, Any]:
    claims: list[Claim] = [PerturbationClaim(row.perturbed_genes, row.readout, context, outcome) for row, _ in rows]
    beliefs = model.believe(claims)
    answered = [(belief, *row) for belief, row in zip(beliefs, rows, strict=True) if belief.probability is not None]
    of_pairs = [row for row in answered if len(row[1].perturbed_genes) > 1]
    report = described(context, outcome) | {
        "num_pairs": len(rows),
        "num_perturbations": len({row.perturbed_genes for row, _ in rows}),
        "coverage": len(answered) / len(rows),
        "abstained": dict(sorted(Counter(belief.reason for belief in beliefs if belief.reason).items())),
    }
    if of_pairs:
        report["combinations"] = {"num_pairs": len(of_pairs)} | _answers(model, of_pairs, outcome)
    return report | (_answers(model, answered, outcome) if answered else {})


def _answers(model: WorldModel, answered: Sequence[tuple[Belief, Effect, bool]], outcome: Outcome) -> dict[str, Any]:
    """Of the beliefs that are one; and AUC per gene of the trivial models that the verifier knows, on the same rows."""
    beliefs, effects, labels = zip(*answered, strict=True)
    label, readout = np.array(labels, dtype=np.bool_), np.array([effect.readout for effect in effects])
    perturbation = np.array(["+".join(effect.perturbed_genes) for effect in effects])
    report = quality_of_beliefs(beliefs, label, readout, perturbation)
    if isinstance(model, HasRivals):
        claims = [PerturbationClaim(each.perturbed_genes, each.readout, each.context, outcome) for each in effects]
        ranked = {name: ranking_quality(score, label, readout) for name, score in sorted(model.rivals(claims).items())}
        report["trivial_auc_per_gene"] = {name: found["auc_per_gene"] for name, found in ranked.items() if found}
    return report
