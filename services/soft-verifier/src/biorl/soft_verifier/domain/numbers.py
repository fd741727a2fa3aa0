"""A number that a world model expects, where a question asks for a value and not for yes or no."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpectedNumber:
    """In the property's unit."""

    mean: float
    scale: float
    """Larger is less sure."""
    low: float
    """The truth lies between `low` and `high` with probability .9."""
    high: float
