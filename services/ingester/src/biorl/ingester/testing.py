"""Fakes of the ingester's ports, for tests of the service without files, a bus or a database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from biorl.ingester.domain.document import Document, Retraction
from biorl.ingester.domain.effects import PerturbationEffects
from biorl.ingester.domain.sources import Source, Unit
from biorl.ingester.domain.subjects import LabelledSubject
from biorl.ingester.ports import Entry, Item, UnreadableError, VanishedError


@dataclass(slots=True)
class FakeReader:
    """Units by name; a unit ends with an UnreadableError when its last item is an exception."""

    content: dict[str, list[Item | UnreadableError]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    """By unit; without one, its name."""
    vanished: set[str] = field(default_factory=set)

    def units(self, source: Source) -> Sequence[Unit]:
        del source
        return [Unit(name, ()) for name in sorted(self.content)]

    def digest(self, unit: Unit) -> str:
        if unit.name in self.vanished:
            raise VanishedError(unit.name)
        return self.digests.get(unit.name, unit.name)

    def read(self, source: Source, unit: Unit) -> Iterator[Item]:
        del source
        for item in self.content[unit.name]:
            if isinstance(item, UnreadableError):
                raise item
            yield item


@dataclass(slots=True)
class FakePublisher:
    """Keeps what was published, in order."""

    documents: list[Document] = field(default_factory=list)
    retractions: list[Retraction] = field(default_factory=list)
    effects: list[PerturbationEffects] = field(default_factory=list)
    labels: list[LabelledSubject] = field(default_factory=list)
    dies_after: int | None = None
    """Raises ConnectionError from the publish after so many; None never does."""
    calls: int = 0

    def publish(
        self,
        documents: Sequence[Document],
        retractions: Sequence[Retraction],
        effects: Sequence[PerturbationEffects],
        labels: Sequence[LabelledSubject] = (),
    ) -> None:
        if self.calls == self.dies_after:
            raise ConnectionError
        self.calls += 1
        self.documents.extend(documents)
        self.retractions.extend(retractions)
        self.effects.extend(effects)
        self.labels.extend(labels)


@dataclass(slots=True)
class FakeObserver:
    """Keeps what it was told."""

    entries: list[tuple[str, Entry]] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    passes: int = 0

    def took(self, source: str, entry: Entry) -> None:
        self.entries.append((source, entry))

    def read_unit(self, source: str, seconds: float) -> None:
        assert seconds >= 0  # noqa: S101 - a fake checks what it is told
        self.units.append(source)

    def found(self, source: str, num_units: int, num_new: int) -> None:
        assert 0 <= num_new <= num_units, source  # noqa: S101

    def passed(self) -> None:
        self.passes += 1
