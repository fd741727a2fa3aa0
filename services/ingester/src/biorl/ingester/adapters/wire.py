"""Domain values as protobuf, and nothing else."""

from biorl.document.v1 import document_pb2 as document_pb
from biorl.effect.v1 import effect_pb2 as effect_pb
from biorl.ingester.domain.documents import Document, Retraction, Table
from biorl.ingester.domain.effects import PerturbationEffects, ReadoutEffect
from biorl.questions.wire import SPLITS, context_to_wire


def effects_to_wire(item: PerturbationEffects) -> effect_pb.PerturbationEffects:
    dataset = item.dataset
    return effect_pb.PerturbationEffects(
        id=item.id,
        dataset=effect_pb.Dataset(
            name=dataset.name,
            digest=dataset.digest,
            licence=dataset.licence,
            num_perturbations=dataset.num_perturbations,
            benchmarks=dataset.benchmarks,
        ),
        context=context_to_wire(item.context),
        perturbed_genes=item.perturbed_genes,
        split=SPLITS[item.split],
        readouts=[_readout(effect) for effect in item.readouts],
    )


def _readout(effect: ReadoutEffect) -> effect_pb.ReadoutEffect:
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


def document_to_wire(item: Document) -> document_pb.Document:
    return document_pb.Document(
        id=item.id,
        pmcid=item.pmcid,
        pmid=item.pmid,
        doi=item.doi,
        title=item.title,
        journal=item.journal,
        year=item.year,
        article_type=item.article_type,
        licence=document_pb.Licence(spdx=item.licence.spdx, recognised_by=item.licence.recognised_by),
        sections=[
            document_pb.Section(
                path=section.path,
                type=section.type,
                paragraphs=[document_pb.Paragraph(id=part.id, text=part.text) for part in section.paragraphs],
            )
            for section in item.sections
        ],
        tables=[_table(table) for table in item.tables],
        topics=item.topics,
        source=document_pb.Source(name=item.source.name, digest=item.source.digest, format=item.source.format),
    )


def _table(table: Table) -> document_pb.Table:
    return document_pb.Table(
        id=table.id,
        label=table.label,
        caption=table.caption,
        header=[document_pb.Row(cells=row) for row in table.header],
        rows=[document_pb.Row(cells=row) for row in table.rows],
    )


def retraction_to_wire(item: Retraction) -> document_pb.Retraction:
    return document_pb.Retraction(
        document_id=item.document_id,
        aliases=item.aliases,
        notice_id=item.notice_id,
        date=item.date,
        reason=item.reason,
    )
