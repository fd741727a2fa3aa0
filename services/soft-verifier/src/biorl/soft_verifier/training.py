"""Use cases around an artifact: make one from measured effects, and measure one on effects that it has never seen.

    source = train("perturbation-knn", effects, load_annotation(folder), FolderArtifacts(root))
    report = evaluate(PerturbationKnn(artifact), held_out_effects)

Both take any effects and sort out the splits themselves: training keeps the train rows, evaluation the test rows.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version as distribution_version
from typing import Any

import numpy as np

from biorl.genes.annotation import Annotation
from biorl.genes.functions import Functions
from biorl.questions.question import Claim, Context, Outcome, PerturbationClaim, Split
from biorl.soft_verifier.domain.belief import Belief, Source, Trained
from biorl.soft_verifier.domain.coexpression.cells import Cells
from biorl.soft_verifier.domain.coverage import described
from biorl.soft_verifier.domain.effects import (
    TASKS,
    Effect,
    Measurements,
    held_out_names,
    in_one_spelling,
    measurements,
    train_only,
)
from biorl.soft_verifier.domain.quality import quality_of_beliefs, ranking_quality
from biorl.soft_verifier.ports import (
    ArtifactStore,
    HasRivals,
    LearnsCells,
    LearnsFunctions,
    Trainable,
    VerifierClass,
    WorldModel,
)
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.served_model import Behind
from biorl.soft_verifier.verifiers.served_model import calibrate as calibrate_served


class NothingToLearnError(ValueError):
    """No effect of the train split was given."""


class NotTrainableError(ValueError):
    """The verifier needs no artifact, or does not exist."""


def train(
    name: str,
    effects: Iterable[Effect],
    annotation: Annotation,
    store: ArtifactStore,
    *,
    verifiers: Mapping[str, VerifierClass] = VERIFIERS,
    version: str | None = None,
) -> Source:
    """Learns from the TRAIN rows of `effects` alone, and saves an artifact; equal input gives equal bytes.

    Without a version the artifact is named by its content. Raises NotTrainableError, NothingToLearnError.
    """
    verifier = verifiers.get(name)
    if not isinstance(verifier, Trainable):
        trainable = ", ".join(sorted(known for known, kind in verifiers.items() if isinstance(kind, Trainable)))
        msg = f"{name!r} cannot be trained; these can: {trainable}"
        raise NotTrainableError(msg)
    measured, provenance = _taught(name, effects, annotation)
    return _saved(name, verifier.train(measured, annotation), provenance, store, version)


def train_on_functions(name: str, functions: Functions, store: ArtifactStore) -> Source:
    """Makes an artifact of annotation alone: nothing is learnt from measurements. Raises NotTrainableError."""
    verifier = VERIFIERS.get(name)
    if not isinstance(verifier, LearnsFunctions):
        msg = f"{name!r} is not made of annotation"
        raise NotTrainableError(msg)
    provenance = {
        "tasks": ["*"],
        "code": code(),
        "annotation": {file.name: file.digest for file in functions.files},
        "leakage": {"statement": "no measurement of any split was used"},
    }
    return _saved(name, verifier.train_on_functions(functions), provenance, store)


def train_on_cells(
    name: str,
    cells: Sequence[Cells],
    effects: Iterable[Effect],
    annotation: Annotation,
    store: ArtifactStore,
) -> Source:
    """Learns from unperturbed cells and the TRAIN rows of `effects` alone, and saves an artifact.

    The genes of `cells` may go by any of their names. Raises NotTrainableError, NothingToLearnError.
    """
    verifier = VERIFIERS.get(name)
    if not isinstance(verifier, LearnsCells):
        msg = f"{name!r} does not learn from cells"
        raise NotTrainableError(msg)
    if not cells:
        msg = f"{name}: no table of unperturbed cells was given"
        raise NothingToLearnError(msg)
    measured, provenance = _taught(name, effects, annotation)
    named = [table.named(annotation.symbols.normalise) for table in cells]
    return _saved(name, verifier.train_on_cells(named, measured, annotation), provenance, store)


def calibrate(
    name: str,
    effects: Iterable[Effect],
    annotation: Annotation,
    store: ArtifactStore,
    behind: Behind,
) -> Source:
    """Learns how to read a served model from the TRAIN rows of `effects` alone, and saves that as its artifact.

    Raises NothingToLearnError, and what a `TensorModel` raises.
    """
    measured, provenance = _taught(name, effects, annotation)
    return _saved(name, calibrate_served(measured, annotation.symbols, behind), provenance, store)


def _taught(name: str, effects: Iterable[Effect], annotation: Annotation) -> tuple[list[Measurements], dict[str, Any]]:
    """What is learnt from, and what every card says of it. Raises NothingToLearnError."""
    effects = in_one_spelling(effects)
    kept = _kept(name, effects, annotation)
    measured = measurements(kept, annotation.symbols, held_out_names(effects, annotation.symbols))
    return measured, _provenance(effects, kept, measured, annotation)


def _kept(name: str, effects: Sequence[Effect], annotation: Annotation) -> list[Effect]:
    """What may be learnt from; every context of it can be asked about. Raises NothingToLearnError."""
    kept = train_only(effects, annotation.symbols)
    if not kept:
        msg = f"{name}: no effect of the train split was given"
        raise NothingToLearnError(msg)
    for context in sorted({effect.context for effect in kept}, key=str):
        parts = (context.organism, context.cell_line, context.perturbation_kind)
        words = ("organism", "cell_line", "perturbation_kind")
        if missing := [word for word, part in zip(words, parts, strict=True) if not part]:
            msg = (
                f"{name}: the effects do not say {' and '.join(missing)}, and no question without could be asked; "
                "say it in the data, or where they are read"
            )
            raise NothingToLearnError(msg)
    return kept


def _saved(
    name: str, trained: Trained, provenance: Mapping[str, Any], store: ArtifactStore, version: str | None = None
) -> Source:
    """With its card complete. Raises NothingToLearnError for one that abstains on everything: it would be served."""
    if not trained.card.get("models", True):
        gaps = (
            f"no model for {gap['task']} in {gap['cell_line']}: {gap['reason']}" for gap in trained.card["left_out"]
        )
        msg = "; ".join((f"{name} learnt nothing, and is not saved", *gaps))
        raise NothingToLearnError(msg)
    return store.save(name, replace(trained, card={**provenance, **trained.card}), version)


def code() -> str:
    """Who made an artifact, as its card says it."""
    return f"biorl-soft-verifier {distribution_version('biorl-soft-verifier')}"


def _provenance(
    effects: Sequence[Effect], kept: Sequence[Effect], measured: Sequence[Measurements], annotation: Annotation
) -> dict[str, Any]:
    """What every card says, whichever verifier wrote it."""
    return {
        "tasks": sorted(TASKS),
        "code": code(),
        "training_data": {
            "digest": _training_digest(measured),
            "datasets": sorted({effect.dataset for effect in kept if effect.dataset}),
            "splits": [str(Split.TRAIN)],
            "num_rows": len(kept),
            "num_rows_held_out_elsewhere": sum(effect.split is Split.TRAIN for effect in effects) - len(kept),
        },
        "annotation": {file.name: file.digest for file in annotation.files},
        "leakage": _leakage(measured),
    }


def _training_digest(measured: Sequence[Measurements]) -> str:
    """SHA-256 (hex) over every label with its names, in their fixed order."""
    digest = hashlib.sha256()
    for part in measured:
        names = [*described(part.context, part.outcome).values(), "", *part.perturbations, "", *part.readouts]
        digest.update("\n".join(names).encode())
        for column in (part.perturbation, part.readout, part.label, part.shift):
            digest.update(column.tobytes())
    return digest.hexdigest()


def _leakage(measured: Sequence[Measurements]) -> dict[str, Any]:
    """Which perturbations the model has labels of, so that an evaluation can say what it had seen."""
    seen: dict[str, set[str]] = defaultdict(set)
    for part in measured:
        seen[part.context.cell_line] |= set(part.perturbations)
    return {
        "statement": "labels of the train split alone were used; a perturbation listed for one cell line is not new "
        "to a question about another",
        "train_perturbations": {line: sorted(names) for line, names in sorted(seen.items())},
    }


def evaluate(model: WorldModel, effects: Iterable[Effect]) -> list[dict[str, Any]]:
    """Quality on the test split, a plain JSON object for each context and task; labels stay here."""
    rows: dict[tuple[Context, Outcome], list[tuple[Effect, bool]]] = defaultdict(list)
    for effect in effects:
        for outcome in Outcome:
            label = effect.label(outcome)
            if effect.split is Split.TEST and label is not None:
                rows[effect.context, outcome].append((effect, label))
    return [_quality(model, *key, rows[key]) for key in sorted(rows, key=str)]


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
