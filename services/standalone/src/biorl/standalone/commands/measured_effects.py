"""The part of `biorl verifier` that is about effects: from a screen or table on disk, or from a run's bus.

Files go through the ingester's readers and the wire format, so that both ways give the same labels, fold changes and
splits.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from biorl.soft_verifier.domain.belief import Source
from biorl.soft_verifier.domain.effects import Effect
from biorl.standalone.commands.annotation import annotation_in
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.traffic import EFFECTS, opened, values
from biorl.standalone.runs.workspace import Workspace

if TYPE_CHECKING:
    from biorl.ingester.domain.sources import EffectTableSource, PerturbqaSource, ScreenSource


def learn_effects(name: str, place: Workspace, annotation: Path | None, effects: Path | None) -> Source:
    """Trains and saves. Raises BadRequestError, which says what is missing."""
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.training import NothingToLearnError, NotTrainableError, train  # noqa: PLC0415
    from biorl.standalone.runs.configs import annotation_folder  # noqa: PLC0415

    folder = annotation or (effects.parent if effects else annotation_folder(read(place), place))
    try:
        return train(name, effects_of(place, effects), annotation_in(folder), FolderArtifacts(place.artifacts))
    except (NotTrainableError, NothingToLearnError) as error:
        raise BadRequestError(str(error)) from error


def effects_of(place: Workspace, path: Path | None) -> Iterator[Effect]:
    """Of every split; the verifier sorts them out. Raises BadRequestError for a file that holds none."""
    return effects_in(path) if path else _effects_on_bus(place)


def effects_in(path: Path) -> Iterator[Effect]:
    """Of an h5ad screen (scanpy ranks its genes), a table of effects, or a folder of PerturbQA files."""
    from biorl.ingester.adapters.readers import read_effects  # noqa: PLC0415 - heavy
    from biorl.ingester.adapters.wire import effects_to_wire  # noqa: PLC0415
    from biorl.ingester.ports import UnreadableError  # noqa: PLC0415
    from biorl.soft_verifier.adapters.wire import effects_from_wire  # noqa: PLC0415

    if not path.exists():
        msg = f"{path} is not there; --effects takes an h5ad screen, a table of effects or a folder of PerturbQA files"
        raise BadRequestError(msg)
    try:
        for item in read_effects(_source(path)):
            yield from effects_from_wire(effects_to_wire(item))
    except UnreadableError as error:
        raise BadRequestError(str(error)) from error


def _source(path: Path) -> "ScreenSource | EffectTableSource | PerturbqaSource":
    from biorl.ingester.domain.sources import EffectTableSource, PerturbqaSource, ScreenSource  # noqa: PLC0415

    if path.is_dir():
        return PerturbqaSource(path=path)
    return ScreenSource(path=path) if path.suffix == ".h5ad" else EffectTableSource(path=path)


def _effects_on_bus(place: Workspace) -> Iterator[Effect]:
    from biorl.effect.v1 import effect_pb2  # noqa: PLC0415
    from biorl.soft_verifier.adapters.wire import effects_from_wire  # noqa: PLC0415

    with opened(read(place), place) as bus:
        for value in dict.fromkeys(values(bus, EFFECTS)):
            yield from effects_from_wire(effect_pb2.PerturbationEffects.FromString(value))
