"""PubMed XML as papers: one abstract a record, with MeSH headings, and what PubMed says about retractions.

Records are streamed, so an update file of 30,000 takes no more memory than one.
"""

from collections.abc import Iterator
from pathlib import Path

from biorl.ingester.adapters.jats_text import text_of
from biorl.ingester.adapters.xml import Element, attribute, stream
from biorl.ingester.domain.admission import Submission
from biorl.ingester.domain.document import Document, Licence, Paragraph, Section, Source
from biorl.ingester.domain.identifiers import document_id, doi_of, pmcid_of, pmid_of
from biorl.ingester.domain.licences import Terms
from biorl.ingester.ports import Unreadable, UnreadableError

_RECORDS = ("PubmedArticle", "MedlineCitation", "PubmedBookArticle", "DeleteCitation")
_NOTICES = {
    "Retraction of Publication": "retraction",
    "Published Erratum": "published-erratum",
    "Expression of Concern": "expression-of-concern",
    "Retraction Notice": "retraction",
}
"""Publication types that speak about another paper, as article types."""
_RETRACTED = "Retracted Publication"


def read_pubmed(path: Path, name: str, digest: str) -> Iterator[Submission | Unreadable]:
    """Every record of the file. Raises UnreadableError, after the records before the fault, and for none at all."""
    source, count = Source(name, digest, "pubmed"), 0
    for record in stream(path, _RECORDS):
        count += 1
        if record.tag == "DeleteCitation":
            yield _deletion(record, source)
        elif (citation := _citation(record)) is not None:
            yield _submission(record, citation, source)
        else:
            yield Unreadable(f"{digest}#{count}", "a record without a citation (a book?)")
    if not count:
        raise UnreadableError("no PubMed record in it")


def _citation(record: Element) -> Element | None:
    return record if record.tag == "MedlineCitation" else record.find("MedlineCitation")


def _submission(record: Element, citation: Element, source: Source) -> Submission:
    types = [text_of(item) for item in citation.iterfind("Article/PublicationTypeList/PublicationType")]
    article_type = next((_NOTICES[item] for item in types if item in _NOTICES), "abstract")
    links = {attribute(link, "RefType"): link for link in citation.iter("CommentsCorrections")}
    retracted = next((mark for mark in ("RetractionIn", "PartialRetractionIn") if mark in links), "")
    return Submission(
        document=_document(record, citation, article_type, source),
        terms=Terms(words=citation.findtext("Article/Abstract/CopyrightInformation") or ""),
        retracted=f"publication type {_RETRACTED}"
        if _RETRACTED in types
        else retracted and f"PubMed links {retracted}",
        retracts=_retracts(citation) if article_type == "retraction" else (),
        date=_revised(citation),
    )


def _document(record: Element, citation: Element, article_type: str, source: Source) -> Document:
    pmid = pmid_of(citation.findtext("PMID") or "")
    ids = {attribute(item, "IdType"): text_of(item) for item in record.iterfind("PubmedData/ArticleIdList/ArticleId")}
    locations = {attribute(item, "EIdType"): text_of(item) for item in citation.iterfind("Article/ELocationID")}
    doi = doi_of(ids.get("doi", "")) or doi_of(locations.get("doi", ""))
    pmcid, version = pmcid_of(ids.get("pmc", ""))
    title = citation.find("Article/ArticleTitle")
    return Document(
        id=document_id(pmcid, version, doi, pmid, source.digest),
        pmcid=pmcid,
        pmid=pmid,
        doi=doi,
        title=text_of(title) if title is not None else "",
        journal=citation.findtext("Article/Journal/Title") or "",
        year=_year(citation),
        article_type=article_type,
        licence=Licence(),
        sections=_sections(citation),
        tables=(),
        topics=_topics(citation),
        source=source,
    )


def _sections(citation: Element) -> tuple[Section, ...]:
    """The abstract in English; one section a label where it has labels."""
    found: list[Section] = []
    for number, item in enumerate(citation.iterfind("Article/Abstract/AbstractText"), start=1):
        label = attribute(item, "Label").capitalize()
        if text := text_of(item):
            path = ("Abstract", label) if label and label != "Unlabelled" else ("Abstract",)
            found.append(Section(path, "abstract", (Paragraph(f"p{number}", text),)))
    return tuple(found)


def _topics(citation: Element) -> tuple[str, ...]:
    headings = [text_of(item) for item in citation.iterfind("MeshHeadingList/MeshHeading/DescriptorName")]
    keywords = [text_of(item) for item in citation.iterfind("KeywordList/Keyword")]
    return tuple(dict.fromkeys(text for text in (*headings, *keywords) if text))


def _year(citation: Element) -> int:
    """Of the issue; its `MedlineDate` ("1998 Dec-1999 Jan") begins with one."""
    date = citation.find("Article/Journal/JournalIssue/PubDate")
    text = (date.findtext("Year") or date.findtext("MedlineDate") or "")[:4] if date is not None else ""
    return int(text) if text.isascii() and text.isdecimal() else 0


def _revised(citation: Element) -> str:
    date = citation.find("DateRevised")
    if date is None:
        return ""
    parts = [(date.findtext(part) or "").strip() for part in ("Year", "Month", "Day")]
    return "-".join(part.zfill(2) for part in parts if part)


def _retracts(citation: Element) -> tuple[str, ...]:
    pmids = [
        pmid_of(link.findtext("PMID") or "")
        for link in citation.iter("CommentsCorrections")
        if attribute(link, "RefType") in {"RetractionOf", "PartialRetractionOf"}
    ]
    return tuple(f"pmid:{pmid}" for pmid in pmids if pmid)


def _deletion(record: Element, source: Source) -> Submission:
    """PubMed takes records back (duplicates, errors): nothing may be made from them any more."""
    pmids = [pmid for item in record.iterfind("PMID") if (pmid := pmid_of(item.text or ""))]
    document = Document(
        f"sha256:{source.digest}", "", "", "", "Deleted citations", "", 0, "removal", Licence(), (), (), (), source
    )
    return Submission(document, retracts=tuple(f"pmid:{pmid}" for pmid in pmids))
