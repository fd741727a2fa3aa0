"""Lists that say how many members they have: "three kinases (AKT, ERK and JNK)", "two subunits: p50 and p65".

The number before the list is what makes the answer complete, so a list is taken only when it has exactly so many.
"""

import re
from collections.abc import Iterator

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate

_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_MEMBER = r"[\w’'+/.-]+(?:\s[\w’'+/.-]+){0,4}?"
_MEMBERS = rf"(?P<members>{_MEMBER}(?:,\s{_MEMBER})*,?\s(?:and|or|&)\s{_MEMBER})"
_LIST = re.compile(
    rf"\b(?P<number>{'|'.join(_NUMBERS)})\s(?P<noun>(?!(?:of|are|were|is|was)\s)(?:[a-z-]+\s){{0,4}}[a-z-]+s)"
    rf"(?:\s\({_MEMBERS}\)|:\s{_MEMBERS.replace('members', 'after_colon')}(?=[.;])"
    rf"|,\s(?:namely|i\.e\.,?|that is,)\s{_MEMBERS.replace('members', 'after_namely')}(?=[.;,]))",
    re.IGNORECASE,
)
_MARKS = (" (", ": ", ", namely", ", i.e", ", that is")
"""What every list needs."""
_SEPARATOR = re.compile(r",\s(?:and\s|or\s)?|\s(?:and|or|&)\s")
_CRUMBS = re.compile(
    r"\d{4}|^(?:the|a|an|with|without|one|two|another|i\.e|e\.g|see|n|p)\b|\b(?:was|were|is|are|that|which|than|versus|vs|et|al|fig|figs|table)\b|^\S{1,2}$|^(?:[A-Z]|north|south|east|west|left|right)$",
    re.IGNORECASE,
)


def find_enumeration(sentence: str) -> Iterator[Candidate]:
    """The members of the one counted list of the sentence."""
    if not any(mark in sentence for mark in _MARKS):
        return
    found = list(_LIST.finditer(sentence))
    if len(found) != 1:
        return
    match = found[0]
    group = next(name for name in ("members", "after_colon", "after_namely") if match[name])
    members = [member.strip() for member in _SEPARATOR.split(match[group]) if member.strip()]
    if len(members) != _NUMBERS[match["number"].lower()] or any(_CRUMBS.search(member) for member in members):
        return
    if _shares_its_head(members) or members[-1].isdigit() != members[0].isdigit():  # "positions 10, 20 and 30"
        return
    spec = AnswerSpec(AnswerType.SET, "; ".join(members), member_type=AnswerType.SHORT_TEXT)
    hint = f"the {match['number'].lower()} {match['noun']}, separated by semicolons"
    yield Candidate(match.start(group), match.end(group), spec, hint)


def _shares_its_head(members: list[str]) -> bool:
    """ "HeLa, 293T and RCS cells", "delineated and diffuse neuropils": the last word belongs to all of them."""
    longest = max(len(member.split()) for member in members[:-1])
    return members[-1].endswith("s") and len(members[-1].split()) > longest
