"""Effects, verdicts and beliefs as protobuf, and back."""

import json
from collections.abc import Iterator

from biorl.effect.v1 import effect_pb2
from biorl.label.v1 import label_pb2
from biorl.question.v1 import question_pb2
from biorl.questions.question import Claim, GeneClassClaim, MoleculeClaim
from biorl.questions.wire import (
    MalformedMessageError,
    claim_from_wire,
    context_from_wire,
    question_from_wire,
    split_from_wire,
)
from biorl.soft_verifier.domain.belief import Belief, Source, Status, Verdict
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.domain.known_labels import KnownLabel
from biorl.soft_verifier.ports import Judge
from biorl.soft_verifier.service import Group, Served
from biorl.verifier.v1 import verifier_pb2 as pb

STATUSES: dict[Status, pb.Status] = {
    Status.SCORED: pb.STATUS_SCORED,
    Status.ABSTAINED: pb.STATUS_ABSTAINED,
    Status.INVALID: pb.STATUS_INVALID,
    Status.TIMEOUT: pb.STATUS_TIMEOUT,
    Status.ERROR: pb.STATUS_ERROR,
}


def effects_from_wire(message: effect_pb2.PerturbationEffects) -> Iterator[Effect]:
    """One effect for each readout. Raises MalformedMessageError for a message without split or perturbed gene."""
    if not message.perturbed_genes:
        msg = f"effects {message.id} name no perturbed gene"
        raise MalformedMessageError(msg)
    context, split = context_from_wire(message.context), split_from_wire(message.split)
    genes = tuple(message.perturbed_genes)
    for readout in message.readouts:
        measured = readout.differentially_expressed if readout.HasField("differentially_expressed") else None
        shift = readout.log2_fold_change if readout.HasField("log2_fold_change") else None
        yield Effect(context, genes, readout.readout, split, measured, readout.direction, message.dataset.name, shift)


def labels_from_wire(message: label_pb2.SubjectLabels) -> Iterator[KnownLabel]:
    """One for each class and property. Raises MalformedMessageError for a message without split or subject."""
    gene, molecule, split = message.gene, message.molecule, split_from_wire(message.split)
    if not (gene.name or molecule.smiles):
        msg = f"labels {message.id} name no gene or molecule"
        raise MalformedMessageError(msg)
    for label in message.labels:
        claim = (
            GeneClassClaim(gene.name, label.name, gene.organism)
            if gene.name
            else MoleculeClaim(molecule.smiles, label.name)
        )
        value = label.number if label.HasField("number") else label.holds
        yield KnownLabel(claim, value, split, label.unit, molecule.scaffold, message.dataset.name)


def group_from_wire(message: pb.Group) -> Group | None:
    """None for a question that no writer of ours produces."""
    try:
        return Group(question_from_wire(message.question), tuple(message.completions))
    except MalformedMessageError:
        return None


def claim_or_none(message: question_pb2.Claim) -> Claim | None:
    """None for a claim that claims nothing."""
    try:
        return claim_from_wire(message)
    except MalformedMessageError:
        return None


def source_to_wire(source: Source) -> pb.Source:
    return pb.Source(verifier=source.verifier, version=source.version, digest=source.digest)


def verdict_to_wire(verdict: Verdict, source: pb.Source) -> pb.Verdict:
    return pb.Verdict(
        status=STATUSES[verdict.status],
        score=verdict.score,
        baseline=verdict.baseline,
        probability=verdict.probability,
        reason=verdict.reason,
        source=source,
        uncertainty=verdict.uncertainty,
        answer=verdict.answer,
    )


def belief_to_wire(belief: Belief, source: pb.Source) -> pb.Belief:
    return pb.Belief(
        status=STATUSES[belief.status],
        probability=belief.probability,
        baseline=belief.baseline,
        reason=belief.reason,
        source=source,
        uncertainty=belief.uncertainty,
    )


def verifier_to_wire(served: Served) -> pb.Verifier:
    return pb.Verifier(
        source=source_to_wire(served.source),
        tasks=served.verifier.tasks,
        reads_rationale=isinstance(served.verifier, Judge) and served.verifier.reads_rationale,
        card_json=json.dumps(served.card, sort_keys=True) if served.card else "",
    )
