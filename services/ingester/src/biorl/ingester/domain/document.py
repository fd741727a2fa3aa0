"""A paper as the rest of biorl sees it, and the notice that takes one back.

Values only; `biorl.ingester.adapters.wire` maps them to `biorl.document.v1`. Paragraph text is plain, with white space
folded; spans of evidence count its code points.
"""

from dataclasses import asdict, dataclass

from biorl.questions.identity import digest


@dataclass(frozen=True, slots=True)
class Licence:
    spdx: str = ""
    """"CC-BY-4.0"; "LicenseRef-CC-BY" where the paper names no version."""
    recognised_by: str = ""
    """"url", "words" or "metadata" (the operator said so for the whole source)."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    id: str
    """Stable within the document: equal input gives equal ids."""
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    path: tuple[str, ...]
    """Titles from the outermost section to this one; empty for text before the first section."""
    type: str
    """A word of `biorl.ingester.domain.sections.KINDS`; empty when unknown."""
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A grid: every row has as many cells as there are columns, spans are spread."""

    id: str
    label: str
    caption: str
    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    units: tuple[str, ...] = ()
    """By column, as the header writes it ("mg/kg"); empty where it names none."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where bytes came from."""

    name: str
    """As the operator named it, never an absolute local path."""
    digest: str
    """SHA-256 (hex) of the original bytes."""
    format: str
    """"jats" or "pubmed"."""


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one paper."""

    id: str
    """See `biorl.ingester.domain.identifiers.document_id`."""
    pmcid: str
    pmid: str
    doi: str
    title: str
    journal: str
    year: int
    """0 when the source does not say."""
    article_type: str
    """JATS article-type; `abstract` for a PubMed record."""
    licence: Licence
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    topics: tuple[str, ...]
    source: Source

    @property
    def aliases(self) -> tuple[str, ...]:
        """Every name under which the same paper may be known: pmcid, `doi:`, `pmid:`."""
        named = (self.pmcid, f"doi:{self.doi}" if self.doi else "", f"pmid:{self.pmid}" if self.pmid else "")
        return tuple(name for name in named if name)

    @property
    def is_abstract(self) -> bool:
        """A PubMed record, not the full text."""
        return self.source.format == "pubmed"

    @property
    def content_digest(self) -> str:
        """SHA-256 (hex) of everything but where it was read: the same paper in another wrapper has the same."""
        content = asdict(self)
        del content["source"]
        return digest(content)


@dataclass(frozen=True, slots=True)
class Retraction:
    """A paper may not be used any more."""

    document_id: str
    aliases: tuple[str, ...]
    notice_id: str = ""
    """Document id of the notice; empty when the paper itself or a list says so."""
    date: str = ""
    """ISO date; empty when unknown."""
    reason: str = ""

    @property
    def content_digest(self) -> str:
        return digest(asdict(self))
