"""Gene annotation for `biorl verifier`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from biorl.standalone.errors import BadRequestError

if TYPE_CHECKING:
    from biorl.genes.annotation import Annotation


def annotation_in(folder: Path, load: "Callable[[Path], Annotation] | None" = None) -> "Annotation":
    """As `load` reads it, `load_annotation` when none is given.

    Raises BadRequestError for a folder that holds none, or none that can be read.
    """
    from biorl.genes.annotation import load_annotation  # noqa: PLC0415 - heavy
    from biorl.genes.reading import AnnotationFileError  # noqa: PLC0415

    if not folder.is_dir():
        msg = f"{folder} is no folder; --annotation takes one with gene sets, ontology and symbols"
        raise BadRequestError(msg)
    try:
        return (load or load_annotation)(folder)
    except AnnotationFileError as error:
        msg = f"{error}; --annotation takes a folder with gene sets, ontology and symbols"
        raise BadRequestError(msg) from error
