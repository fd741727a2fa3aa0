"""Tables of a JATS article as grids of cells, header apart."""

from collections.abc import Iterator

from biorl.ingester.adapters.jats_text import text_of
from biorl.ingester.adapters.xml import Element
from biorl.ingester.domain.document import Table
from biorl.ingester.domain.grid import Cell, TableTooLargeError, spread

_HEAD = "head"
_BODY = "body"


def read_tables(article: Element) -> tuple[Table, ...]:
    """Every `table-wrap` with cells, floats and back matter included. A grid beyond all measure is left out."""
    found: list[Table] = []
    for wrap in article.iter("table-wrap"):
        label, caption = caption_of(wrap)
        grids = [grid for table in wrap.iter("table") if (grid := _grid(table))]
        for index, (header, rows) in enumerate(grids):
            number = wrap.get("id") or f"t{len(found) + 1}"
            found.append(Table(f"{number}.{index + 1}" if index else number, label, caption, header, rows))
    return tuple(found)


def caption_of(wrap: Element) -> tuple[str, str]:
    """(label, caption) of a figure or a table."""
    label = wrap.find("label")
    caption = wrap.find("caption")
    return (text_of(label) if label is not None else "", text_of(caption) if caption is not None else "")


def _grid(table: Element) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]] | None:
    rows = [(part, _cells(row)) for part, row in _rows(table)]
    try:
        grid = spread([cells for _, cells in rows])
    except TableTooLargeError:
        return None
    heads = [index for index, (part, _) in enumerate(rows) if part == _HEAD]
    if not heads and rows and all(cell.tag == "th" for cell in _cell_elements(next(_rows(table))[1])):
        heads = [0]
    header = tuple(grid[index] for index in heads)
    body = tuple(row for index, row in enumerate(grid) if index not in set(heads))
    return (header, body) if any(any(row) for row in grid) else None


def _rows(table: Element) -> Iterator[tuple[str, Element]]:
    for row in table.iter("tr"):
        parent = row.getparent()
        yield (_HEAD if parent is not None and parent.tag == "thead" else _BODY), row


def _cells(row: Element) -> list[Cell]:
    return [Cell(text_of(cell), _span(cell, "colspan", 1), _span(cell, "rowspan", 0)) for cell in _cell_elements(row)]


def _cell_elements(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag in {"td", "th"}]


def _span(cell: Element, name: str, least: int) -> int:
    """A number, or 1 for what is none: publishers write "2.0" and "" too."""
    text = (cell.get(name) or "1").strip()
    return max(least, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
