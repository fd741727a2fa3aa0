"""Papers parsed by other processes, a few files ahead of the one that is wanted: the `Reader` port for many cores.

What is read, and its order, are those of the reader that it is given. A file that changed after it was read ahead is
read again. Only files of papers in full are read ahead: each is held whole, and they are small.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future

from biorl.ingester.domain.sources import JatsSource, Source, Unit
from biorl.ingester.ports import Item, Reader, UnreadableError

_Whole = tuple[str, list[Item], str]
"""Digest of the file, its items, and the fault that ended them, if any."""


class ReadAhead:
    """Not shared between threads."""

    def __init__(self, reader: Reader, pool: Executor, ahead: int) -> None:
        """`ahead`: how many files are held or worked on at a time."""
        self._reader = reader
        self._pool = pool
        self._ahead = ahead
        self._units: Sequence[Unit] = ()
        self._places: Mapping[str, int] = {}
        self._begun: dict[int, Future[_Whole]] = {}

    def units(self, source: Source) -> Sequence[Unit]:
        self._units = self._reader.units(source)
        self._places = {unit.name: place for place, unit in enumerate(self._units)}
        self._begun.clear()
        return self._units

    def digest(self, unit: Unit) -> str:
        return self._reader.digest(unit)

    def read(self, source: Source, unit: Unit) -> Iterator[Item]:
        if not isinstance(source, JatsSource) or unit.name not in self._places:
            yield from self._reader.read(source, unit)
            return
        digest, items, fault = self._wanted(source, self._places[unit.name]).result()
        if digest != self._reader.digest(unit):
            yield from self._reader.read(source, unit)
            return
        yield from items
        if fault:
            raise UnreadableError(fault)

    def _wanted(self, source: Source, place: int) -> Future[_Whole]:
        window = range(place, min(place + self._ahead, len(self._units)))
        self._begun = {
            soon: self._begun.get(soon) or self._pool.submit(_read_whole, self._reader, source, self._units[soon])
            for soon in window
        }
        return self._begun.pop(place)


def _read_whole(reader: Reader, source: Source, unit: Unit) -> _Whole:
    """Raises VanishedError."""
    digest, fault = reader.digest(unit), ""
    items: list[Item] = []
    try:
        items.extend(reader.read(source, unit))  # keeps what came before a fault
    except UnreadableError as error:
        fault = str(error)
    return digest, items, fault
