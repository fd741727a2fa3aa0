"""The patterns, by name, most telling first: the order in which an article's questions are chosen."""

from collections.abc import Mapping

from biorl.question_generator.domain.literature.candidate import Find
from biorl.question_generator.domain.literature.patterns import quantities
from biorl.question_generator.domain.literature.patterns.abbreviations import find_abbreviation
from biorl.question_generator.domain.literature.patterns.definitions import find_definition
from biorl.question_generator.domain.literature.patterns.directions import find_direction
from biorl.question_generator.domain.literature.patterns.enumerations import find_enumeration
from biorl.question_generator.domain.literature.patterns.names import find_cell_line, find_gene, find_organism

PATTERNS: Mapping[str, Find] = {
    "definition": find_definition,
    "direction": find_direction,
    "gene": find_gene,
    "organism": find_organism,
    "enumeration": find_enumeration,
    "fold": quantities.finder(quantities.FOLD),
    "percentage": quantities.finder(quantities.PERCENTAGE),
    "abbreviation": find_abbreviation,
    "cell_line": find_cell_line,
    "concentration": quantities.finder(quantities.CONCENTRATION),
    "temperature": quantities.finder(quantities.TEMPERATURE),
    "length": quantities.finder(quantities.LENGTH),
    "duration": quantities.finder(quantities.DURATION),
    "count": quantities.find_count,
}
