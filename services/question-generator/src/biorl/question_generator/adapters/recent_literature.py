"""The mix of fields of the literature that the ingester has read, for a window of years: a target for alignment.

{"since": 2019, "until": 2026, "papers": 162, "agreement": 0.59, "shares": {"neuroscience": 0.21, ...}}
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from biorl.chassis.bus import Bus, BusConfig, open_bus
from biorl.document.v1 import document_pb2
from biorl.question_generator.adapters.wire import document_from_wire, document_message
from biorl.question_generator.domain.sources import Document
from biorl.question_generator.domain.topics.fields import UNKNOWN, PaperWords, Reader, fields_of
from biorl.questions.wire import MalformedMessageError

TITLE_WEIGHT = 3


class NoTargetError(ValueError):
    """The file is no target, or no paper falls into the window."""


def write_target(
    bus_config: BusConfig, topic: str, out: Path, since: int, until: int, *, reader: Reader | None = None
) -> Mapping[str, Any]:
    """Raises NoTargetError when no paper of these years has a field."""
    with closing(open_bus(bus_config)) as bus:
        report = target_of(documents_on(bus, topic), since, until, reader)
    out.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return report


def target_of(documents: Iterable[Document], since: int, until: int, reader: Reader | None = None) -> Mapping[str, Any]:
    """Shares of the fields of papers published from `since` to `until`, both included."""
    papers = [paper_words(document) for document in documents if since <= document.year <= until]
    fields = fields_of(papers, reader)
    counts = Counter(field for field in fields.fields.values() if field != UNKNOWN)
    if not counts:
        msg = f"no paper from {since} to {until} has a field: ingest some, or widen the window"
        raise NoTargetError(msg)
    shares = {field: count / counts.total() for field, count in sorted(counts.items())}
    return {"since": since, "until": until, "papers": len(papers), "agreement": fields.agreement, "shares": shares}


def read_target(path: Path) -> Mapping[str, float]:
    """Share by field. Raises NoTargetError and OSError."""
    try:
        shares = {
            str(field): float(share) for field, share in json.loads(path.read_text(encoding="utf-8"))["shares"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{path} is no target: `biorl-question-generator target` writes one, with shares by field"
        raise NoTargetError(msg) from error
    if not shares or min(shares.values()) < 0 or sum(shares.values()) <= 0:
        msg = f"{path}: shares must not be negative, and one must be more than 0"
        raise NoTargetError(msg)
    return shares


def documents_on(bus: Bus, topic: str) -> Iterator[Document]:
    """The newest version of each; bodies that lie elsewhere are not fetched: title and headings say enough."""
    return (document_from_wire(message) for message in messages_on(bus, topic))


def messages_on(bus: Bus, topic: str) -> Iterator[document_pb2.Document]:
    """The newest message of each paper."""
    newest: dict[bytes, bytes] = {}
    for record in bus.read({}, bus.end_offsets(topic)):
        if record.value is None:
            newest.pop(record.key, None)
        else:
            newest[record.key] = record.value
    for value in newest.values():
        try:
            yield document_message(value)
        except MalformedMessageError:  # the generator has put it aside already
            continue


def paper_words(document: Document) -> PaperWords:
    """Its headings; title, so often as it counts, and abstract."""
    abstract = [
        paragraph.text
        for section in document.sections
        if section.type == "abstract" or document.article_type == "abstract"
        for paragraph in section.paragraphs
    ]
    return PaperWords(document.id, document.topics, " ".join([f"{document.title}. "] * TITLE_WEIGHT + abstract))
