"""JATS articles (NLM 2 to JATS 1.3), plain or gzipped, alone or wrapped in an article set.

Reads with lxml; entities are not resolved, DTDs and the network are never touched, and size is limited. Sections keep
their titles from the root down; paragraphs have ids that depend on content order alone; tables become grids with spans
spread, so that neighbouring numbers never run into each other.
"""

import gzip
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from biorl.ingester.domain.documents import Document, Licence, Paragraph, Section, Source, Table, document_id
from biorl.ingester.domain.gates import recognise
from biorl.ingester.ports import Batch, Ledger

MAX_BYTES = 64 * 1024 * 1024
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
SKIPPED = frozenset({"ref-list", "ack", "fn-group", "table-wrap", "fig", "disp-formula", "supplementary-material"})
PATTERNS = ("*.xml", "*.xml.gz", "*.nxml", "*.nxml.gz")


@dataclass(frozen=True, slots=True)
class Jats:
    path: Path
    """A file, or a folder of them."""
    kind: str = "jats"

    def pending(self, known: Ledger) -> Iterator[Batch]:
        paths = [self.path] if self.path.is_file() else [p for kind in PATTERNS for p in self.path.glob(kind)]
        for path in sorted(paths):
            raw = path.read_bytes()
            digest = hashlib.sha256(raw).hexdigest()
            if not known.knows(digest):
                yield read(path.name, raw, digest)


def read(name: str, raw: bytes, digest: str) -> Batch:
    """All articles of one file; a fault says why it could not be read."""
    try:
        root = parse(raw)
    except (OSError, EOFError, ValueError, etree.XMLSyntaxError) as error:
        return Batch(name, digest, fault=str(error))
    articles = [root] if root.tag == "article" else list(root.iter("article"))
    documents = tuple(_document(article, Source(name, digest, "jats")) for article in articles)
    return Batch(name, digest, documents=documents, fault="" if documents else "there is no article in it")


def parse(raw: bytes) -> etree._Element:
    """Namespaces are taken off tags, so that every flavour reads alike. Raises ValueError, XMLSyntaxError."""
    if raw[:2] == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(raw, parser)
    for element in root.iter():
        if isinstance(element.tag, str) and "}" in element.tag:
            element.tag = element.tag.rpartition("}")[2]
    return root


def _document(article: etree._Element, source: Source) -> Document:
    meta = article.find(".//article-meta")
    ids = {} if meta is None else {item.get("pub-id-type", ""): _text(item) for item in meta.findall("article-id")}
    pmcid = ids.get("pmcid", "") or (f"PMC{ids['pmc'].removeprefix('PMC')}" if ids.get("pmc") else "")
    doi, pmid = ids.get("doi", ""), ids.get("pmid", "")
    years = [] if meta is None else [_text(item) for item in meta.findall("pub-date/year")]
    return Document(
        id=document_id(pmcid, doi, pmid, source.digest),
        title=_first(article, ".//article-meta/title-group/article-title"),
        article_type=article.get("article-type", ""),
        licence=_licence(article),
        sections=_sections(article),
        source=source,
        pmcid=pmcid,
        pmid=pmid,
        doi=doi,
        journal=_first(article, ".//journal-meta//journal-title"),
        year=min((int(year) for year in years if year.isdigit()), default=0),
        tables=tuple(_table(item, number) for number, item in enumerate(article.iter("table-wrap"), start=1)),
        topics=tuple(filter(None, (_text(item) for item in article.iterfind(".//article-meta/kwd-group/kwd")))),
        retracts=_retracts(article),
    )


def _licence(article: etree._Element) -> Licence:
    meta = article.find(".//article-meta")
    permissions = [] if meta is None else [*meta.findall("permissions"), *meta.findall("copyright-statement")]
    blocks = [*permissions, *([] if meta is None else meta.findall("license"))]
    urls = [item.get(XLINK_HREF, "") for block in blocks for item in block.iter() if isinstance(item.tag, str)]
    words = " ".join(_text(block) for block in blocks)
    urls += [_text(item) for block in blocks for item in block.iter("license_ref")]
    return recognise([*filter(None, urls), words], " ".join([words, *urls]))


def _retracts(article: etree._Element) -> tuple[str, ...]:
    found = []
    for item in article.iterfind(".//article-meta/related-article"):
        kind, where = item.get("related-article-type", ""), item.get(XLINK_HREF, "")
        if "retract" in kind and where:
            found.append(f"{item.get('ext-link-type', 'doi')}:{where.lower()}")
    return tuple(found)


def _sections(article: etree._Element) -> tuple[Section, ...]:
    numbers = iter(range(1, 1_000_000))
    found = [
        Section(("Abstract",), "abstract", _paragraphs(abstract, numbers, deep=True))
        for abstract in article.iterfind(".//article-meta/abstract")
    ]
    body = article.find("body")
    if body is not None:
        found.append(Section((), "", _paragraphs(body, numbers)))
        found += _walk(body, (), "", numbers)
    return tuple(section for section in found if section.paragraphs)


def _walk(parent: etree._Element, path: tuple[str, ...], kind: str, numbers: Iterator[int]) -> list[Section]:
    found = []
    for section in parent.findall("sec"):
        here = (*path, _first(section, "title"))
        type_ = section.get("sec-type", "") or kind
        found.append(Section(here, type_, _paragraphs(section, numbers)))
        found += _walk(section, here, type_, numbers)
    return found


def _paragraphs(parent: etree._Element, numbers: Iterator[int], *, deep: bool = False) -> tuple[Paragraph, ...]:
    elements = parent.iter("p") if deep else parent.findall("p")
    texts = filter(None, (_text(element) for element in elements))
    return tuple(Paragraph(f"p{next(numbers)}", text) for text in texts)


def _table(wrap: etree._Element, number: int) -> Table:
    header = [_grid(part) for part in wrap.iter("thead")]
    rows = [_grid(part) for part in wrap.iter("tbody")]
    caption = wrap.find("caption")
    return Table(
        wrap.get("id") or f"t{number}",
        _first(wrap, "label"),
        "" if caption is None else _text(caption),
        tuple(row for part in header for row in part),
        tuple(row for part in rows for row in part),
    )


def _grid(part: etree._Element) -> list[tuple[str, ...]]:
    """Cells by row; a cell that spans stands in every place that it covers."""
    rows: list[dict[int, str]] = []
    for index, row in enumerate(part.findall("tr")):
        while len(rows) <= index:
            rows.append({})
        column = 0
        for cell in row:
            if cell.tag not in {"td", "th"}:
                continue
            while column in rows[index]:
                column += 1
            down, right = _span(cell, "rowspan"), _span(cell, "colspan")
            for below in range(index, index + down):
                while len(rows) <= below:
                    rows.append({})
                rows[below] |= dict.fromkeys(range(column, column + right), _text(cell))
            column += right
    width = max((max(row, default=-1) + 1 for row in rows), default=0)
    return [tuple(row.get(column, "") for column in range(width)) for row in rows]


def _span(cell: etree._Element, name: str) -> int:
    value = cell.get(name, "1")
    return min(max(int(value), 1), 100) if value.isdigit() else 1


def _first(parent: etree._Element, path: str) -> str:
    found = parent.find(path)
    return "" if found is None else _text(found)


def _text(element: etree._Element) -> str:
    """All text but that of floats and references lists, with white space folded."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in SKIPPED:
            yield from _pieces(child)
        yield child.tail or ""
