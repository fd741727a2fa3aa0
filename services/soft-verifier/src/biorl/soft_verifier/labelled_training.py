"""Use cases around an artifact that learns from labels of genes or molecules: make one, and measure one.

    source = train_on_labels("molecule", labels, None, FolderArtifacts(root))
    report = evaluate_on_labels(Molecule(artifact), labels)

Both take any labels and sort out the splits themselves: training keeps the train rows, evaluation the test rows. What
`biorl.soft_verifier.training` and `.evaluation` do for measured effects is done here for what is known of single
subjects.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from biorl.genes.annotation import Annotation
from biorl.questions.identity import digest
from biorl.questions.question import Claim, MoleculeClaim, Split
from biorl.questions.tasks import gene_task, molecule_task
from biorl.soft_verifier.domain.belief import Belief, Source
from biorl.soft_verifier.domain.known_labels import KnownLabel, by_name, learnable
from biorl.soft_verifier.domain.labelled_quality import answer_quality, number_quality
from biorl.soft_verifier.domain.numbers import ExpectedNumber
from biorl.soft_verifier.ports import (
    ArtifactStore,
    ExpectsNumbers,
    HasRivals,
    LearnsLabels,
    WorldModel,
)
from biorl.soft_verifier.training import NothingToLearnError, NotTrainableError, code
from biorl.soft_verifier.verifiers import VERIFIERS


def train_on_labels(
    name: str,
    labels: Iterable[KnownLabel],
    annotation: Annotation | None,
    store: ArtifactStore,
) -> Source:
    """Learns from the TRAIN rows of `labels` alone, and saves an artifact; equal input gives equal bytes.

    Raises NotTrainableError for a verifier that does not learn from labels, NothingToLearnError for labels that give no
    model.
    """
    verifier = VERIFIERS.get(name)
    if not isinstance(verifier, LearnsLabels):
        able = ", ".join(sorted(known for known, kind in VERIFIERS.items() if isinstance(kind, LearnsLabels)))
        msg = f"{name!r} does not learn from labels; these do: {able}"
        raise NotTrainableError(msg)
    known = [label for label in labels if isinstance(label.claim, verifier.learns_about)]
    kept = learnable(known)
    if not kept:
        msg = f"{name}: no label of the train split was given that it could learn from"
        raise NothingToLearnError(msg)
    trained = verifier.train_on_labels(kept, annotation)
    if not trained.card["models"]:
        msg = f"{name}: {len(kept)} labels give no model ({'; '.join(map(_gap, trained.card['left_out']))})"
        raise NothingToLearnError(msg)
    return store.save(name, replace(trained, card=_provenance(known, kept, annotation) | trained.card))


def _gap(entry: Mapping[str, Any]) -> str:
    """Such as: long-range-tf: too_few_labels, of 0 genes that annotation knows."""
    known = f"{entry['num_genes']} genes that annotation knows" if "num_genes" in entry else ""
    name = entry.get("gene_class") or entry.get("property")
    return f"{name}: {entry['reason']}, of {known or str(entry['num_molecules']) + ' molecules'}"


def _provenance(
    known: Sequence[KnownLabel], kept: Sequence[KnownLabel], annotation: Annotation | None
) -> dict[str, Any]:
    return {
        "tasks": sorted({_task(label) for label in kept}),
        "code": code(),
        "training_data": {
            "digest": digest([[label.claim, label.value, label.unit, label.group, label.dataset] for label in kept]),
            "datasets": sorted({label.dataset for label in kept if label.dataset}),
            "splits": [str(Split.TRAIN)],
            "num_rows": len(kept),
            "num_rows_held_out_elsewhere": sum(label.split is Split.TRAIN for label in set(known)) - len(kept),
        },
        "annotation": {file.name: file.digest for file in annotation.files} if annotation else {},
        "leakage": {"statement": "labels of the train split alone were used; features hold no label of any split"},
    }


def _task(label: KnownLabel) -> str:
    return molecule_task(label.name) if isinstance(label.claim, MoleculeClaim) else gene_task(label.name)


def evaluate_on_labels(model: WorldModel, labels: Iterable[KnownLabel]) -> list[dict[str, Any]]:
    """Quality on the test split, a plain JSON object for each class and property; labels stay here."""
    learns_about = cast("LearnsLabels", type(model)).learns_about
    asked = {label for label in labels if label.split is Split.TEST and isinstance(label.claim, learns_about)}
    return [_quality(model, name, rows) for name, rows in by_name(asked).items()]


def _quality(model: WorldModel, name: str, rows: Sequence[KnownLabel]) -> dict[str, Any]:
    found = _found(model, rows)
    answered = [
        (each, row)
        for each, row in zip(found, rows, strict=True)
        if not isinstance(each, Belief) or each.probability is not None
    ]
    reasons = Counter(each.reason for each in found if isinstance(each, Belief) and each.reason)
    report: dict[str, Any] = {
        "task": _task(rows[0]),
        "name": name,
        "num": len(rows),
        "coverage": round(len(answered) / len(rows), 6),
        "abstained": dict(sorted(reasons.items())),
    }
    return (_answers(model, answered) if answered else {}) | report  # `num` is of all, as coverage is


def _found(model: WorldModel, rows: Sequence[KnownLabel]) -> Sequence[ExpectedNumber | Belief]:
    """What the model says of each row: a belief, or of a property that is a number the number."""
    claims: list[Claim] = [row.claim for row in rows]
    if all(isinstance(row.value, bool) for row in rows):
        return model.believe(claims)
    return model.expect(claims) if isinstance(model, ExpectsNumbers) else [Belief.abstained("no_numbers")] * len(rows)


def _answers(model: WorldModel, answered: Sequence[tuple[ExpectedNumber | Belief, KnownLabel]]) -> dict[str, Any]:
    claims = [row.claim for _, row in answered]
    rivals = model.rivals(claims) if isinstance(model, HasRivals) else {}
    truth = np.array([float(row.value) for _, row in answered])
    numbers = [each for each, _ in answered if isinstance(each, ExpectedNumber)]
    beliefs = [each for each, _ in answered if isinstance(each, Belief)]
    return _of_numbers(numbers, truth, rivals) if numbers else _of_answers(beliefs, truth, rivals)


def _of_answers(beliefs: Sequence[Belief], truth: Any, rivals: Mapping[str, Any]) -> dict[str, Any]:
    probability = np.array([belief.probability for belief in beliefs], dtype=np.float64)
    doubt = np.array([belief.uncertainty or 0.0 for belief in beliefs], dtype=np.float64)
    shown = {name: values for name, values in rivals.items() if name != "train_mean"}
    return answer_quality(probability, truth > 0.5, doubt, shown)


def _of_numbers(found: Sequence[ExpectedNumber], truth: Any, rivals: Mapping[str, Any]) -> dict[str, Any]:
    mean = np.array([each.mean for each in found])
    inside = np.array([each.low <= value <= each.high for each, value in zip(found, truth, strict=True)])
    return number_quality(mean, truth, np.array([each.scale for each in found]), inside, rivals)
