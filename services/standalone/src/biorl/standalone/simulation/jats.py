"""Papers as JATS XML: the tags that a journal's own file has, and the same bytes for the same paper."""

from xml.etree import ElementTree as ET

from biorl.standalone.simulation.papers import Paper, Section

XLINK = "http://www.w3.org/1999/xlink"
ET.register_namespace("xlink", XLINK)


def to_jats(paper: Paper) -> bytes:
    """One article, UTF-8, with declaration."""
    article = ET.Element("article", {"article-type": paper.article_type, "dtd-version": "1.2"})
    front = ET.SubElement(article, "front")
    _journal(ET.SubElement(front, "journal-meta"))
    _meta(ET.SubElement(front, "article-meta"), paper)
    body = ET.SubElement(article, "body")
    for number, section in enumerate(paper.sections, start=1):
        _section(body, section, number)
    if paper.table:
        _table(body.findall("sec")[2] if len(paper.sections) > 2 else body, paper.table)
    if not paper.sections:
        ET.SubElement(body, "p").text = paper.abstract
    ET.indent(article, space=" ")
    text: bytes = ET.tostring(article, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _journal(meta: ET.Element) -> None:
    titles = ET.SubElement(meta, "journal-title-group")
    ET.SubElement(titles, "journal-title").text = "Annals of Simulated Biology"
    publisher = ET.SubElement(meta, "publisher")
    ET.SubElement(publisher, "publisher-name").text = "biorl simulation"


def _meta(meta: ET.Element, paper: Paper) -> None:
    ET.SubElement(meta, "article-id", {"pub-id-type": "doi"}).text = paper.doi
    titles = ET.SubElement(meta, "title-group")
    ET.SubElement(titles, "article-title").text = paper.title
    date = ET.SubElement(meta, "pub-date", {"pub-type": "epub"})
    ET.SubElement(date, "year").text = str(paper.year)
    if paper.licence_url:
        _permissions(ET.SubElement(meta, "permissions"), paper.licence_url)
    if paper.retracts:
        link = {"related-article-type": "retracted-article", "ext-link-type": "doi", f"{{{XLINK}}}href": paper.retracts}
        ET.SubElement(meta, "related-article", link)
    abstract = ET.SubElement(meta, "abstract")
    ET.SubElement(abstract, "p").text = paper.abstract
    if paper.keywords:
        group = ET.SubElement(meta, "kwd-group")
        for keyword in paper.keywords:
            ET.SubElement(group, "kwd").text = keyword


def _permissions(permissions: ET.Element, url: str) -> None:
    licence = ET.SubElement(permissions, "license", {"license-type": "open-access", f"{{{XLINK}}}href": url})
    words = ET.SubElement(licence, "license-p")
    words.text = f"This article is distributed under the terms given at {url}."


def _section(body: ET.Element, section: Section, number: int) -> None:
    element = ET.SubElement(body, "sec", {"id": f"s{number}"} | ({"sec-type": section.kind} if section.kind else {}))
    ET.SubElement(element, "title").text = section.title
    for text in section.paragraphs:
        ET.SubElement(element, "p").text = text


def _table(parent: ET.Element, rows: tuple[tuple[str, ...], ...]) -> None:
    wrap = ET.SubElement(parent, "table-wrap", {"id": "t1"})
    ET.SubElement(wrap, "label").text = "Table 1"
    caption = ET.SubElement(wrap, "caption")
    ET.SubElement(caption, "p").text = "Effects of knock-downs on readout genes."
    table = ET.SubElement(wrap, "table")
    head = ET.SubElement(ET.SubElement(table, "thead"), "tr")
    for cell in rows[0]:
        ET.SubElement(head, "th").text = cell
    body = ET.SubElement(table, "tbody")
    for row in rows[1:]:
        line = ET.SubElement(body, "tr")
        for cell in row:
            ET.SubElement(line, "td").text = cell
