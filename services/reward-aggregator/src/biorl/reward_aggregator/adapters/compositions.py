"""Reads compositions: those that ship with the package, then those of a folder, which may replace one by name.

Everything is read at start, so that a composition that breaks a law stops the service and not a training run.
"""

from importlib.resources import files
from pathlib import Path

from biorl.reward_aggregator.domain.composition import Composition, InvalidCompositionError, parse

SHIPPED = files("biorl.reward_aggregator") / "compositions"


def load_compositions(folder: Path | None = None) -> dict[str, Composition]:
    """By name. Raises InvalidCompositionError, naming the file, or the folder that is none."""
    if folder and not folder.is_dir():
        raise InvalidCompositionError(f"{folder} is no folder; `compositions` takes one with *.yaml files")
    shipped = [(entry.name, entry.read_text("utf-8")) for entry in SHIPPED.iterdir()]
    own = [(str(path), path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))] if folder else []
    return _by_name(shipped) | _by_name(own)


def _by_name(texts: list[tuple[str, str]]) -> dict[str, Composition]:
    compositions: dict[str, Composition] = {}
    for place, text in texts:
        composition = _parse(place, text)
        if composition.name in compositions:
            raise InvalidCompositionError(f"{place}: there is another composition {composition.name!r}")
        compositions[composition.name] = composition
    return compositions


def _parse(place: str, text: str) -> Composition:
    try:
        return parse(text)
    except InvalidCompositionError as error:
        msg = f"{place}: {error}"
        raise InvalidCompositionError(msg) from None
