"""What an abbreviation stands for, where a paper spells it out: "mitogen-activated protein kinase (MAPK)".

The long form is found by the algorithm of Schwartz and Hearst (Pac Symp Biocomput 2003): walking backwards, every
letter of the abbreviation is met in order, and the first of them begins a word.
"""

import re
from collections.abc import Iterator

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate
from biorl.question_generator.domain.literature.lexicon import entries

_SHORT = re.compile(r"\((?P<short>[A-Za-z][A-Za-z0-9-]{1,9})\)")
_WORD = re.compile(r"[\w’'/-]+")
_MAX_LONG_WORDS = 7
_STATISTICS = frozenset(entries("statistics"))
_EDGE = frozenset(entries("function_words"))


def find_abbreviation(sentence: str) -> Iterator[Candidate]:
    """Every abbreviation that the sentence spells out just before its brackets."""
    for found in _SHORT.finditer(sentence):
        short = found["short"]
        before = sentence[: found.start()].rstrip()
        start = _long_form_start(short, before)
        if start is None or not _is_good(short, before[start:]):
            continue
        long = before[start:]
        spec = AnswerSpec(AnswerType.SHORT_TEXT, long, accepted=_other_forms(short, long))
        ask = f"what does the abbreviation “{short}” stand for?"
        yield Candidate(start, start + len(long), spec, "a term", ask=ask)


def _long_form_start(short: str, before: str) -> int | None:
    """Where the long form begins; None when the letters are not there."""
    letters = [char.casefold() for char in short if char.isalnum()]
    position = len(before) - 1
    for index in range(len(letters) - 1, -1, -1):
        while position >= 0 and not _fits(before, position, letters[index], is_first=index == 0):
            position -= 1
        if position < 0:
            return None
        position -= 1
    start = before.rfind(" ", 0, position + 2) + 1
    return start if before[start].casefold() == letters[0] else None


def _fits(text: str, position: int, letter: str, *, is_first: bool) -> bool:
    if text[position].casefold() != letter:
        return False
    return not is_first or position == 0 or not text[position - 1].isalnum()


def _is_good(short: str, long: str) -> bool:
    """Enough capitals to be an abbreviation, few enough words to be a term, no crumbs at its edges."""
    words = _WORD.findall(long)
    capitals = sum(char.isupper() for char in short)
    return (
        capitals >= 2
        and short not in _STATISTICS
        and 2 <= len(words) <= min(_MAX_LONG_WORDS, len(short) + 4)
        and words[0].casefold() not in _EDGE
        and words[-1].casefold() not in _EDGE
        and not re.search(r"[(),;:.\[\]\d“”\"]", long)
        and not any(_is_abbreviated(part) for word in words for part in re.split(r"[-/]", word))
        and _initials(short, words)
    )


def _initials(short: str, words: list[str]) -> bool:
    """Most words lend their first letter: "(CAN)" after "cancer" alone is no abbreviation of a term."""
    parts = [part for word in words for part in re.split(r"[-/]", word) if part and part.casefold() not in _EDGE]
    letters = [char.casefold() for char in short if char.isalpha()]
    lent = sum(part[0].casefold() in letters for part in parts)
    return lent >= 0.75 * len(parts) and len(parts) >= 2


def _is_abbreviated(word: str) -> bool:
    """ "EGF receptor" spells EGFR out by half only; the whole would be right as well."""
    return sum(char.isupper() for char in word) >= 2


def _other_forms(short: str, long: str) -> tuple[str, ...]:
    """The singular of a plural and the other way round; "epithelial-to-mesenchymal" without the "to"."""
    forms = [long.replace("-to-", "-")] if "-to-" in long else []
    if long.endswith(("uses", "xes", "ches", "sses")):
        return (*forms, long[:-2])
    if long.endswith("s") and not long.endswith(("ss", "is", "us")):
        return (*forms, long[:-1])
    return (*forms, f"{long}s") if short.endswith("s") else tuple(forms)
