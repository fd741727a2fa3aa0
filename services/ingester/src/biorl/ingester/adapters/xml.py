"""XML from strangers, safely: no network, no DTD, no entity that the file itself defines, bounded depth and size.

Elements lose their namespaces, because the same tag comes with a prefix, a default namespace or none. Elements are
streamed and dropped once used, so memory stays flat however many records a file wraps.
"""

import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from biorl.ingester.adapters.files import MAX_UNPACKED_BYTES, opened
from biorl.ingester.ports import UnreadableError

Element = etree._Element  # noqa: SLF001 - lxml has no public name for it


def stream(path: Path, tags: Sequence[str], max_unpacked: int = MAX_UNPACKED_BYTES) -> Iterator[Element]:
    """Each outermost element with one of these local names, its end in sight.

    Raises UnreadableError for what is not well formed or defines entities; what came before has been given by then.
    """
    with opened(path, max_unpacked) as file:
        events = etree.iterparse(
            file,
            events=("end",),
            tag=[f"{{*}}{tag}" for tag in tags],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            recover=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for _, element in events:
                refuse_entities(element)
                if not any(local_name(above) in tags for above in element.iterancestors()):
                    yield element
                    _drop(element)
        except etree.XMLSyntaxError as error:
            raise UnreadableError(f"not well-formed XML: {error.msg}") from error
        refuse_entities(events.root)


def refuse_entities(element: Element | None) -> None:
    """A file that defines entities of its own is refused, expanded or not: no journal needs them, a bomb does."""
    # The stubs of lxml do not know `DTD.entities`.
    declared: Any = element.getroottree().docinfo.internalDTD if element is not None else None
    if declared is not None and next(iter(declared.entities()), None) is not None:
        raise UnreadableError("defines XML entities")


def local_name(element: Element) -> str:
    """The tag without namespace or prefix; empty for an entity, a comment or a processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def strip_namespaces(element: Element) -> None:
    """In place, for elements; attributes keep theirs (`attribute` reads them by local name)."""
    for item in element.iter():
        if isinstance(item.tag, str) and "}" in item.tag:
            item.tag = local_name(item)


def attribute(element: Element, name: str) -> str:
    """By local name: `href` finds `xlink:href`. Empty when absent."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value).strip()
    return ""


def entity_text(element: Element) -> str:
    """An entity of the public DTDs as its character: `&nbsp;`, `&alpha;`; a space for an unknown one."""
    raw = (element.text or "").strip()
    text = html.unescape(raw)
    return " " if text == raw else text


def _drop(element: Element) -> None:
    """Frees the element and what came before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
