"""Numbers with units, as papers and models write them: "1.2 × 10⁻⁵ M", "37 °C", "2-fold increase", "12,000 x g".

One grammar, read from the left: number, unit, direction. What is left over is refused, so a list, a range or a hedge is
never half read. Units come from the small registry in units.txt alone, through pint; nothing is evaluated.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import pint

from biorl.answers.checker import Unreadable
from biorl.answers.checkers.direction import DIRECTIONS
from biorl.answers.folding import plain

MAX_LENGTH = 120
"""Characters of a quantity."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT_RUN = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.\d{1,20})?|\.\d{1,20}"
_NUMBER = re.compile(
    rf"^(?P<sign>[+-]?)\s?(?P<digits>{_DIGITS})(?![\d,])"
    r"(?:\s?/\s?(?P<divisor>[1-9]\d{0,5})(?![\d.,])|[eE](?P<exponent>[+-]?\d{1,3})(?!\d)"
    r"|\s?[x×·*]\s?10\s?(?:\^|\*\*)\s?\(?(?P<power>[+-]?\d{1,3})\)?(?!\d))?"
)
_POWER_ALONE = re.compile(r"^10\s?(?:\^|\*\*)\s?\(?(?P<power>[+-]?\d{1,3})\)?(?!\d)")
_STARTS_WITH_DIGIT = re.compile(r"^[+-]?\.?\d")
_ANOTHER_NUMBER = re.compile(r"(?:^|[\s,;(±-])\d")
_PH = re.compile(r"^pH\s?(?:of\s)?(?=\d)")
_HEDGE = re.compile(r"^(?:about|approximately|approx\.?|around|ca\.?|circa|roughly|~|≈|=)\s*", re.IGNORECASE)
_WORDS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
_WORD = re.compile(rf"^(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)

_SPELLINGS = [
    (re.compile(pattern, flags), unit)
    for pattern, flags, unit in [
        (r"percentage points?\b", re.IGNORECASE, "percentage_point"),
        (r"%|per ?cent\b", re.IGNORECASE, " percent "),
        (r"°\s?C\b|℃|\bdeg(?:rees?)?\.? (?:C|Celsius|centigrade)\b|\bdegrees? Celsius\b", 0, " degC "),
        (r"°\s?F\b|\bdegrees? (?:F|Fahrenheit)\b", 0, " degF "),
        (r"\blog ?2[ -]?(?:\(?FC\)?|fold[ -]?changes?)(?!\w)", re.IGNORECASE, "log2FC"),
        (r"\blog ?10\b", re.IGNORECASE, "log10_unit"),
        (r"(?:×|\bx)\s?g\b", 0, "xg"),
        (r"^[\s-]*(?:fold[ -]change|folds?|times|x|×)(?!\w)", re.IGNORECASE, " fold "),
        (r"\bcolony[ -]forming units?\b", re.IGNORECASE, "CFU"),
        (r"\bplaque[ -]forming units?\b", re.IGNORECASE, "PFU"),
        (r"\binternational units?\b", re.IGNORECASE, "IU"),
        (r"\bbase[ -]pairs?\b|\bbases\b", re.IGNORECASE, "bp"),
        (r"\bamino[ -]acids?\b", re.IGNORECASE, "aa"),
        (r"\bnucleotides?\b", re.IGNORECASE, "nt"),
        (r"\bdegree_", 0, "degree_"),
        (r"\s+per\s+", re.IGNORECASE, "/"),
        (r"[µμ]", 0, "u"),
        (r"\bmicrograms?\b", re.IGNORECASE, "ug"),
    ]
]
_FACTOR = re.compile(
    r"\s*(?P<operator>[/*·⋅×]?)\s*(?P<name>log2FC|log10_unit|TCID50|cmH2O|[A-Za-zÅΩ_]+)"
    r"(?:\s?(?:\^|\*\*)\s?\(?(?P<raised>[+-]?[1-4])\)?|(?P<suffix>-?[1-4]))?(?![\w])"
)
_MAX_FACTORS = 6


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured or counted thing."""

    value: float
    unit: str
    """As pint names it ("microgram / milliliter"); empty when none was written."""
    direction: str
    """`increase`, `decrease`, `no_change`, or empty when none was written."""


def read_quantity(text: str) -> Quantity:
    """Raises Unreadable: not_a_number, several_numbers, unknown_unit, answer_too_long."""
    if len(text) > MAX_LENGTH:
        raise Unreadable("answer_too_long")
    written = _PH.sub("", _HEDGE.sub("", plain(_ascii_powers(text)).strip("\"'").rstrip(".;:!")))
    value, rest = _read_number(written)
    rest, direction = _split_direction(rest)
    return Quantity(value, unit_name(rest) if rest else "", direction)


@lru_cache(maxsize=4096)
def unit_name(text: str) -> str:
    """The unit of a unit expression as pint names it. Raises Unreadable: unknown_unit, several_numbers."""
    try:
        return str(read_unit(text))
    except Unreadable as unreadable:
        raise Unreadable("several_numbers" if _ANOTHER_NUMBER.search(text) else "unknown_unit") from unreadable


def read_unit(text: str) -> Any:
    """The pint unit of a unit expression ("mg kg-1 d^-1", "cells/mL"). Raises Unreadable(unknown_unit)."""
    registry = _registry()
    unit, rest, position, factors = registry.Unit(""), _spelled(text), 0, 0
    while rest[position:].strip():
        found = _FACTOR.match(rest, position)
        factors += 1
        if not found or factors > _MAX_FACTORS:
            raise Unreadable("unknown_unit")
        exponent = int(found["raised"] or found["suffix"] or 1)
        unit *= _named(found["name"]) ** (-exponent if found["operator"] == "/" else exponent)
        position = found.end()
    return unit


def converted(quantity: Quantity, unit: str) -> float | None:
    """The value in another unit; None when the dimensions differ."""
    registry = _registry()
    try:
        return float(registry.Quantity(quantity.value, registry.Unit(quantity.unit)).to(registry.Unit(unit)).magnitude)
    except (pint.DimensionalityError, pint.OffsetUnitCalculusError):
        return None


def _read_number(text: str) -> tuple[float, str]:
    """The leading number and what follows it."""
    if word := _WORD.match(text):
        return float(_WORDS[word.group().lower()]), text[word.end() :]
    if power := _POWER_ALONE.match(text):
        return _finite(Fraction(10) ** int(power["power"])), text[power.end() :]
    found = _NUMBER.match(text)
    if not found:
        raise Unreadable("several_numbers" if _STARTS_WITH_DIGIT.match(text) else "not_a_number")
    value = Fraction(found["digits"].replace(",", "")) / int(found["divisor"] or 1)
    value *= Fraction(10) ** int(found["exponent"] or found["power"] or 0)
    return _finite(-value if found["sign"] == "-" else value), text[found.end() :]


def _finite(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise Unreadable("not_a_number") from error


def _split_direction(text: str) -> tuple[str, str]:
    """Takes a closing "increase", "lower", ... off."""
    words = text.split()
    if words and (direction := DIRECTIONS.get(words[-1].casefold())):
        return " ".join(words[:-1]), direction
    return text.strip(), ""


def _spelled(text: str) -> str:
    for pattern, unit in _SPELLINGS:
        text = pattern.sub(unit, text)
    return text


def _ascii_powers(text: str) -> str:
    """10⁻⁵ as 10^-5, before NFKC makes 10-5 of it."""
    return _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group().translate(_SUPERSCRIPTS), text)


@cache
def _named(name: str) -> Any:
    registry = _registry()
    try:
        return registry.Unit(name)
    except (pint.UndefinedUnitError, pint.DefinitionSyntaxError, ValueError) as error:
        raise Unreadable("unknown_unit") from error


@cache
def _registry() -> Any:
    """A pint registry that holds units.txt and nothing else."""
    definitions = resources.files("biorl.answers").joinpath("units.txt").read_text(encoding="utf-8")
    registry: Any = pint.UnitRegistry(None, autoconvert_offset_to_baseunit=True)
    registry.load_definitions(definitions.splitlines())
    return registry
