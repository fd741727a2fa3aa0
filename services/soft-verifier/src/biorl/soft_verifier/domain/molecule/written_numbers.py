"""A number as a completion writes it, in the unit of the question; the rules are those of the NUMBER checker."""

from biorl.answers.checker import Unreadable
from biorl.answers.quantities import converted, read_quantity, unit_name
from biorl.answers.spec import AnswerSpec


class UnreadableNumberError(ValueError):
    """The answer is no such number; the message is a snake-case reason."""


def number_in(spec: AnswerSpec, answer: str) -> float:
    """Raises UnreadableNumberError for what is no number, has another dimension, or lacks its unit."""
    try:
        unit = unit_name(spec.unit) if spec.unit else ""
        quantity = read_quantity(answer)
    except Unreadable as unreadable:
        raise UnreadableNumberError(unreadable.reason) from unreadable
    if quantity.direction:
        raise UnreadableNumberError("wrong_direction")
    if bool(unit) != bool(quantity.unit):
        raise UnreadableNumberError("missing_unit" if unit else "unit_not_asked")
    value = converted(quantity, unit) if unit else quantity.value
    if value is None:
        raise UnreadableNumberError("wrong_dimension")
    return float(value)
