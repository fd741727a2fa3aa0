"""The part of `biorl verifier` that is about what genes do: verifiers made of annotation alone."""

from pathlib import Path

from biorl.soft_verifier.domain.belief import Source
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.plan import read
from biorl.standalone.runs.workspace import Workspace


def made_of_annotation(name: str) -> bool:
    """Whether the verifier needs annotation, and nothing that was measured."""
    from biorl.soft_verifier.ports import LearnsFunctions  # noqa: PLC0415
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415

    return isinstance(VERIFIERS.get(name), LearnsFunctions)


def make_of_annotation(name: str, place: Workspace, annotation: Path | None) -> Source:
    """Makes and saves. Raises BadRequestError, which says what is missing."""
    from biorl.genes.functions import load_functions  # noqa: PLC0415 - heavy
    from biorl.genes.reading import AnnotationFileError  # noqa: PLC0415
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415
    from biorl.soft_verifier.training import train_on_functions  # noqa: PLC0415
    from biorl.standalone.runs.configs import annotation_folder  # noqa: PLC0415

    folder = annotation or annotation_folder(read(place), place)
    try:
        return train_on_functions(name, load_functions(folder), FolderArtifacts(place.artifacts))
    except AnnotationFileError as error:
        msg = f"{error}; --annotation takes a folder with GO annotation and ontology, or gene sets"
        raise BadRequestError(msg) from error
