"""The plain text of JATS elements, in which no two numbers fuse that the paper kept apart.

A citation in superscript is "[12]", an exponent "10^6", a subscript after a digit "5_2". White space is folded, and
what floats (figures, tables, footnotes) is no part of a paragraph.
"""

import re

from biorl.ingester.adapters.xml import Element, entity_text, local_name

FLOATS = frozenset(
    {
        "boxed-text", "chem-struct-wrap", "def-list", "disp-quote", "fig", "fig-group", "list", "media", "statement",
        "supplementary-material", "table-wrap", "table-wrap-group", "verse-group",
    }
)  # fmt: skip
"""Blocks that stand in a paragraph's XML but are read apart from it."""
_SILENT = FLOATS | {
    "alt-text", "annotation", "fn", "graphic", "index-term", "inline-graphic", "inline-supplementary-material", "label",
    "long-desc", "object-id", "permissions", "tex-math",
}  # fmt: skip
_APART = frozenset(
    {"p", "break", "title", "list-item", "def", "term", "td", "th", "tr", "disp-formula", "sec", "mtr", "mtd"}
)
_NUMBER = re.compile(r"[-−–+]?\d+(?:[.,]\d+)*")
_CITATIONS = re.compile(r"[\d\s,;–−-]+")


def text_of(element: Element) -> str:
    """Folded text of the element without its floats."""
    pieces: list[str] = []
    _gather(element, pieces)
    return " ".join("".join(pieces).split())


def _gather(element: Element, pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for child in element:
        _child(child, local_name(child), pieces)
        pieces.append(child.tail or "")


def _child(child: Element, tag: str, pieces: list[str]) -> None:
    if not tag:
        pieces.append(entity_text(child))
    elif tag in _SILENT:
        pieces.append(" ")
    elif tag in {"sup", "sub"}:
        pieces.append(_raised(child, tag, _last(pieces)))
    elif tag == "xref":
        pieces.append(_reference(child, _last(pieces)))
    elif tag in _APART:
        pieces.append(" ")
        _gather(child, pieces)
        pieces.append(" ")
    else:
        _gather(child, pieces)


def _raised(child: Element, tag: str, last: str) -> str:
    has_reference = any(local_name(item) == "xref" for item in child.iter())
    content = "".join(map(_plain, child.iter())) if has_reference else text_of(child)
    content = " ".join(content.split())
    if has_reference and content:
        return f" {content}" if content.startswith(("[", "(")) else f" [{content}]"
    if last.isdigit() and _NUMBER.fullmatch(content):
        return f"{'^' if tag == 'sup' else '_'}{content}"
    return content


def _plain(item: Element) -> str:
    """Own text, and the tail of everything but the outermost element, which `iter` gives first."""
    text = item.text or "" if local_name(item) else entity_text(item)
    return text + (item.tail or "" if local_name(item) not in {"sup", "sub"} else "")


def _reference(child: Element, last: str) -> str:
    content = text_of(child)
    if child.get("ref-type") != "bibr" or not _CITATIONS.fullmatch(content) or last in "[(,;–−-":
        return content
    return f" [{content}]"


def _last(pieces: list[str]) -> str:
    """The last character that is not white space before the next piece, or a blank after white space in between."""
    for piece in reversed(pieces):
        if piece:
            return piece.rstrip()[-1:] if piece.strip() and piece[-1] not in " \n\t" else _behind_space(piece)
    return " "


def _behind_space(piece: str) -> str:
    """White space parts digits from what follows, but an open bracket stays open across it."""
    last = piece.rstrip()[-1:]
    return last if last and last in "[(,;–−-" else " "
