"""The part of `biorl verifier` that is about genes and molecules: labels from a folder of tables, or from a run's bus.

Tables go through the ingester's readers and the wire format, so that both ways give the same labels and splits.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biorl.soft_verifier.domain.belief import Source
from biorl.soft_verifier.domain.known_labels import KnownLabel
from biorl.standalone.commands.annotation import annotation_in
from biorl.standalone.commands.described import absent, is_description, sources_described
from biorl.standalone.commands.gene_lists import read_gene_lists
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.traffic import LABELS, opened, values
from biorl.standalone.runs.workspace import Workspace

if TYPE_CHECKING:
    from biorl.ingester.domain.subjects import LabelledSubject


def learns_labels(name: str) -> bool:
    """Whether the verifier learns from labels of genes or molecules, not from effects."""
    from biorl.soft_verifier.ports import LearnsLabels  # noqa: PLC0415
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415

    return isinstance(VERIFIERS.get(name), LearnsLabels)


def learn_labels(
    name: str, place: Workspace, annotation: Path | None, tables: Path | None, genes: Sequence[str] = ()
) -> Source:
    """Trains and saves. Raises BadRequestError, which says what is missing."""
    from biorl.genes.traits import load_traits  # noqa: PLC0415
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415
    from biorl.soft_verifier.labelled_training import train_on_labels  # noqa: PLC0415
    from biorl.soft_verifier.training import NothingToLearnError  # noqa: PLC0415
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415
    from biorl.standalone.runs.configs import annotation_folder  # noqa: PLC0415

    labels, known = list(labels_of(place, tables, genes)), None  # before annotation, which takes half a minute to read
    folder = tables.parent if tables and tables.is_file() else tables
    if getattr(VERIFIERS[name], "needs_annotation", False):
        known = annotation_in(annotation or folder or annotation_folder(read(place), place), load_traits)
    try:
        return train_on_labels(name, labels, known, FolderArtifacts(place.artifacts))
    except NothingToLearnError as error:
        msg = f"{error}; give --tables a folder of molecule tables and gene lists, or --genes lists"
        raise BadRequestError(msg) from error


def measure_labels(
    model: Any, place: Workspace, tables: Path | None, genes: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Quality on held-out labels."""
    from biorl.soft_verifier.labelled_training import evaluate_on_labels  # noqa: PLC0415

    return evaluate_on_labels(model, labels_of(place, tables, genes))


def labels_of(place: Workspace, tables: Path | None, genes: Sequence[str] = ()) -> Iterator[KnownLabel]:
    """Of every split; the verifier sorts them out. Those on the bus only where no files are given.

    Raises BadRequestError for a file that cannot be used.
    """
    from biorl.ingester.ports import UnreadableError, VanishedError  # noqa: PLC0415

    if tables:
        try:
            yield from _labels_described(tables) if is_description(tables) else labels_in(tables)
        except (UnreadableError, VanishedError) as error:
            raise BadRequestError(str(error)) from error
    for written in genes:
        yield from _known(read_gene_lists(written))
    if not tables and not genes:
        yield from _labels_on_bus(place)


def labels_in(folder: Path) -> Iterator[KnownLabel]:
    """Of the MoleculeNet tables and Geneformer lists anywhere below the folder."""
    from biorl.ingester.adapters.gene_classes import geneformer_classes  # noqa: PLC0415
    from biorl.ingester.adapters.readers import read_labels, read_tables  # noqa: PLC0415
    from biorl.ingester.domain.sources import MoleculeSource  # noqa: PLC0415

    if not folder.is_dir():
        msg = f"{folder} is no folder; --tables takes one with molecule tables or gene lists, or YAML with `sources`"
        raise BadRequestError(msg)
    places = sorted({path.parent for path in folder.rglob("geneformer_*")})
    for place in places:
        for source in geneformer_classes(place):
            yield from _known(read_labels(source))
    yield from _known(read_tables(MoleculeSource(path=folder)))


def _labels_described(path: Path) -> Iterator[KnownLabel]:
    from biorl.ingester.adapters.readers import read_labels, read_tables  # noqa: PLC0415
    from biorl.ingester.domain.sources import GeneClassSource, MoleculeSource  # noqa: PLC0415

    kinds = (GeneClassSource, MoleculeSource)
    found = [source for source in sources_described(path, "tables") if isinstance(source, kinds)]
    if not found:
        msg = f"{path}: none of its sources gives labels (molecules, gene_class)"
        raise BadRequestError(msg)
    if missing := absent(found):
        msg = f"{path}: {missing} is not there"
        raise BadRequestError(msg)
    for source in found:
        passes_over = isinstance(source, MoleculeSource) and source.path.is_dir()
        read: Callable[..., Iterator[LabelledSubject]] = read_tables if passes_over else read_labels
        yield from _known(read(source))


def _known(subjects: "Iterable[LabelledSubject]") -> Iterator[KnownLabel]:
    from biorl.ingester.adapters.wire import labels_to_wire  # noqa: PLC0415
    from biorl.soft_verifier.adapters.wire import labels_from_wire  # noqa: PLC0415

    for subject in subjects:
        yield from labels_from_wire(labels_to_wire(subject))


def _labels_on_bus(place: Workspace) -> Iterator[KnownLabel]:
    from biorl.label.v1 import label_pb2  # noqa: PLC0415
    from biorl.soft_verifier.adapters.wire import labels_from_wire  # noqa: PLC0415

    with opened(read(place), place) as bus:
        for value in dict.fromkeys(values(bus, LABELS)):
            yield from labels_from_wire(label_pb2.SubjectLabels.FromString(value))
