"""Makes an artifact from measured effects, from cells or from annotation alone, with a card that says from what.

    source = train("perturbation-knn", effects, load_annotation(folder), FolderArtifacts(root))

Takes any effects and sorts out the splits itself: of the test rows, and of what they hold out elsewhere, nothing is
learnt. `biorl.soft_verifier.evaluation` measures what came out.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version as distribution_version
from typing import Any

from biorl.genes.annotation import Annotation
from biorl.genes.functions import Functions
from biorl.questions.question import Split
from biorl.soft_verifier.domain.belief import Source, Trained
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
from biorl.soft_verifier.ports import (
    ArtifactStore,
    LearnsCells,
    LearnsFunctions,
    Trainable,
    VerifierClass,
)
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.served_model import Behind
from biorl.soft_verifier.verifiers.served_model import calibrate as calibrate_served


class NothingToLearnError(ValueError):
    """What was given makes no model; the message says why."""


class NoTrainSplitError(NothingToLearnError):
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
        msg = f"{name}: none of the {len(effects)} effects that were given is of the train split"
        raise NoTrainSplitError(msg)
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
    """Which perturbations the model has labels of, for evaluations to say what it had seen (domain/learnt.py)."""
    seen: dict[str, set[str]] = defaultdict(set)
    held_out: dict[str, set[str]] = defaultdict(set)
    for part in measured:
        seen[part.context.cell_line] |= set(part.perturbations)
        held_out[part.context.cell_line] |= part.held_out
    return {
        "statement": "labels of the train split alone were used; a perturbation listed for one cell line is not new "
        "to a question about another",
        "train_perturbations": {line: sorted(names) for line, names in sorted(seen.items())},
        "held_out_perturbations": {line: sorted(names) for line, names in sorted(held_out.items()) if names},
    }
