"""Numbers with units: percentages, fold changes, concentrations, durations, temperatures, lengths; and counts.

A number is taken only when the sentence has no other of its kind, no range and no "more than" before it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate, Find
from biorl.question_generator.domain.literature.lexicon import one_of

MEASURED_TOLERANCE = 0.02
"""Relative: rounding and unit conversion, no more."""

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_BEFORE = re.compile(rf"(?:{one_of('before_no_number')}\s?|[\w.,]\d|[A-Za-z(·-])$", re.IGNORECASE)
_AFTER = re.compile(
    r"^\s?(?:(?:h|hr|min|s|sec|d|day|year|yr)[−-]1|per\b|of confidence|[-–—±/×+^]|to \d|or \d|and \d|CI\b|SD\b|SEM?\b|"
    r"confidence|interval|identity threshold|cut-?off|\(?\d)"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of quantity: how its unit is written, and how it is asked for."""

    unit: str
    """Regular expression; its match is the unit of the answer, except where `canonical` says otherwise."""
    hint: str
    canonical: str = ""
    joined: str = r"\s?"
    """What stands between number and unit."""


PERCENTAGE = Kind(r"%|percent\b|per cent\b", "a percentage (a number and %)", "%")
FOLD = Kind(r"fold\b|times (?=higher|lower|more|greater)", "a fold change (for example: 7-fold)", "fold", r"[-\s]?")
CONCENTRATION = Kind(
    r"(?:[mµμnp]M|[mµμnp]?g\s?/\s?(?:mL|ml|L|l|dL|kg)|[mµμnp]g\s(?:mL|ml|L|kg)[−-]1|IU/(?:mL|ml|L))(?![\w/−-])",
    "a concentration or dose (a number and its unit)",
)
DURATION = Kind(
    r"(?:hours?|h|minutes?|min|days?|weeks?|months?|years?)\b(?! old|-old)", "a length of time (a number and its unit)"
)
TEMPERATURE = Kind(r"°\s?C(?!\w)", "a temperature (a number and °C)", "degC")
LENGTH = Kind(
    r"(?:bp|kb|Mb|Gb|kDa|nm|µm|μm|mm|cm|km|amino acids|nucleotides|residues|base pairs)\b(?!-)",
    "a length or size (a number and its unit)",
    joined=r"[\s-]?",
)


def finder(kind: Kind) -> Find:
    """Finds the one quantity of this kind in a sentence."""
    has_unit = re.compile(rf"(?<=[\d\s-])(?:{kind.unit})")  # rare, and found fast: a number may begin anywhere
    quantity = re.compile(rf"(?P<number>{_NUMBER})(?P<joined>{kind.joined})(?P<unit>{kind.unit})")

    def find(sentence: str) -> Iterator[Candidate]:
        if not has_unit.search(sentence):
            return
        found = list(quantity.finditer(sentence))
        if len(found) != 1 or not _stands_alone(sentence, found[0].start(), found[0].end()):
            return
        match = found[0]
        if kind is PERCENTAGE and match["number"] in {"0", "100"}:  # none and all are guessed
            return
        unit = kind.canonical or match["unit"].replace("−", "-").strip()
        spec = AnswerSpec(
            AnswerType.NUMBER, match["number"].replace(",", ""), unit=unit, relative_tolerance=MEASURED_TOLERANCE
        )
        end = match.start() + len(match.group().rstrip())
        yield Candidate(match.start(), end, spec, kind.hint, hidden=(match["number"],))

    return find


_COUNT = re.compile(
    rf"(?<![\w.,–-])(?P<number>{_NUMBER})\s(?=(?:(?!(?:of|on|in|to|and|or|based|with|for|from|was|were|by|at|that)\s)[a-z-]+\s){{0,3}}{one_of('counted')}\b)(?!(?:of|out|to|and|or|%|×)\b)"
)


def find_count(sentence: str) -> Iterator[Candidate]:
    """How many of something, where the sentence counts one thing only."""
    found = list(_COUNT.finditer(sentence))
    if len(found) != 1 or len(re.findall(_NUMBER, sentence)) != 1:
        return
    match = found[0]
    number = match["number"]
    if (
        "." in number
        or int(number.replace(",", "")) < 3
        or not _stands_alone(sentence, match.start(), match.end("number"))
    ):
        return
    if re.fullmatch(r"(?:19|20)\d\d", number):  # a year
        return
    spec = AnswerSpec(AnswerType.NUMBER, number.replace(",", ""))
    yield Candidate(match.start("number"), match.end("number"), spec, "a number", hidden=(number,))


def _stands_alone(sentence: str, start: int, end: int) -> bool:
    return not _BEFORE.search(sentence[:start]) and not _AFTER.match(sentence[end:])
