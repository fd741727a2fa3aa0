"""The part of `biorl verifier` that is about unperturbed cells: the controls of a screen, or an atlas.

An h5ad that names perturbations gives the controls of each cell line; one that does not gives all of its cells, which
stand for every line.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from biorl.soft_verifier.domain.belief import Source
from biorl.standalone.commands.annotation import annotation_in
from biorl.standalone.commands.described import DESCRIPTIONS
from biorl.standalone.commands.measured_effects import effects_of, nothing_to_learn, sources_in
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.workspace import Workspace

if TYPE_CHECKING:
    from biorl.soft_verifier.domain.coexpression.cells import Cells

LEAST_CELLS = 50
"""Fewer controls of a line tell no two genes apart."""


def learns_cells(name: str) -> bool:
    """Whether the verifier learns from unperturbed cells."""
    from biorl.soft_verifier.ports import LearnsCells  # noqa: PLC0415
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415

    return isinstance(VERIFIERS.get(name), LearnsCells)


def learn_cells(
    name: str, place: Workspace, annotation: Path | None, cells: Path | None, effects: Path | None
) -> Source:
    """Trains and saves. Raises BadRequestError, which says what is missing."""
    from biorl.ingester.ports import UnreadableError  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415
    from biorl.soft_verifier.training import NothingToLearnError, train_on_cells  # noqa: PLC0415

    path = cells or effects
    if path is None or path.suffix not in {".h5ad", *DESCRIPTIONS}:
        msg = f"{name} learns from cells: give --cells an h5ad, or --effects a screen"
        raise BadRequestError(msg)
    sources_in(path)  # what is not there is said before annotation is read
    folder = annotation or path.parent
    try:
        tables, known = cells_in(path), annotation_in(folder)
        return train_on_cells(name, tables, effects_of(place, effects), known, FolderArtifacts(place.artifacts))
    except NothingToLearnError as error:
        raise nothing_to_learn(error, effects) from error
    except UnreadableError as error:
        raise BadRequestError(str(error)) from error


def cells_in(path: Path) -> "list[Cells]":
    """Of each cell line with controls enough. Raises UnreadableError."""
    from biorl.ingester.adapters.screen_layout import expression, layout_of, load, readout_names  # noqa: PLC0415
    from biorl.ingester.domain.sources import ScreenSource  # noqa: PLC0415
    from biorl.ingester.ports import UnreadableError  # noqa: PLC0415
    from biorl.soft_verifier.domain.coexpression.cells import Cells  # noqa: PLC0415

    (source, *others) = sources_in(path)
    if others or not isinstance(source, ScreenSource):
        msg = f"{path}: cells are read from one h5ad"
        raise BadRequestError(msg)
    found = load(source.path)
    # Scaled values say nothing of which genes are on; what they were made from often lies beside them.
    screen = expression(found.raw.to_adata() if found.raw is not None else found, source)
    names = tuple(readout_names(screen, source).tolist())
    try:
        layout = layout_of(screen, source)
    except UnreadableError:
        return [Cells("", names, screen.X)]
    resting = layout.groups == "control"
    places = {line: (layout.cell_lines == line) & resting for line in sorted(set(layout.cell_lines.tolist()))}
    return [Cells(line, names, screen.X[here]) for line, here in places.items() if here.sum() >= LEAST_CELLS]
