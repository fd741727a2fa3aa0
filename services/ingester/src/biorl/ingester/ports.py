"""What the ingester needs from outside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from biorl.ingester.domain.documents import Document, Retraction
from biorl.ingester.domain.effects import PerturbationEffects


@dataclass(frozen=True, slots=True)
class Batch:
    """One input file or table, whole."""

    name: str
    """For people and the ledger."""
    digest: str
    """SHA-256 (hex) of the original bytes: what was ingested once is not ingested again."""
    documents: tuple[Document, ...] = ()
    effects: tuple[PerturbationEffects, ...] = ()
    fault: str = ""
    """Why it could not be read."""


class Source(Protocol):
    @property
    def kind(self) -> str: ...

    def pending(self, known: "Ledger") -> Iterator[Batch]:
        """What is new since the ledger was last told; reads nothing that is known."""


class Publisher(Protocol):
    """Durable on return."""

    def documents(self, documents: Sequence[Document]) -> None: ...

    def retractions(self, retractions: Sequence[Retraction]) -> None: ...

    def effects(self, effects: Sequence[PerturbationEffects]) -> None: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    kind: str
    name: str
    status: str
    """"ingested" or "refused"."""
    reason: str = ""


class Ledger(Protocol):
    """What was ingested, by content. One process owns it."""

    def knows(self, digest: str) -> bool: ...

    def record(self, digest: str, entries: Sequence[Entry]) -> None:
        """After the effect."""


class Observer(Protocol):
    def took(self, entries: Sequence[Entry]) -> None: ...
