"""A grid is a rectangle whatever spans its cells claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.domain.grid import MAX_COLUMNS, Cell, TableTooLargeError, spread

CELLS = st.builds(Cell, st.sampled_from("abc"), st.integers(0, 4), st.integers(0, 4))


@given(st.lists(st.lists(CELLS, max_size=5), max_size=6))
def test_every_row_has_as_many_cells(rows: list[list[Cell]]) -> None:
    grid = spread(rows)
    assert len(grid) == len(rows)
    assert len({len(row) for row in grid}) <= 1


def test_spans_are_spread() -> None:
    rows = [[Cell("gene", 1, 2), Cell("fold", 2)], [Cell("a"), Cell("b")]]
    assert spread(rows) == (("gene", "fold", "fold"), ("gene", "a", "b"))


def test_a_span_of_zero_reaches_the_end() -> None:
    assert spread([[Cell("x", 1, 0), Cell("a")], [Cell("b")], [Cell("c")]]) == (("x", "a"), ("x", "b"), ("x", "c"))


def test_a_grid_beyond_all_measure_is_refused() -> None:
    with pytest.raises(TableTooLargeError):
        spread([[Cell("x", MAX_COLUMNS), Cell("y", MAX_COLUMNS)]])
