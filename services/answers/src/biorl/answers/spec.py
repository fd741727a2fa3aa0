"""What counts as an answer to a question, and which answer is right.

An AnswerSpec travels with every question. It says the type, the gold answer where one may be told, and what the type
needs to compare: options, unit and tolerance, namespace. Pure values; the checkers of this package read them.
"""

from dataclasses import dataclass
from enum import StrEnum


class AnswerType(StrEnum):
    """Each type has exactly one checker: see `biorl.answers.checking`."""

    CHOICE = "choice"
    NUMBER = "number"
    DIRECTION = "direction"
    GENE = "gene"
    CHEMICAL = "chemical"
    ONTOLOGY_TERM = "ontology_term"
    ORGANISM = "organism"
    SEQUENCE = "sequence"
    SET = "set"
    SHORT_TEXT = "short_text"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a CHOICE question allows: what is written (`label`) and what it says (`text`)."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerSpec:
    """Type, gold and tolerance of an answer. Fields that a type does not use stay empty."""

    type: AnswerType
    gold: str | None = None
    """Canonical right answer; None when it is sealed (held out) or not known."""
    accepted: tuple[str, ...] = ()
    """Other forms that are right too."""
    options: tuple[Option, ...] = ()
    """CHOICE: what may be answered."""
    unit: str = ""
    """NUMBER: unit of the gold; empty for a pure number. An answer must have the same dimension."""
    relative_tolerance: float = 0.0
    """NUMBER: allowed |answer - gold| / |gold|."""
    absolute_tolerance: float = 0.0
    """NUMBER: allowed |answer - gold|, in `unit`."""
    member_type: AnswerType | None = None
    """SET: the type of its members."""
    namespace: str = ""
    """GENE, ORGANISM: NCBI taxon CURIE. ONTOLOGY_TERM: CURIE prefix. SEQUENCE: "dna", "rna" or "protein"."""
    either_strand: bool = False
    """SEQUENCE: the reverse complement is right as well."""


YES_NO = (Option("yes", "yes"), Option("no", "no"))
"""Options of a question whose "yes" asserts its claim."""
