"""What the ingester needs from outside, in its own words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from biorl.ingester.domain.admission import Submission
from biorl.ingester.domain.document import Document, Retraction
from biorl.ingester.domain.effects import PerturbationEffects
from biorl.ingester.domain.sources import Source, Unit
from biorl.ingester.domain.subjects import LabelledSubject


class UnreadableError(ValueError):
    """This unit, or the rest of it, cannot be read; the message says why. Nobody can: trying again changes nothing."""


class VanishedError(OSError):
    """The unit went away, or may not be opened, between finding and reading it; a later pass may fare better."""


class StoppedError(RuntimeError):
    """The process was asked to stop while something waited; what was not recorded is done again after the start."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One item of a unit that cannot be read, where the others can."""

    id: str
    reason: str
    code: str = "unreadable"
    """Also `altered`, when its bytes are not what was promised, `missing`, and `table_too_large`."""


Item = Submission | PerturbationEffects | LabelledSubject | Unreadable


class Reader(Protocol):
    def units(self, source: Source) -> Sequence[Unit]:
        """What is there now, by name."""

    def digest(self, unit: Unit) -> str:
        """SHA-256 (hex) of the unit's bytes. Raises VanishedError."""

    def read(self, source: Source, unit: Unit) -> Iterator[Item]:
        """Everything in the unit, in the same order every time. Raises UnreadableError, also midway; VanishedError."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one item."""

    kind: str
    """`document` (a full text), `abstract`, `retraction`, `effects`, `labels` or `file`."""
    id: str
    content: str
    """Digest of the item's content: a new version of the same id is another entry."""
    status: str
    """`published` or `refused`."""
    source: str
    """Name of the unit."""
    reason: str = ""
    """Code; empty when published."""
    detail: str = ""
    aliases: tuple[str, ...] = ()
    """Of a document published or a paper retracted."""


class Ledger(Protocol):
    """What was ingested, by content digest. Durable when a call returns."""

    def has_read(self, digest: str, fingerprint: str) -> bool:
        """Whether a unit with these bytes was read to its end under these settings."""

    def close_unit(self, unit: str, digest: str, fingerprint: str, num_items: int) -> None:
        """The unit was read to its end. Forgets that it could once not be opened."""

    def is_published(self, kind: str, item_id: str, content: str) -> bool: ...

    def record(self, entries: Sequence[Entry]) -> None:
        """All or nothing; recording again replaces."""

    def published_as(self, aliases: Sequence[str], kind: str = "") -> tuple[str, ...]:
        """Ids of published papers that are known under any of these aliases; of `kind` alone, where one is given."""

    def retracted(self, aliases: Sequence[str]) -> bool:
        """Whether a retraction of any of these was recorded."""


class Publisher(Protocol):
    """Topics of the bus. Durable on return; waits while the bus is away and raises StoppedError when asked to stop."""

    def publish(
        self,
        documents: Sequence[Document],
        retractions: Sequence[Retraction],
        effects: Sequence[PerturbationEffects],
        labels: Sequence[LabelledSubject] = (),
    ) -> None: ...


class ObjectStore(Protocol):
    """Where bodies larger than a message lie."""

    def put(self, name: str, content: bytes) -> str:
        """The URI under which a reader finds it. Durable on return; the same name may be put again."""


class Observer(Protocol):
    """Who is told what happens, for metrics."""

    def took(self, source: str, entry: Entry) -> None: ...

    def read_unit(self, source: str, seconds: float) -> None: ...

    def found(self, source: str, num_units: int, num_new: int) -> None: ...

    def passed(self) -> None:
        """All sources were looked at once more."""
