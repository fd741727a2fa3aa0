"""Takes sources in: reads what is new, refuses what may not be used, publishes the rest, then notes it in the ledger.

Published first and noted after: a crash between the two publishes the same again under the same ids, which changes
nothing downstream. Nothing is lost silently: every input ends in the ledger, ingested or refused with a reason.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from biorl.ingester.domain.documents import Document, Retraction
from biorl.ingester.domain.gates import refusal
from biorl.ingester.ports import Batch, Entry, Ledger, Observer, Publisher, Source


@dataclass(frozen=True, slots=True)
class Ingester:
    sources: Sequence[Source]
    publisher: Publisher
    ledger: Ledger
    observer: Observer
    licences: Collection[str]
    retracted: Collection[str] = ()

    def run_once(self) -> Iterator[int]:
        """Ingests everything that is new; yields after each input, so that a caller can stop between two."""
        for source in self.sources:
            for batch in source.pending(self.ledger):
                entries = self._take(source.kind, batch)
                self.ledger.record(batch.digest, entries)
                self.observer.took(entries)
                yield len(entries)

    def _take(self, kind: str, batch: Batch) -> list[Entry]:
        if batch.fault:
            return [Entry(kind, batch.name, "refused", f"unreadable: {batch.fault}"[:200])]
        if batch.effects:
            self.publisher.effects(batch.effects)
            return [Entry(kind, batch.name, "ingested")] * len(batch.effects)
        reasons = [refusal(document, self.licences, self.retracted) for document in batch.documents]
        kept = [document for document, reason in zip(batch.documents, reasons, strict=True) if not reason]
        self.publisher.retractions([notice for item in batch.documents for notice in retractions_of(item)])
        self.publisher.documents(kept)
        return [
            Entry(kind, document.id, "refused" if reason else "ingested", reason)
            for document, reason in zip(batch.documents, reasons, strict=True)
        ] or [Entry(kind, batch.name, "refused", "empty")]


def retractions_of(document: Document) -> list[Retraction]:
    """What a retraction notice takes back."""
    if document.article_type not in {"retraction", "partial-retraction"}:
        return []
    return [
        Retraction(name, (name,), document.id, str(document.year or ""), "retraction notice")
        for name in document.retracts
    ]
