"""Questions and claims as protobuf, and back. Only adapters import this module.

`*_from_wire` raises MalformedMessageError for a message that no writer of ours produces; an adapter turns that into a
dead letter or an INVALID verdict.
"""

from biorl.answers.spec import AnswerSpec, AnswerType, Option
from biorl.question.v1 import question_pb2 as pb
from biorl.questions.question import (
    ChatMessage,
    Claim,
    Context,
    Evidence,
    GeneClassClaim,
    MoleculeClaim,
    Outcome,
    PerturbationClaim,
    PerturbationKind,
    Provenance,
    Question,
    Split,
)

SPLITS: dict[Split, pb.Split] = {
    Split.TRAIN: pb.SPLIT_TRAIN,
    Split.VALIDATION: pb.SPLIT_VALIDATION,
    Split.TEST: pb.SPLIT_TEST,
}
KINDS: dict[PerturbationKind, pb.PerturbationKind] = {
    PerturbationKind.CRISPRI: pb.PERTURBATION_KIND_CRISPRI,
    PerturbationKind.CRISPRA: pb.PERTURBATION_KIND_CRISPRA,
    PerturbationKind.KNOCKOUT: pb.PERTURBATION_KIND_KNOCKOUT,
    PerturbationKind.OVEREXPRESSION: pb.PERTURBATION_KIND_OVEREXPRESSION,
    PerturbationKind.COMPOUND: pb.PERTURBATION_KIND_COMPOUND,
}
OUTCOMES: dict[Outcome, pb.Outcome] = {
    Outcome.DIFFERENTIALLY_EXPRESSED: pb.OUTCOME_DIFFERENTIALLY_EXPRESSED,
    Outcome.UP_REGULATED: pb.OUTCOME_UP_REGULATED,
}
ANSWER_TYPES: dict[AnswerType, pb.AnswerType] = {
    AnswerType.CHOICE: pb.ANSWER_TYPE_CHOICE,
    AnswerType.NUMBER: pb.ANSWER_TYPE_NUMBER,
    AnswerType.DIRECTION: pb.ANSWER_TYPE_DIRECTION,
    AnswerType.GENE: pb.ANSWER_TYPE_GENE,
    AnswerType.CHEMICAL: pb.ANSWER_TYPE_CHEMICAL,
    AnswerType.ONTOLOGY_TERM: pb.ANSWER_TYPE_ONTOLOGY_TERM,
    AnswerType.ORGANISM: pb.ANSWER_TYPE_ORGANISM,
    AnswerType.SEQUENCE: pb.ANSWER_TYPE_SEQUENCE,
    AnswerType.SET: pb.ANSWER_TYPE_SET,
    AnswerType.SHORT_TEXT: pb.ANSWER_TYPE_SHORT_TEXT,
}
_SPLITS_BACK = {number: split for split, number in SPLITS.items()}
_KINDS_BACK = {number: kind for kind, number in KINDS.items()}
_OUTCOMES_BACK = {number: outcome for outcome, number in OUTCOMES.items()}
_ANSWER_TYPES_BACK = {number: kind for kind, number in ANSWER_TYPES.items()}


class MalformedMessageError(ValueError):
    """A message lacks what every writer must put into it."""


def question_to_wire(question: Question) -> pb.Question:
    return pb.Question(
        id=question.id,
        task=question.task,
        prompt=[pb.ChatMessage(role=message.role, content=message.content) for message in question.prompt],
        answer=answer_to_wire(question.answer),
        claim=claim_to_wire(question.claim) if question.claim else None,
        evidence=[_evidence_to_wire(item) for item in question.evidence],
        licence=question.licence,
        provenance=pb.Provenance(
            writer=question.provenance.writer,
            sources=question.provenance.sources,
            dataset=question.provenance.dataset,
        ),
        topics=question.topics,
        split=SPLITS[question.split],
        benchmarks=question.benchmarks,
        difficulty=question.difficulty,
    )


def question_from_wire(message: pb.Question) -> Question:
    if not message.id or not message.task or not message.prompt:
        msg = "a question needs an id, a task and a prompt"
        raise MalformedMessageError(msg)
    return Question(
        id=message.id,
        task=message.task,
        prompt=tuple(ChatMessage(item.role, item.content) for item in message.prompt),
        answer=answer_from_wire(message.answer),
        claim=claim_from_wire(message.claim) if message.HasField("claim") else None,
        evidence=tuple(_evidence_from_wire(item) for item in message.evidence),
        licence=message.licence,
        provenance=Provenance(message.provenance.writer, tuple(message.provenance.sources), message.provenance.dataset),
        topics=tuple(message.topics),
        split=split_from_wire(message.split),
        benchmarks=tuple(message.benchmarks),
        difficulty=message.difficulty if message.HasField("difficulty") else None,
    )


def split_from_wire(number: pb.Split) -> Split:
    if number not in _SPLITS_BACK:
        msg = "the split is missing; a question without one could leak what a benchmark holds out"
        raise MalformedMessageError(msg)
    return _SPLITS_BACK[number]


def answer_to_wire(spec: AnswerSpec) -> pb.AnswerSpec:
    return pb.AnswerSpec(
        type=ANSWER_TYPES[spec.type],
        gold=spec.gold,
        accepted=spec.accepted,
        options=[pb.Option(label=option.label, text=option.text) for option in spec.options],
        unit=spec.unit,
        relative_tolerance=spec.relative_tolerance,
        absolute_tolerance=spec.absolute_tolerance,
        member_type=ANSWER_TYPES[spec.member_type] if spec.member_type else pb.ANSWER_TYPE_UNSPECIFIED,
        namespace=spec.namespace,
        either_strand=spec.either_strand,
    )


def answer_from_wire(message: pb.AnswerSpec) -> AnswerSpec:
    if message.type not in _ANSWER_TYPES_BACK:
        msg = f"unknown answer type {message.type}"
        raise MalformedMessageError(msg)
    return AnswerSpec(
        type=_ANSWER_TYPES_BACK[message.type],
        gold=message.gold if message.HasField("gold") else None,
        accepted=tuple(message.accepted),
        options=tuple(Option(option.label, option.text) for option in message.options),
        unit=message.unit,
        relative_tolerance=message.relative_tolerance,
        absolute_tolerance=message.absolute_tolerance,
        member_type=_ANSWER_TYPES_BACK.get(message.member_type),
        namespace=message.namespace,
        either_strand=message.either_strand,
    )


def claim_to_wire(claim: Claim) -> pb.Claim:
    match claim:
        case PerturbationClaim():
            return pb.Claim(
                perturbation=pb.PerturbationClaim(
                    perturbed_genes=claim.perturbed_genes,
                    readout=claim.readout,
                    context=context_to_wire(claim.context),
                    outcome=OUTCOMES[claim.outcome],
                )
            )
        case GeneClassClaim():
            return pb.Claim(
                gene_class=pb.GeneClassClaim(gene=claim.gene, gene_class=claim.gene_class, organism=claim.organism)
            )
        case MoleculeClaim():
            return pb.Claim(molecule=pb.MoleculeClaim(smiles=claim.smiles, property=claim.property))


def claim_from_wire(message: pb.Claim) -> Claim:
    match message.WhichOneof("claim"):
        case "perturbation":
            return _perturbation_from_wire(message.perturbation)
        case "gene_class":
            return GeneClassClaim(message.gene_class.gene, message.gene_class.gene_class, message.gene_class.organism)
        case "molecule":
            return MoleculeClaim(message.molecule.smiles, message.molecule.property)
        case _:
            msg = "a claim must claim something"
            raise MalformedMessageError(msg)


def _perturbation_from_wire(message: pb.PerturbationClaim) -> PerturbationClaim:
    if message.outcome not in _OUTCOMES_BACK:
        msg = "a perturbation claim needs an outcome"
        raise MalformedMessageError(msg)
    return PerturbationClaim(
        perturbed_genes=tuple(message.perturbed_genes),
        readout=message.readout,
        context=context_from_wire(message.context),
        outcome=_OUTCOMES_BACK[message.outcome],
    )


def context_to_wire(context: Context) -> pb.Context:
    kind = context.perturbation_kind
    return pb.Context(
        organism=context.organism,
        cell_line=context.cell_line,
        perturbation_kind=KINDS[kind] if kind else pb.PERTURBATION_KIND_UNSPECIFIED,
    )


def context_from_wire(message: pb.Context) -> Context:
    return Context(message.organism, message.cell_line, _KINDS_BACK.get(message.perturbation_kind))


def _evidence_to_wire(evidence: Evidence) -> pb.Evidence:
    return pb.Evidence(
        document_id=evidence.document_id,
        paragraph_id=evidence.paragraph_id,
        start=evidence.start,
        end=evidence.end,
        quote=evidence.quote,
    )


def _evidence_from_wire(message: pb.Evidence) -> Evidence:
    return Evidence(message.document_id, message.paragraph_id, message.start, message.end, message.quote)
