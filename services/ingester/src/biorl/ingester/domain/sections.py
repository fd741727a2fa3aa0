"""What kind of section a title or a JATS sec-type speaks of, and which sections hold no findings at all."""

import re

KINDS = ("abstract", "introduction", "methods", "results", "discussion", "conclusions", "case-report", "caption")
_PATTERNS = {
    "methods": re.compile(r"method|material|procedure|protocol|experimental section|study design", re.IGNORECASE),
    "results": re.compile(r"result|finding", re.IGNORECASE),
    "discussion": re.compile(r"discussion", re.IGNORECASE),
    "conclusions": re.compile(r"conclusion|concluding", re.IGNORECASE),
    "introduction": re.compile(r"^intro|introduction|^background", re.IGNORECASE),
    "case-report": re.compile(r"^(?:the )?cases?$|case (?:report|presentation|description)", re.IGNORECASE),
    "abstract": re.compile(r"^(?:abstract|summary|author summary)\b", re.IGNORECASE),
}
_DROPPED = re.compile(
    r"acknowledg|\bfunding|\bfund(?:er|s)\b|financial|conflicts? of interest|^(?:coi|conflict)\b|coi-statement"
    r"|competing|declaration|disclosure|author.{0,12}contribution|author information|data.{0,4}availab"
    r"|availability of|supplement|supporting information|abbreviation|^references?$|^literature cited|ethic|consent"
    r"|additional.information|version-changes|pre-publication history|^appendix|glossary",
    re.IGNORECASE,
)


def is_dropped(sec_type: str, title: str) -> bool:
    """True for references, thanks, money, interests and the like."""
    # "Ethics" in a heading of the methods is still methods: an explicit type wins over the title.
    return bool(_DROPPED.search(sec_type) or (not kind_of(sec_type, "") and _DROPPED.search(title.strip())))


def kind_of(sec_type: str, title: str, inherited: str = "") -> str:
    """A word of `KINDS`: as declared, else what the section around it is, else a guess from the title."""
    return _match(sec_type.replace("|", " ")) or inherited or _match(title)


def _match(text: str) -> str:
    found = [(match.start(), kind) for kind, pattern in _PATTERNS.items() if (match := pattern.search(text.strip()))]
    return min(found)[1] if found else ""
