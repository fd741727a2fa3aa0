"""The unit of a table's column, as its header writes it: "Weight (mg/kg)", "Time, h", "% of cells".

What counts as a unit is the small registry of `biorl.answers.quantities`. One capital letter is none, nor are two: they
may as well be a panel, sexes or an amino acid; nor is "Author, year". No unit is better than a wrong one.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from biorl.answers.checker import Unreadable
from biorl.answers.quantities import read_unit

MAX_LENGTH = 20
_NO_UNIT = re.compile(r"[A-Z](/[A-Z])?|year|month|day", re.ASCII)
_TAKES_SECONDS = re.compile(r"time|duration|latency|period|interval|second", re.IGNORECASE)
_LOGARITHM = re.compile(r"\blog", re.IGNORECASE)
_PLACES = (
    re.compile(r"(?:^|\s)[(\[](?P<unit>[^()\[\]]+)[)\]]\W*$"),
    re.compile(r",\s+(?P<unit>[^,()\[\]]+)$"),
    re.compile(r"\s/\s?(?P<unit>[^\s/()\[\]]+)$"),
    re.compile(r"^(?P<unit>%)(?:\s|$)"),
    re.compile(r"^(?P<unit>(?!%\w)\S*[/%µμ°]\S*)$"),
)


def units_of(header: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One a column of the header's rows, which are of equal length; the lowest row that names one counts."""
    columns = zip(*header, strict=True)
    return tuple(next((unit for cell in reversed(cells) if (unit := unit_of(cell))), "") for cells in columns)


@lru_cache(maxsize=4096)
def unit_of(cell: str) -> str:
    """Empty when the cell names none."""
    for place in _PLACES:
        found = place.search(cell)
        if found and _is_unit(unit := found["unit"].strip()) and _fits(unit, cell[: found.start("unit")]):
            return unit
    return ""


def _fits(unit: str, before: str) -> bool:
    """ "Reference (s)" is a plural, and the logarithm of a fold change is no fold change."""
    if unit == "s":
        return _TAKES_SECONDS.search(before) is not None
    return _LOGARITHM.search(before) is None


def _is_unit(text: str) -> bool:
    if not text or len(text) > MAX_LENGTH or _NO_UNIT.fullmatch(text):
        return False
    try:
        read_unit(text)
    except Unreadable:
        return False
    return True
