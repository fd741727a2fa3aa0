"""Numbers with units: percentages, fold changes, concentrations, durations, temperatures, lengths; ratios; and counts.

A number is taken only when it is neither end of a range, no "more than" stands before it, and few others of its kind
stand beside it. What an experiment was done with (hours of incubation, doses) is no finding.
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
SETTING = (
    r"\b(?i:by|after|upon|following|with|during|under|when|compared|relative|than|versus|vs|among|between|via|because|due|"
    r"if|while|whereas|across|as a (?:result|consequence)|over|prior|before|until|response|presence|absence|"
    r"in (?:\S+ ){0,7}?(?:\S*(?:mice|rats|patients|individuals|animals|subjects|groups?|mutants?|embryos|"
    r"larvae|plants|pigs|piglets|"
    r"rabbits|men|women|children|males|females|cells|neurons|astrocytes|macrophages|tumou?rs?|cancers?|carcinomas?|diabetes|"
    r"diseases?|disorders?|infections?|samples|strains?|lines|cultures|conditions?|lacking|deficient|treated|knock\S*|controls?)\b|"
    r"\S*[−-]/[−-]))"
)
"""What a change needs beside itself: where, when, by what or against what. "X was induced 20-fold." tells nothing."""
_BEFORE = re.compile(rf"(?:{one_of('before_no_number')}\s?|[\w.,]\d|\d[.,]|[A-Za-z(·-])$", re.IGNORECASE)
_REACH = 40
"""Characters before a number that can take it back."""
_AFTER = re.compile(
    r"\s?(?:(?:h|hr|min|s|sec|d|day|year|yr)[−-]1|per\b|of confidence|[-–—±/×+^]|to \d|or \d|and \d|CI\b|SD\b|SEM?\b|"
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
    found: str = ""
    """Regular expression of what makes it a finding rather than a condition of the experiment; empty when it always is
    one."""
    most: int = 1
    """How many of its kind a sentence may hold: where they are many, they are a list or a table in words."""
    guessed: tuple[str, ...] = ()
    """Numbers that anybody would guess."""
    convention: str = ""
    """Regular expression of what makes it a convention that says nothing of this paper."""


PERCENTAGE = Kind(
    r"%(?!\w)|percent\b|per cent\b",
    "a percentage (a number and %)",
    "%",
    most=2,
    guessed=("0", "0.0", "100"),
    convention=r"(?i:majority[\s-]rule|posterior|HPD|confidence|credible|percentile|bootstrap|identity|"
    r"trimmed|cut-?off|threshold|similarity threshold|"
    r"confluen|ethanol|solution|\bpower\b|humidi|CO\s?_?2\b)",
)
FOLD = Kind(
    r"fold\b|times (?=higher|lower|more|greater)",
    "a fold change (for example: 7-fold)",
    "fold",
    r"[-\s]?",
    found=SETTING,
    most=2,
    convention=r"(?i:serial|dilut|-fold\s(?:degenerate|cross|symmetr|axis|excess))",
)
CONCENTRATION = Kind(
    r"(?:[mµμnp]M|[mµμnp]?g\s?/\s?(?:mL|ml|L|l|dL|kg)|[mµμnp]g\s(?:mL|ml|L|kg)[−-]1|IU/(?:mL|ml|L))(?![\w/−-])",
    "a concentration or dose (a number and its unit)",
    found=r"\b(?:IC_?50|EC_?50|LD_?50|MIC|Ki|K_?[dDmM]|affinit\w+|dissociation constant|limit of detection|"
    r"detection limit|"
    r"half-maximal|(?:mean|median|average|plasma|serum|urine|blood|peak|maximum|maximal|minimum|inhibitory)\s(?:\w+\s){0,3}"
    r"(?:concentrations?|levels?))\b",
)
DURATION = Kind(
    r"(?:hours?|h|minutes?|min|days?|weeks?|months?|years?)\b(?! old|-old)",
    "a length of time (a number and its unit)",
    found=r"\b(?:half-?li(?:fe|ves)|life\s?span|surviv\w+|lasted|lasting|persist\w*|took|takes|taken|duration|latenc\w+|"
    r"delay\w*|incubation period|doubling time|follow-up|(?:mean|median|average)\s(?:\w+\s){0,4}(?:time|age|"
    r"period|interval|"
    r"stay|survival)|lifetime|onset|aged?|years ago|gestation\w*|as little as|cycle|period of)\b",
)
TEMPERATURE = Kind(
    r"°\s?C(?!\w)",
    "a temperature (a number and °C)",
    "degC",
    found=r"\b(?:optim\w+|melting|T_?m|temperatures?|denatur\w+|thermal|surviv\w+|grow\w*|activ\w+)\b",
    convention=r"\bstor(?:age|ed)\b",
)
LENGTH = Kind(
    r"(?:bp|kb|Mb|Gb|kDa|nm|µm|μm|mm|cm|km)\b(?!-)|(?:amino acids|nucleotides|residues|"
    r"base pairs)(?=\s(?:long|in length))",
    "a length or size (a number and its unit)",
    joined=r"[\s-]?",
    convention=r"(?i:\b(?:light|lasers?|wave ?lengths?|filters?|pores?|mesh|needle|gauge|scale|excit\w+|"
    r"emission|illuminat\w+|optical|"
    r"sections?|slices?|electrodes?|primers?|reads?)\b)",
)


_BRACKETS = re.compile(r"\([^()]*\)")


def finder(kind: Kind) -> Find:
    """Finds the one quantity of this kind in a sentence."""
    has_unit = re.compile(rf"\d(?:{kind.joined})(?:{kind.unit})")  # rare, and found fast
    finding = re.compile(kind.found)
    convention = re.compile(kind.convention or r"(?!)")
    quantity = re.compile(rf"(?P<number>{_NUMBER})(?P<joined>{kind.joined})(?P<unit>{kind.unit})")

    def find(sentence: str) -> Iterator[Candidate]:
        if not has_unit.search(sentence) or convention.search(sentence):
            return
        if not finding.search(_BRACKETS.sub("", sentence)):  # what stands in brackets may be left out of the question
            return
        found = list(quantity.finditer(sentence))
        if len(found) > kind.most:
            return
        for match in found:
            if _stands_alone(sentence, match.start(), match.end()) and match["number"] not in kind.guessed:
                yield _candidate(kind, match)

    return find


def _candidate(kind: Kind, match: re.Match[str]) -> Candidate:
    unit = kind.canonical or match["unit"].replace("−", "-").strip()
    number = match["number"].replace(",", "")
    spec = AnswerSpec(AnswerType.NUMBER, number, unit=unit, relative_tolerance=MEASURED_TOLERANCE)
    end = match.start() + len(match.group().rstrip())
    return Candidate(match.start(), end, spec, kind.hint, hidden=(match["number"],))


_RATIO = re.compile(
    rf"\b(?P<name>(?:odds|hazard|risk|rate|prevalence|incidence rate) ratio|relative risk|correlation coefficient)s?"
    rf"(?:\s\((?:[aA]?[OHR]R|r)\))?(?:\s(?:was|of|were)|,|:|\s?=)\s(?P<number>{_NUMBER})(?![\d%])"
)


def find_ratio(sentence: str) -> Iterator[Candidate]:
    """The one odds ratio, hazard ratio, relative risk or correlation of the sentence."""
    if "ratio" not in sentence and "relative risk" not in sentence and "coefficient" not in sentence:
        return
    found = list(_RATIO.finditer(sentence))
    if len(found) != 1 or re.match(r"\s?(?:[-–—]|to\s\d|and\s\d)", sentence[found[0].end() :]):
        return
    match = found[0]
    spec = AnswerSpec(AnswerType.NUMBER, match["number"], relative_tolerance=MEASURED_TOLERANCE)
    hint = f"the {match['name']} (a number)"
    yield Candidate(match.start("number"), match.end("number"), spec, hint, hidden=(match["number"],))


_COUNT = re.compile(
    rf"(?<![\w.,–-])(?P<number>{_NUMBER})\s(?=(?:(?!(?:of|on|in|to|and|or|based|with|for|from|was|were|by|at|that)\s)[a-z-]+\s){{0,3}}{one_of('counted')}\b)(?!(?:of|out|to|and|or|%|×)\b)"
)


# "Lineage 12 neurons" counts nothing: a number that counts follows a verb, a preposition or an article.
_BEFORE_COUNT = re.compile(
    r"(?:^|[(,;:]\s?|\b(?:of|in|with|from|for|the|all|only|to|among|by|were|are|was|is|has|have|had|on|our|total|into|across|"
    r"as|found|comprises|contains|includes|encodes|carries|harbou?rs|reports?|shows?|\w+ed|\w+ing)\s)$",
    re.IGNORECASE,
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
        or not 3 <= int(number.replace(",", "")) < 1_000_000
        or not _BEFORE_COUNT.search(sentence[: match.start()])
        or not _stands_alone(sentence, match.start(), match.end("number"))
    ):
        return
    if re.fullmatch(r"(?:19|20)\d\d", number):  # a year
        return
    spec = AnswerSpec(AnswerType.NUMBER, number.replace(",", ""))
    yield Candidate(match.start("number"), match.end("number"), spec, "a number", hidden=(number,))


# "After refitting with 50% more deaths, ..." tells what was done.
_CONDITION = re.compile(
    r"^(?:After|Before|When|If|Using|Upon|Following|By|Under|Given|Assuming|For|With|At)\b(?!\s(?:a |"
    r"an )?(?:median|mean))[^,;]*$"
)


def _stands_alone(sentence: str, start: int, end: int) -> bool:
    if _BEFORE.search(sentence[max(0, start - _REACH) : start]) or _AFTER.match(sentence, end):
        return False
    return not _CONDITION.search(sentence[:start])
