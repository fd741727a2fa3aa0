"""The patterns, most telling first: the order in which an article's questions are chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

from biorl.question_generator.domain.literature.candidate import Find
from biorl.question_generator.domain.literature.patterns import quantities
from biorl.question_generator.domain.literature.patterns.abbreviations import find_abbreviation
from biorl.question_generator.domain.literature.patterns.definitions import find_definition
from biorl.question_generator.domain.literature.patterns.directions import find_comparison, find_direction, find_effect
from biorl.question_generator.domain.literature.patterns.enumerations import find_enumeration
from biorl.question_generator.domain.literature.patterns.names import (
    find_cell_line,
    find_compound,
    find_gene,
    find_organism,
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to find an answer."""

    find: Find
    most: int
    """Questions of this pattern that one article may give: details of a method say little, however many there are."""
    asks_by_itself: bool = False
    """Its questions do not show the sentence, so a sentence that does not stand by itself serves as well."""
    of_numbers: bool = False
    """Finds nothing in a sentence without a digit."""


PATTERNS: Mapping[str, Pattern] = {
    "definition": Pattern(find_definition, 4),
    "direction": Pattern(find_direction, 6),
    "effect": Pattern(find_effect, 5),
    "comparison": Pattern(find_comparison, 4),
    "gene": Pattern(find_gene, 6),
    "organism": Pattern(find_organism, 3),
    "enumeration": Pattern(find_enumeration, 2),
    "fold": Pattern(quantities.finder(quantities.FOLD), 5, of_numbers=True),
    "percentage": Pattern(quantities.finder(quantities.PERCENTAGE), 6, of_numbers=True),
    "compound": Pattern(find_compound, 2),
    "cell_line": Pattern(find_cell_line, 1),
    "concentration": Pattern(quantities.finder(quantities.CONCENTRATION), 1, of_numbers=True),
    "temperature": Pattern(quantities.finder(quantities.TEMPERATURE), 1, of_numbers=True),
    "length": Pattern(quantities.finder(quantities.LENGTH), 3, of_numbers=True),
    "duration": Pattern(quantities.finder(quantities.DURATION), 3, of_numbers=True),
    "ratio": Pattern(quantities.find_ratio, 2, of_numbers=True),
    "count": Pattern(quantities.find_count, 3, of_numbers=True),
    "abbreviation": Pattern(find_abbreviation, 4, asks_by_itself=True),
}
