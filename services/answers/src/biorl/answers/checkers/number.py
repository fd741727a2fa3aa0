"""NUMBER: one quantity, of the gold's dimension, within tolerance.

A percentage is its own kind: "5" and "0.05" are not "5 %". "2-fold increase" is not "2-fold decrease", and a direction
that the gold does not have is one that nobody asked for.
"""

from dataclasses import replace

from biorl.answers.checker import InvalidSpecError, Unreadable
from biorl.answers.quantities import Quantity, converted, read_quantity, unit_name
from biorl.answers.spec import AnswerSpec

ROUNDING = 1e-9
"""Relative slack for binary floating point, far below any tolerance that a question declares."""


def read(spec: AnswerSpec, text: str) -> Quantity:
    """The quantity as written."""
    _unit_of(spec)
    return read_quantity(text)


def difference(spec: AnswerSpec, gold: Quantity, answer: Quantity) -> str:
    unit = gold.unit or _unit_of(spec)
    if unit == "pH_unit" and not answer.unit:
        answer = replace(answer, unit=unit)  # a pH is written without a unit
    if bool(unit) != bool(answer.unit):
        if "percent" in {unit, answer.unit}:
            return "ambiguous_percent"
        return "missing_unit" if unit else "unit_not_asked"
    value = converted(answer, unit) if unit else answer.value
    if value is None:
        return "wrong_dimension"
    if gold.direction != answer.direction:
        return "wrong_direction"
    allowed = max(spec.absolute_tolerance, spec.relative_tolerance * abs(gold.value), ROUNDING * abs(gold.value))
    return "" if abs(value - gold.value) <= allowed else "wrong_number"


def _unit_of(spec: AnswerSpec) -> str:
    try:
        return unit_name(spec.unit) if spec.unit else ""
    except Unreadable as unreadable:
        msg = f"unknown unit {spec.unit!r}"
        raise InvalidSpecError(msg) from unreadable


def write(value: Quantity) -> str:
    return " ".join(part for part in (f"{value.value:.12g}", value.unit, value.direction) if part)
