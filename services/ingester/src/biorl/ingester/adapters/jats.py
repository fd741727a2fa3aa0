"""JATS (and its NLM forebears) as papers: who it is, what it says, what it allows, what it says about other papers.

A reader of our own, because the usual ones drop paragraphs, tables in back matter and titles of nested sections.
Peer reviews inside an article (`sub-article`, `response`) are not the paper and are left out.
"""

from collections.abc import Iterator
from pathlib import Path

from biorl.ingester.adapters.jats_sections import headings_left_out, read_sections
from biorl.ingester.adapters.jats_tables import read_tables
from biorl.ingester.adapters.jats_text import text_of
from biorl.ingester.adapters.xml import Element, attribute, stream, strip_namespaces
from biorl.ingester.domain.admission import RETRACTING, Submission
from biorl.ingester.domain.document import Document, Licence, Source, Table
from biorl.ingester.domain.identifiers import alias_of, document_id, doi_of, pmcid_of, pmid_of
from biorl.ingester.domain.licences import Terms
from biorl.ingester.ports import Unreadable, UnreadableError

_RETRACTED_LINKS = frozenset({"retraction-forward", "retracted-by", "retraction"})
"""What a paper's link to its own retraction is called."""
_RETRACTING_LINKS = frozenset({"retracted-article", "removed-article", "withdrawn-article", "partial-retraction"})
"""What a notice's link to the paper that it takes back is called."""
_DATE_ORDER = ("epub", "pub", "ppub", "epub-ppub", "collection")


def read_jats(path: Path, name: str, digest: str) -> Iterator[Submission | Unreadable]:
    """Every article of the file. Raises UnreadableError, after the articles before the fault, and for none at all."""
    count = 0
    for article in stream(path, ["article"]):
        count += 1
        try:
            paper = read_article(article, Source(name, digest, "jats"))
        except RecursionError:
            yield Unreadable(f"{digest}#{count}", "nested too deeply")
            continue
        yield paper
        for number, reason in enumerate(paper.tables_left_out, start=1):
            yield Unreadable(f"{paper.document.id}#table-{number}", f"a table is left out: {reason}", "table_too_large")
    if not count:
        raise UnreadableError("no article in it")


def read_article(article: Element, source: Source) -> Submission:
    """One `article` element. Changes it: namespaces and reviews go."""
    strip_namespaces(article)
    for review in list(article.iter("sub-article", "response")):
        if (parent := review.getparent()) is not None:
            parent.remove(review)
    meta = article.find("front/article-meta")
    meta = meta if meta is not None else article.makeelement("article-meta", {})
    article_type = (article.get("article-type") or "").lower()
    tables, tables_left_out = read_tables(article)
    return Submission(
        document=_document(article, meta, article_type, tables, source),
        terms=_terms(meta),
        retracted=_own_retraction(meta),
        retracts=_retracts(meta) if article_type in RETRACTING else (),
        date=_date(meta),
        tables_left_out=tables_left_out,
        sections_left_out=headings_left_out(article),
    )


def _document(
    article: Element, meta: Element, article_type: str, tables: tuple[Table, ...], source: Source
) -> Document:
    pmcid, version = _pmcid(meta)
    doi = _first(doi_of(text) for text in _ids(meta, "doi"))
    pmid = _first(pmid_of(text) for text in _ids(meta, "pmid"))
    title = meta.find("title-group/article-title")
    journal = article.find("front/journal-meta//journal-title")
    return Document(
        id=document_id(pmcid, version, doi, pmid, source.digest),
        pmcid=pmcid,
        pmid=pmid,
        doi=doi,
        title=text_of(title) if title is not None else "",
        journal=text_of(journal) if journal is not None else "",
        year=min(_years(meta), default=0),
        article_type=article_type,
        licence=Licence(),
        sections=read_sections(article),
        tables=tables,
        topics=_topics(meta),
        source=source,
    )


def _ids(meta: Element, *kinds: str) -> list[str]:
    """The paper's own ids; those of one version of it come last."""
    found = [item for item in meta.findall("article-id") if (item.get("pub-id-type") or "").lower() in kinds]
    found.sort(key=lambda item: attribute(item, "specific-use") == "version")
    return [text_of(item) for item in found]


def _pmcid(meta: Element) -> tuple[str, int]:
    found = [pmcid_of(text) for text in _ids(meta, "pmc", "pmcid", "pmcid-ver", "pmcaid")]
    return max(((pmcid, version) for pmcid, version in found if pmcid), key=lambda pair: pair[1], default=("", 0))


def _first(texts: Iterator[str]) -> str:
    return next((text for text in texts if text), "")


def _terms(meta: Element) -> Terms:
    """Addresses in links and in text alike; words of licence and copyright."""
    places = list(meta.iter("permissions", "license", "copyright-statement", "license_ref"))
    outermost = [item for item in places if not any(above in places for above in item.iterancestors())]
    urls = [attribute(item, "href") for place in outermost for item in place.iter() if attribute(item, "href")]
    words = " ".join(text_of(place) for place in outermost)
    types = [attribute(item, "license-type") for item in meta.iter("license")]
    addresses = [word for word in words.split() if "creativecommons.org" in word]
    licensed = next(meta.iter("license", "license_ref"), None) is not None
    return Terms((*urls, *addresses), " ".join([words, *types]).strip(), names_owner_only=bool(words) and not licensed)


def _own_retraction(meta: Element) -> str:
    for link in meta.iter("related-article"):
        if (kind := attribute(link, "related-article-type").lower()) in _RETRACTED_LINKS:
            return f"links to its {kind}"
    return ""


def _retracts(meta: Element) -> tuple[str, ...]:
    links = [
        alias_of(attribute(link, "href") or text_of(link))
        for link in meta.iter("related-article")
        if attribute(link, "related-article-type").lower() in _RETRACTING_LINKS
    ]
    return tuple(dict.fromkeys(alias for alias in links if alias))


def _years(meta: Element) -> Iterator[int]:
    for date in meta.findall("pub-date"):
        if (year := _number(date, "year")) and 1600 <= year < 2200:
            yield year


def _date(meta: Element) -> str:
    """Electronic publication first; as many parts as are given."""
    dates = {attribute(date, "pub-type") or attribute(date, "date-type"): date for date in meta.findall("pub-date")}
    chosen = next((dates[kind] for kind in _DATE_ORDER if kind in dates), next(iter(dates.values()), None))
    if chosen is None or not (year := _number(chosen, "year")):
        return ""
    month, day = _number(chosen, "month"), _number(chosen, "day")
    return f"{year:04d}" + (f"-{month:02d}" + (f"-{day:02d}" if day else "") if month else "")


def _number(date: Element, part: str) -> int:
    text = (date.findtext(part) or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


def _topics(meta: Element) -> tuple[str, ...]:
    """Keywords, and subjects that are not the journal's own headings."""
    keywords = [text_of(item) for item in meta.iter("kwd")]
    subjects = [
        text_of(item)
        for group in meta.iter("subj-group")
        if attribute(group, "subj-group-type").lower() not in {"heading", "display-channel", ""}
        for item in group.findall("subject")
    ]
    return tuple(dict.fromkeys(text for text in (*keywords, *subjects) if text))
