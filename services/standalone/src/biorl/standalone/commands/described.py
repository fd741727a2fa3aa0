"""Sources that a YAML file describes, for files that do not say enough of themselves: `sources`, with the keys that the
ingester's settings have.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from biorl.standalone.errors import BadRequestError

if TYPE_CHECKING:
    from biorl.ingester.config import AnySource

DESCRIPTIONS = {".yaml", ".yml"}


def is_description(path: Path) -> bool:
    return path.suffix in DESCRIPTIONS and path.is_file()


def absent(sources: "Iterable[AnySource]") -> str:
    """Those whose files are not there, written one after the other; empty where none is missing."""
    return ", ".join(str(each.path) for each in sources if not (each.path.exists() or "*" in each.path.name))


def sources_described(path: Path, option: str) -> "tuple[AnySource, ...]":
    """All of them, of any kind; `option` is what the file was given to. Raises BadRequestError."""
    from biorl.chassis.config import ConfigError, ServiceConfig, load_config  # noqa: PLC0415
    from biorl.ingester.config import AnySource  # noqa: PLC0415

    class Sources(ServiceConfig):
        sources: tuple[AnySource, ...]

    try:
        return load_config(Sources, path, option).sources
    except ConfigError as error:
        raise BadRequestError(str(error)) from error
