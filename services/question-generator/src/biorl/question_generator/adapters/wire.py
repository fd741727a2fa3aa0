"""Messages of the input topics as domain values. Raises MalformedMessageError for what no writer of ours produces."""

from google.protobuf.message import DecodeError

from biorl.document.v1 import document_pb2 as document_pb
from biorl.effect.v1 import effect_pb2 as effect_pb
from biorl.label.v1 import label_pb2 as label_pb
from biorl.question_generator.domain.sources import (
    Dataset,
    Document,
    Gene,
    Label,
    LabelledSubject,
    Molecule,
    Paragraph,
    PerturbationEffects,
    ReadoutEffect,
    Retraction,
    Section,
)
from biorl.questions.wire import MalformedMessageError, context_from_wire, split_from_wire


def effects_from_wire(value: bytes) -> PerturbationEffects:
    message = effect_pb.PerturbationEffects()
    _parse(message, value)
    if not message.id or not message.dataset.name or not message.perturbed_genes:
        msg = "effects need an id, a dataset and a perturbed gene"
        raise MalformedMessageError(msg)
    return PerturbationEffects(
        id=message.id,
        dataset=Dataset(message.dataset.name, message.dataset.licence, tuple(message.dataset.benchmarks)),
        context=context_from_wire(message.context),
        perturbed_genes=tuple(message.perturbed_genes),
        split=split_from_wire(message.split),
        readouts=tuple(_readout_from_wire(item) for item in message.readouts),
    )


def _readout_from_wire(message: effect_pb.ReadoutEffect) -> ReadoutEffect:
    return ReadoutEffect(
        readout=message.readout,
        differentially_expressed=(
            message.differentially_expressed if message.HasField("differentially_expressed") else None
        ),
        direction=message.direction,
        train_response_rate=message.train_response_rate if message.HasField("train_response_rate") else None,
        train_up_rate=message.train_up_rate if message.HasField("train_up_rate") else None,
    )


def labels_from_wire(value: bytes) -> LabelledSubject:
    message = label_pb.SubjectLabels()
    _parse(message, value)
    gene, molecule = message.gene, message.molecule
    if not message.id or not message.dataset.name or not (gene.name or molecule.smiles):
        msg = "labels need an id, a dataset and a gene or molecule"
        raise MalformedMessageError(msg)
    return LabelledSubject(
        id=message.id,
        dataset=Dataset(message.dataset.name, message.dataset.licence, tuple(message.dataset.benchmarks)),
        subject=Gene(gene.name, gene.organism) if gene.name else Molecule(molecule.smiles),
        split=split_from_wire(message.split),
        labels=tuple(_label_from_wire(item) for item in message.labels),
    )


def _label_from_wire(message: label_pb.Label) -> Label:
    if not message.name or not message.WhichOneof("value"):
        msg = "a label needs a name and a value"
        raise MalformedMessageError(msg)
    return Label(
        name=message.name,
        holds=message.holds if message.HasField("holds") else None,
        number=message.number if message.HasField("number") else None,
        unit=message.unit,
        train_rate=message.train_rate if message.HasField("train_rate") else None,
    )


def document_message(value: bytes) -> document_pb.Document:
    """The message itself; its body may still lie elsewhere (`body_uri`)."""
    message = document_pb.Document()
    _parse(message, value)
    if not message.id:
        msg = "a document needs an id"
        raise MalformedMessageError(msg)
    return message


def document_from_wire(message: document_pb.Document) -> Document:
    return Document(
        id=message.id,
        title=message.title,
        article_type=message.article_type,
        licence=message.licence.spdx,
        pmcid=message.pmcid,
        pmid=message.pmid,
        doi=message.doi,
        topics=tuple(message.topics),
        sections=tuple(
            Section(
                tuple(section.path),
                section.type,
                tuple(Paragraph(paragraph.id, paragraph.text) for paragraph in section.paragraphs),
            )
            for section in message.sections
        ),
        year=message.year,
    )


def retraction_from_wire(key: bytes, value: bytes | None) -> Retraction:
    """A null value takes the notice on this document back."""
    if value is None:
        return Retraction(key.decode(errors="replace"), withdrawn=True)
    message = document_pb.Retraction()
    _parse(message, value)
    if not message.document_id:
        msg = "a retraction needs a document id"
        raise MalformedMessageError(msg)
    return Retraction(message.document_id, tuple(message.aliases))


def _parse(
    message: document_pb.Document | document_pb.Retraction | effect_pb.PerturbationEffects | label_pb.SubjectLabels,
    value: bytes,
) -> None:
    try:
        message.ParseFromString(value)
    except DecodeError as error:
        raise MalformedMessageError(str(error)) from error
