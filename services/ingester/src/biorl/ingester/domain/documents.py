"""Papers and retractions as the ingester hands them on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Licence:
    spdx: str = ""
    """Empty when it was not recognised."""
    recognised_by: str = ""
    """"url" or "words"."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    id: str
    """Stable within the document."""
    text: str
    """White space folded."""


@dataclass(frozen=True, slots=True)
class Section:
    path: tuple[str, ...]
    """Titles from the outermost section to this one."""
    type: str
    """JATS sec-type, or "abstract"; empty when unknown."""
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    label: str
    caption: str
    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    """Spans are spread: every row is as wide as the grid."""


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    """As the operator named it; never an absolute path."""
    digest: str
    """SHA-256 (hex) of the original bytes."""
    format: str


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    title: str
    article_type: str
    licence: Licence
    sections: tuple[Section, ...]
    source: Source
    pmcid: str = ""
    pmid: str = ""
    doi: str = ""
    journal: str = ""
    year: int = 0
    tables: tuple[Table, ...] = ()
    topics: tuple[str, ...] = ()
    retracts: tuple[str, ...] = ()
    """Identifiers ("doi:...") of papers that this one, a notice, takes back."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every identifier under which somebody may speak of it."""
        given = (self.pmcid, f"pmid:{self.pmid}" if self.pmid else "", f"doi:{self.doi}" if self.doi else "")
        return tuple(dict.fromkeys(filter(None, (self.id, *given))))


@dataclass(frozen=True, slots=True)
class Retraction:
    document_id: str
    aliases: tuple[str, ...] = ()
    notice_id: str = ""
    date: str = ""
    reason: str = ""


def document_id(pmcid: str, doi: str, pmid: str, digest: str) -> str:
    """`<pmcid>.1`, else `doi:`, else `pmid:`, else `sha256:`."""
    if pmcid:
        return pmcid if "." in pmcid else f"{pmcid}.1"
    if doi:
        return f"doi:{doi.lower()}"
    return f"pmid:{pmid}" if pmid else f"sha256:{digest}"
