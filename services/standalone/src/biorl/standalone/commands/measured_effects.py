"""The part of `biorl verifier` that is about effects: from a screen or table on disk, or from a run's bus.

Files go through the ingester's readers and the wire format, so that both ways give the same labels, fold changes and
splits. What a file does not say of itself (the label of its controls, names of columns, the cell line) a YAML file
says, with `sources` as the ingester's settings have them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from biorl.soft_verifier.domain.belief import Source
from biorl.soft_verifier.domain.effects import Effect
from biorl.standalone.commands.annotation import annotation_in
from biorl.standalone.commands.described import absent, is_description, sources_described
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.traffic import EFFECTS, opened, values
from biorl.standalone.runs.workspace import Workspace

if TYPE_CHECKING:
    from biorl.ingester.domain.sources import EffectSource

SPLIT_COLUMN = {"h5ad": "split_column: COLUMN", "effect_table": "columns: {split: COLUMN}"}
"""By type of source; PerturbQA's files have a column that no setting names."""


def learn_effects(name: str, place: Workspace, annotation: Path | None, effects: Path | None) -> Source:
    """Trains and saves. Raises BadRequestError, which says what is missing."""
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.training import NothingToLearnError, NotTrainableError, train  # noqa: PLC0415
    from biorl.standalone.runs.configs import annotation_folder  # noqa: PLC0415

    folder = annotation or (effects.parent if effects else annotation_folder(read(place), place))
    if effects:
        sources_in(effects)  # what is not there is said before half a minute of annotation is read
    try:
        return train(name, effects_of(place, effects), annotation_in(folder), FolderArtifacts(place.artifacts))
    except NotTrainableError as error:
        raise BadRequestError(str(error)) from error
    except NothingToLearnError as error:
        raise nothing_to_learn(error, effects) from error


def nothing_to_learn(error: Exception, effects: Path | None) -> BadRequestError:
    """What to say of a NothingToLearnError; where files hold out all effects, how to say which they do not."""
    from biorl.soft_verifier.training import NoTrainSplitError  # noqa: PLC0415 - heavy

    source = sources_in(effects)[0] if effects else None
    if source is None or source.type not in SPLIT_COLUMN or not isinstance(error, NoTrainSplitError):
        return BadRequestError(str(error))
    example = f"sources: [{{type: {source.type}, path: {source.path}, {SPLIT_COLUMN[source.type]}}}]"
    return BadRequestError(
        f"{error}; say which are in YAML given to --effects: {example}, a column of train and test; or, where the file "
        "has no column `split`, with split: {test_share: 0} in its place, which holds nothing out"
    )


def effects_of(place: Workspace, path: Path | None) -> Iterator[Effect]:
    """Of every split; the verifier sorts them out. Raises BadRequestError for a file that holds none."""
    return effects_in(path) if path else _effects_on_bus(place)


def effects_in(path: Path) -> Iterator[Effect]:
    """Of an h5ad screen (scanpy ranks its genes), a table of effects, a folder of PerturbQA files, or `sources`."""
    from biorl.ingester.adapters.readers import read_effects  # noqa: PLC0415 - heavy
    from biorl.ingester.adapters.wire import effects_to_wire  # noqa: PLC0415
    from biorl.ingester.ports import UnreadableError  # noqa: PLC0415
    from biorl.soft_verifier.adapters.wire import effects_from_wire  # noqa: PLC0415

    try:
        for source in sources_in(path):
            for item in read_effects(source):
                yield from effects_from_wire(effects_to_wire(item))
    except UnreadableError as error:
        raise BadRequestError(_with_what_to_do(path, str(error))) from error


def sources_in(path: Path) -> "list[EffectSource]":
    """What to read, and how; of a YAML file, all that give effects. Raises BadRequestError."""
    from biorl.ingester.domain.sources import EffectTableSource, PerturbqaSource, ScreenSource  # noqa: PLC0415

    found: list[EffectSource]
    if is_description(path):
        kinds = (PerturbqaSource, EffectTableSource, ScreenSource)
        found = [source for source in sources_described(path, "effects") if isinstance(source, kinds)]
    elif path.is_dir():
        found = [PerturbqaSource(path=path)]
    else:
        found = [ScreenSource(path=path) if path.suffix == ".h5ad" else EffectTableSource(path=path)]
    if missing := absent(found):
        what = "an h5ad screen, a table of effects, a folder of PerturbQA files, or YAML with `sources`"
        msg = f"{missing} is not there; --effects takes {what}"
        raise BadRequestError(msg)
    if not found:
        msg = f"{path}: none of its sources gives effects (h5ad, effect_table, perturbqa)"
        raise BadRequestError(msg)
    return found


def _with_what_to_do(path: Path, message: str) -> str:
    if is_description(path) or path.is_dir():  # PerturbQA's files say all that there is to say
        return message
    kind = "h5ad" if path.suffix == ".h5ad" else "effect_table"
    example = f"sources: [{{type: {kind}, path: {path}, cell_line: K562}}]"
    return f"{message} (in YAML given to --effects, with the keys of the ingester's README: {example})"


def _effects_on_bus(place: Workspace) -> Iterator[Effect]:
    from biorl.effect.v1 import effect_pb2  # noqa: PLC0415
    from biorl.soft_verifier.adapters.wire import effects_from_wire  # noqa: PLC0415

    with opened(read(place), place) as bus:
        for value in dict.fromkeys(values(bus, EFFECTS)):
            yield from effects_from_wire(effect_pb2.PerturbationEffects.FromString(value))
