"""Abstract, body and captions of a JATS article as sections with numbered paragraphs.

A paragraph's number counts what is kept, in reading order: abstract, body, captions that stand outside of the body.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from biorl.ingester.adapters.jats_tables import caption_of
from biorl.ingester.adapters.jats_text import FLOATS, text_of
from biorl.ingester.adapters.xml import Element, attribute, local_name
from biorl.ingester.domain.document import Paragraph, Section
from biorl.ingester.domain.sections import is_dropped, kind_of

_ABSTRACTS = frozenset({"", "abstract", "author-highlights", "executive-summary", "key-points", "section", "summary"})
"""Abstract types in the authors' own words about the findings; not teasers, tables of contents or pictures."""
_CONTAINERS = frozenset(
    {
        "abstract", "boxed-text", "def", "def-item", "def-list", "disp-quote", "fig-group", "list", "list-item",
        "statement", "table-wrap-group", "verse-group",
    }
)  # fmt: skip


class _Passage(NamedTuple):
    path: tuple[str, ...]
    kind: str
    text: str


def read_sections(article: Element) -> tuple[Section, ...]:
    """In reading order; sections without text are left out."""
    passages = [passage for passage in _passages_of(article) if passage.text]
    sections: list[Section] = []
    number = 0
    for (path, kind), group in groupby(passages, key=lambda passage: (passage.path, passage.kind)):
        paragraphs = []
        for passage in group:
            number += 1
            paragraphs.append(Paragraph(f"p{number}", passage.text))
        sections.append(Section(path, kind, tuple(paragraphs)))
    return tuple(sections)


def headings_left_out(article: Element) -> tuple[str, ...]:
    """What `read_sections` leaves out, by heading: thanks, money, interests and the like, and the back matter."""
    unsaid = [section for section in article.iterfind("body//sec") if _is_dropped(section)]
    outermost = [section for section in unsaid if not any(above in unsaid for above in section.iterancestors())]
    back = [
        part
        for end in article.iterfind("back")
        for part in end
        if isinstance(part.tag, str) and part.find(".//fig") is None
    ]
    return tuple(_heading(part) or local_name(part) for part in [*outermost, *back])


def _passages_of(article: Element) -> Iterator[_Passage]:
    for abstract in article.iterfind("front/article-meta/abstract"):
        if attribute(abstract, "abstract-type") in _ABSTRACTS:
            yield from _inside(abstract, (_heading(abstract) or "Abstract",), "abstract", in_abstract=True)
    for body in article.iterfind("body"):
        yield from _inside(body, (), "")
    for part in article.iterchildren("back", "floats-group", "floats-wrap"):
        for figure in part.iter("fig"):
            yield _caption(figure)


def _inside(element: Element, path: tuple[str, ...], kind: str, *, in_abstract: bool = False) -> Iterator[_Passage]:
    for child in element:
        tag = local_name(child)
        if tag == "p":
            yield from _paragraph(child, path, kind)
        elif tag == "sec":
            yield from _section(child, path, kind, in_abstract=in_abstract)
        elif tag == "fig":
            yield _caption(child)
        elif tag in _CONTAINERS:
            yield from _inside(child, path, kind, in_abstract=in_abstract)


def _paragraph(element: Element, path: tuple[str, ...], kind: str) -> Iterator[_Passage]:
    """Its text, then what floats in it: figures, lists, boxes."""
    yield _Passage(path, kind, text_of(element))
    for child in element:
        if local_name(child) == "fig":
            yield _caption(child)
        elif local_name(child) in FLOATS and local_name(child) in _CONTAINERS:
            yield from _inside(child, path, kind)


def _section(element: Element, path: tuple[str, ...], kind: str, *, in_abstract: bool) -> Iterator[_Passage]:
    if _is_dropped(element):
        return
    title, sec_type = _heading(element), attribute(element, "sec-type")
    # A structured abstract has methods and results of its own; they stay an abstract.
    own = "abstract" if in_abstract else kind_of(sec_type, title, kind)
    yield from _inside(element, (*path, title) if title else path, own, in_abstract=in_abstract)


def _is_dropped(section: Element) -> bool:
    return is_dropped(attribute(section, "sec-type"), _heading(section))


def _heading(element: Element) -> str:
    title = element.find("title")
    return text_of(title) if title is not None else ""


def _caption(figure: Element) -> _Passage:
    """A section of its own: where a figure stands in the XML says little about what it shows."""
    label, caption = caption_of(figure)
    return _Passage((label or "Figure",), "caption", caption)
