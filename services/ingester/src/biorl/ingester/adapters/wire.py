"""Domain values as protobuf, and nothing else."""

from biorl.document.v1 import document_pb2 as document_pb
from biorl.effect.v1 import effect_pb2 as effect_pb
from biorl.ingester.domain.document import Document, Retraction, Table
from biorl.ingester.domain.effects import PerturbationEffects, ReadoutEffect
from biorl.ingester.domain.subjects import Gene, Label, LabelledSubject
from biorl.label.v1 import label_pb2 as label_pb
from biorl.questions.wire import SPLITS, context_to_wire


def document_to_wire(document: Document) -> document_pb.Document:
    return document_pb.Document(
        id=document.id,
        pmcid=document.pmcid,
        pmid=document.pmid,
        doi=document.doi,
        title=document.title,
        journal=document.journal,
        year=document.year,
        article_type=document.article_type,
        licence=document_pb.Licence(spdx=document.licence.spdx, recognised_by=document.licence.recognised_by),
        sections=[
            document_pb.Section(
                path=section.path,
                type=section.type,
                paragraphs=[document_pb.Paragraph(id=item.id, text=item.text) for item in section.paragraphs],
            )
            for section in document.sections
        ],
        tables=[_table_to_wire(table) for table in document.tables],
        topics=document.topics,
        source=document_pb.Source(
            name=document.source.name, digest=document.source.digest, format=document.source.format
        ),
    )


def _table_to_wire(table: Table) -> document_pb.Table:
    return document_pb.Table(
        id=table.id,
        label=table.label,
        caption=table.caption,
        header=[document_pb.Row(cells=row) for row in table.header],
        rows=[document_pb.Row(cells=row) for row in table.rows],
        units=table.units,
    )


def without_body(message: document_pb.Document, body_uri: str) -> document_pb.Document:
    """What goes over the bus when the whole is too large for it."""
    head = document_pb.Document()
    head.CopyFrom(message)
    head.ClearField("sections")
    head.ClearField("tables")
    head.body_uri = body_uri
    return head


def retraction_to_wire(retraction: Retraction) -> document_pb.Retraction:
    return document_pb.Retraction(
        document_id=retraction.document_id,
        aliases=retraction.aliases,
        notice_id=retraction.notice_id,
        date=retraction.date,
        reason=retraction.reason,
    )


def effects_to_wire(effects: PerturbationEffects) -> effect_pb.PerturbationEffects:
    dataset = effects.dataset
    return effect_pb.PerturbationEffects(
        id=effects.id,
        dataset=effect_pb.Dataset(
            name=dataset.name,
            digest=dataset.digest,
            licence=dataset.licence,
            num_perturbations=dataset.num_perturbations,
            benchmarks=dataset.benchmarks,
        ),
        context=context_to_wire(effects.context),
        perturbed_genes=effects.perturbed_genes,
        split=SPLITS[effects.split],
        readouts=[_readout_to_wire(effect) for effect in effects.readouts],
    )


def _readout_to_wire(effect: ReadoutEffect) -> effect_pb.ReadoutEffect:
    """None is absence, not zero."""
    message = effect_pb.ReadoutEffect(
        readout=effect.readout,
        direction=effect.direction,
        log2_fold_change=effect.log2_fold_change,
        adjusted_p_value=effect.adjusted_p_value,
        train_response_rate=effect.train_response_rate,
        train_up_rate=effect.train_up_rate,
    )
    if effect.differentially_expressed is not None:
        message.differentially_expressed = effect.differentially_expressed
    return message


def labels_to_wire(labelled: LabelledSubject) -> label_pb.SubjectLabels:
    dataset, subject = labelled.dataset, labelled.subject
    message = label_pb.SubjectLabels(
        id=labelled.id,
        dataset=label_pb.Dataset(
            name=dataset.name,
            digest=dataset.digest,
            licence=dataset.licence,
            num_subjects=dataset.num_subjects,
            benchmarks=dataset.benchmarks,
        ),
        split=SPLITS[labelled.split],
        labels=[_label_to_wire(label) for label in labelled.labels],
    )
    if isinstance(subject, Gene):
        message.gene.CopyFrom(label_pb.Gene(name=subject.name, organism=subject.organism, accession=subject.accession))
    else:
        message.molecule.CopyFrom(label_pb.Molecule(smiles=subject.smiles, scaffold=subject.scaffold))
    return message


def _label_to_wire(label: Label) -> label_pb.Label:
    if label.holds is None:
        return label_pb.Label(name=label.name, number=label.number, unit=label.unit)
    return label_pb.Label(name=label.name, holds=label.holds, train_rate=label.train_rate)
