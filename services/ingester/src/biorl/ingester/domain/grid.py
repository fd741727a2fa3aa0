"""A table's cells as a rectangle: spans are spread over the places that they cover.

Neighbouring cells never fuse: "12" beside "5" must not become "125".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_COLUMNS = 512
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    columns: int = 1
    rows: int = 1
    """How many it covers, both ways. 0 rows: down to the end of the table, as HTML has it."""


class TableTooLargeError(ValueError):
    """A grid that no honest table has."""


def spread(rows: Iterable[Sequence[Cell]]) -> tuple[tuple[str, ...], ...]:
    """Rows of equal length. Raises TableTooLargeError beyond `MAX_ROWS` times `MAX_COLUMNS`."""
    grid: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}  # by column: how many more rows, and what
    for cells in rows:
        row, below = _row(cells, below)
        grid.append(row)
        if len(grid) > MAX_ROWS:
            raise TableTooLargeError(f"more than {MAX_ROWS} rows")
    width = max(map(len, grid), default=0)
    return tuple(tuple(row + [""] * (width - len(row))) for row in grid)


def _row(cells: Sequence[Cell], above: dict[int, tuple[int, str]]) -> tuple[list[str], dict[int, tuple[int, str]]]:
    row: list[str] = []
    below = {column: (left - 1, text) for column, (left, text) in above.items() if left > 1}
    for cell in cells:
        _take_over(row, above)
        for _ in range(max(1, min(cell.columns, MAX_COLUMNS))):
            down = MAX_ROWS if cell.rows == 0 else cell.rows
            if down > 1:
                below[len(row)] = (down - 1, cell.text)
            row.append(cell.text)
        if len(row) > MAX_COLUMNS:
            raise TableTooLargeError(f"more than {MAX_COLUMNS} columns")
    _take_over(row, above)
    return row, below


def _take_over(row: list[str], above: dict[int, tuple[int, str]]) -> None:
    """Fills the places that a cell of an earlier row covers."""
    while len(row) in above:
        row.append(above[len(row)][1])
