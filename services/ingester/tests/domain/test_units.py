"""A column's unit is what its header names, and nothing that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.domain.units import unit_of, units_of


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("Dose (mg/kg)", "mg/kg"),
        ("Age, years", "years"),
        ("Time / min", "min"),
        ("Length [bp] *", "bp"),
        ("% of cells", "%"),
        ("Patients (%)", "%"),
        ("(µg/L)", "µg/L"),
        ("CFU/mL", "CFU/mL"),
        ("Volume (mm3)", "mm3"),
        ("Gene(s)", ""),
        ("Controls (n = 21)", ""),
        ("Sex (M)", ""),
        ("Panel (C)", ""),
        ("OR (95% CI)", ""),
        ("Expression, adjusted", ""),
        ("min", ""),
        ("M/F", ""),
        ("Reference (s)", ""),
        ("Reaction time (s)", "s"),
        ("log2 (fold change)", ""),
        ("%GC", ""),
        ("Author, year", ""),
        ("", ""),
    ],
)
def test_a_header_names_a_unit_or_none(cell: str, unit: str) -> None:
    assert unit_of(cell) == unit


def test_the_lowest_row_that_names_one_counts() -> None:
    header = [["Gene", "Concentration (nM)", "Concentration (nM)"], ["", "day 1", "day 2 (µM)"]]
    assert units_of(header) == ("", "nM", "µM")


def test_a_table_without_header_has_no_units() -> None:
    assert units_of([]) == ()


@given(st.text(max_size=60))
def test_any_cell_has_at_most_a_unit_that_it_holds(cell: str) -> None:
    assert unit_of(cell) in cell
