"""Tables of a JATS article as grids of cells, header apart, with the units that the header names."""

from collections.abc import Iterator

from biorl.ingester.adapters.jats_text import text_of
from biorl.ingester.adapters.xml import Element
from biorl.ingester.domain.document import Table
from biorl.ingester.domain.grid import Cell, TableTooLargeError, spread
from biorl.ingester.domain.units import units_of

_HEAD = "head"
_BODY = "body"


Grid = tuple[tuple[str, ...], ...]


def read_tables(article: Element) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """Every `table-wrap` with cells, floats and back matter included; and why others are left out, each by itself."""
    found: list[Table] = []
    left_out: list[str] = []
    for wrap in article.iter("table-wrap"):
        label, caption = caption_of(wrap)
        number = wrap.get("id") or f"t{len(found) + 1}"
        for index, (header, rows) in enumerate(_grids(wrap, left_out)):
            name = f"{number}.{index + 1}" if index else number
            found.append(Table(name, label, caption, header, rows, units_of(header)))
    return tuple(found), tuple(left_out)


def caption_of(wrap: Element) -> tuple[str, str]:
    """(label, caption) of a figure or a table."""
    label = wrap.find("label")
    caption = wrap.find("caption")
    return (text_of(label) if label is not None else "", text_of(caption) if caption is not None else "")


def _grids(wrap: Element, left_out: list[str]) -> Iterator[tuple[Grid, Grid]]:
    """Header and rows of each table that has cells."""
    for table in wrap.iter("table"):
        try:
            grid = _grid(table)
        except TableTooLargeError as error:
            left_out.append(str(error))
        else:
            if grid:
                yield grid


def _grid(table: Element) -> tuple[Grid, Grid] | None:
    rows = [(part, _cells(row)) for part, row in _rows(table)]
    grid = spread([cells for _, cells in rows])
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
