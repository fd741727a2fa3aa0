"""The patterns, most telling first: the order in which an article's questions are chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

from biorl.question_generator.domain.literature.candidate import Find
from biorl.question_generator.domain.literature.patterns import quantities
from biorl.question_generator.domain.literature.patterns.abbreviations import find_abbreviation
from biorl.question_generator.domain.literature.patterns.definitions import find_definition
from biorl.question_generator.domain.literature.patterns.directions import find_direction
from biorl.question_generator.domain.literature.patterns.enumerations import find_enumeration
from biorl.question_generator.domain.literature.patterns.names import find_cell_line, find_gene, find_organism


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to find an answer."""

    find: Find
    most: int
    """Questions of this pattern that one article may give: details of a method say little, however many there are."""


PATTERNS: Mapping[str, Pattern] = {
    "definition": Pattern(find_definition, 3),
    "direction": Pattern(find_direction, 3),
    "gene": Pattern(find_gene, 2),
    "organism": Pattern(find_organism, 2),
    "enumeration": Pattern(find_enumeration, 2),
    "fold": Pattern(quantities.finder(quantities.FOLD), 2),
    "percentage": Pattern(quantities.finder(quantities.PERCENTAGE), 3),
    "abbreviation": Pattern(find_abbreviation, 3),
    "cell_line": Pattern(find_cell_line, 1),
    "concentration": Pattern(quantities.finder(quantities.CONCENTRATION), 1),
    "temperature": Pattern(quantities.finder(quantities.TEMPERATURE), 1),
    "length": Pattern(quantities.finder(quantities.LENGTH), 1),
    "duration": Pattern(quantities.finder(quantities.DURATION), 1),
    "count": Pattern(quantities.find_count, 1),
}
