"""What the ingester does: every unit of every source is read once, and every item in it is published or refused.

Publishing comes before recording, so a crash between them publishes an item twice, under the same id, and never loses
one. Nothing vanishes: what is not published is in the ledger with its reason, a unit that cannot be read included.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from biorl.ingester.domain.admission import Policy, Refusal, Submission, admit, retraction_of
from biorl.ingester.domain.document import Document, Retraction
from biorl.ingester.domain.effects import PerturbationEffects
from biorl.ingester.domain.sources import JatsSource, PubmedSource, Source, Unit, fingerprint
from biorl.ingester.domain.subjects import LabelledSubject
from biorl.ingester.ports import (
    Entry,
    Item,
    Ledger,
    Observer,
    Publisher,
    Reader,
    StoppedError,
    Unreadable,
    UnreadableError,
    VanishedError,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _UnitRead:
    """A unit that was read to its end."""

    name: str
    digest: str
    settings: str
    num_items: int


@dataclass(slots=True)
class _Batch:
    """Items judged, not yet published, of one unit or of many small ones: each publish waits for the disk."""

    documents: list[Document] = field(default_factory=list)
    retractions: list[Retraction] = field(default_factory=list)
    effects: list[PerturbationEffects] = field(default_factory=list)
    labels: list[LabelledSubject] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    units: list[_UnitRead] = field(default_factory=list)
    """Those whose last items are in here: closed when these are published."""

    def add(self, entry: Entry) -> bool:
        """False when the same item is in the batch already."""
        key = (entry.kind, entry.id, entry.content)
        if key in self.seen:
            return False
        self.seen.add(key)
        self.entries.append(entry)
        return True

    def decides_about(self, item: Item) -> bool:
        """Whether what becomes of the item depends on the ledger knowing what is in here: a notice must find the paper
        that it retracts, an abstract the same paper in full.
        """
        if not isinstance(item, Submission):
            return False
        if item.document.is_abstract and any(not document.is_abstract for document in self.documents):
            return True
        return bool(self.retractions or item.retracts or retraction_of(item))


class Ingester:
    """One thread; one ledger."""

    def __init__(
        self,
        reader: Reader,
        ledger: Ledger,
        publisher: Publisher,
        observer: Observer,
        policy: Policy,
        *,
        is_stopping: Callable[[], bool] = lambda: False,
        batch_size: int = 64,
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._publisher = publisher
        self._observer = observer
        self._policy = policy
        self._is_stopping = is_stopping
        self._batch_size = batch_size
        self._listed: frozenset[str] = frozenset()

    def ingest_all(self, sources: Sequence[Source]) -> int:
        """One pass over all sources; how many units were new. Raises StoppedError."""
        new = sum(self.ingest(source) for source in sources)
        self._observer.passed()
        return new

    def ingest(self, source: Source) -> int:
        """Reads every unit of the source that was not read before; how many those were. Raises StoppedError."""
        units = self._reader.units(source)
        new, batch = 0, _Batch()
        for unit in units:
            if self._is_stopping():
                self._flush(source.type, batch)
                raise StoppedError
            try:
                batch, is_new = self._ingest_unit(source, unit, batch)
                new += is_new
            except VanishedError as error:
                logger.warning("%s cannot be opened, a later pass tries again: %s", unit.name, error)
                self._ledger.record([Entry("file", unit.name, "", "refused", unit.name, "unopenable", str(error))])
        self._flush(source.type, batch)
        self._observer.found(source.type, len(units), new)
        return new

    def _ingest_unit(self, source: Source, unit: Unit, batch: _Batch) -> tuple[_Batch, bool]:
        """What is left to publish, and False when a unit with these bytes was read before."""
        digest, settings = self._reader.digest(unit), fingerprint(source, self._policy)
        if self._ledger.has_read(digest, settings) or any(it.digest == digest for it in batch.units):
            return batch, False
        started, count = time.monotonic(), 0
        for item in self._items(source, unit, digest):
            if len(batch.entries) >= self._batch_size or batch.decides_about(item):
                self._flush(source.type, batch)
                batch = _Batch()
            self._take(item, source, unit, batch)
            count += 1
        batch.units.append(_UnitRead(unit.name, digest, settings, count))
        self._observer.read_unit(source.type, time.monotonic() - started)
        return batch, True

    def retire(self, listed: frozenset[str], list_name: str) -> None:
        """Refuses the papers on a list from now on, and takes back those that were published before."""
        batch = _Batch()
        for alias in sorted(listed - self._listed):
            for document_id in self._ledger.published_as([alias]):
                retraction = Retraction(document_id, (alias,), reason=f"on the list {list_name}")
                self._retract(retraction, list_name, batch)
        self._listed |= listed
        self._flush("retraction_list", batch)

    def _items(self, source: Source, unit: Unit, digest: str) -> Iterator[Item]:
        try:
            yield from self._reader.read(source, unit)
        except UnreadableError as error:
            logger.warning("%s is unreadable: %s", unit.name, error)
            yield Unreadable(digest, str(error))

    def _take(self, item: Item, source: Source, unit: Unit, batch: _Batch) -> None:
        if isinstance(item, Unreadable):
            batch.add(Entry("file", item.id, item.id, "refused", unit.name, item.code, item.reason))
        elif isinstance(item, PerturbationEffects):
            entry = Entry("effects", item.key, item.id, "published", unit.name)
            if not self._is_known(entry) and batch.add(entry):
                batch.effects.append(item)
        elif isinstance(item, LabelledSubject):
            entry = Entry("labels", item.key, item.id, "published", unit.name)
            if not self._is_known(entry) and batch.add(entry):
                batch.labels.append(item)
        else:
            self._take_paper(item, source, unit, batch)

    def _take_paper(self, paper: Submission, source: Source, unit: Unit, batch: _Batch) -> None:
        for retraction in self._retractions(paper):
            self._retract(retraction, unit.name, batch)
        verdict = self._judge(paper, source)
        kind, content = "abstract" if paper.document.is_abstract else "document", paper.document.content_digest
        if isinstance(verdict, Refusal):
            batch.add(Entry(kind, paper.document.id, content, "refused", unit.name, verdict.code, verdict.detail))
            return
        left_out = f"sections left out: {'; '.join(paper.sections_left_out)}" if paper.sections_left_out else ""
        entry = Entry(kind, verdict.id, content, "published", unit.name, detail=left_out, aliases=verdict.aliases)
        if not self._is_known(entry) and batch.add(entry):
            batch.documents.append(verdict)

    def _judge(self, paper: Submission, source: Source) -> Document | Refusal:
        declared = source.licence if isinstance(source, JatsSource | PubmedSource) else ""
        names = (paper.document.id, *paper.document.aliases)
        verdict = admit(paper, self._policy, declared)
        if isinstance(verdict, Refusal):
            return verdict
        if listed := sorted(self._listed.intersection(names)):
            return Refusal("retracted", f"{listed[0]} is on the retraction list")
        if self._ledger.retracted(names):
            return Refusal("retracted", "a notice says so")
        full_texts = self._ledger.published_as(names, "document") if paper.document.is_abstract else ()
        return Refusal("superseded", f"{full_texts[0]} is the same paper in full") if full_texts else verdict

    def _retractions(self, paper: Submission) -> Iterator[Retraction]:
        """Of the paper itself, when its own metadata says so, and of every paper that it takes back as a notice."""
        document = paper.document
        if reason := retraction_of(paper):
            yield Retraction(document.id, document.aliases, date=paper.date, reason=reason)
            aliases = document.aliases
        else:
            aliases = ()
        reason = f"{document.article_type} notice"
        for target in paper.retracts:
            yield Retraction(target, (target,), document.id, paper.date, reason)
        for alias in (*aliases, *paper.retracts):
            for known in self._ledger.published_as([alias]):
                if known not in {document.id, alias}:
                    yield Retraction(known, (alias,), document.id if paper.retracts else "", paper.date, reason)

    def _retract(self, retraction: Retraction, unit: str, batch: _Batch) -> None:
        names = (retraction.document_id, *retraction.aliases)
        content = retraction.content_digest
        entry = Entry("retraction", retraction.document_id, content, "published", unit, aliases=names)
        if not self._is_known(entry) and batch.add(entry):
            batch.retractions.append(retraction)

    def _is_known(self, entry: Entry) -> bool:
        return self._ledger.is_published(entry.kind, entry.id, entry.content)

    def _flush(self, source: str, batch: _Batch) -> None:
        if batch.entries:
            self._publisher.publish(batch.documents, batch.retractions, batch.effects, batch.labels)
            self._ledger.record(batch.entries)
        for unit in batch.units:
            self._ledger.close_unit(unit.name, unit.digest, unit.settings, unit.num_items)
        for entry in batch.entries:
            self._observer.took(source, entry)
