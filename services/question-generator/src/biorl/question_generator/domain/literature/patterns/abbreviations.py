"""What an abbreviation stands for, where a paper spells it out: "mitogen-activated protein kinase (MAPK)".

The long form is found by the algorithm of Schwartz and Hearst (Pac Symp Biocomput 2003): walking backwards, every
letter of the abbreviation is met in order, and the first of them begins a word.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate
from biorl.question_generator.domain.literature.inflection import singular
from biorl.question_generator.domain.literature.lexicon import entries

_SHORT = re.compile(r"\((?P<short>[A-Za-z][A-Za-z0-9-]{1,9})\)")
_WORD = re.compile(r"[\w’'/-]+")
_MAX_LONG_WORDS = 7
_STATISTICS = frozenset(entries("statistics"))
_EDGE = frozenset(entries("function_words"))


def find_abbreviation(sentence: str) -> Iterator[Candidate]:
    """Every abbreviation that the sentence spells out just before its brackets."""
    for short, start, whole in _spelled_out(sentence):
        long = _without_trailing_noun(short, whole)
        spec = AnswerSpec(AnswerType.SHORT_TEXT, long, accepted=_other_forms(short, long, whole))
        ask = f"what does the abbreviation “{short}” stand for?"
        yield Candidate(start, start + len(long), spec, "a term", ask=ask)


def long_forms(sentence: str) -> dict[str, tuple[str, ...]]:
    """By abbreviation, the ways of writing out what the sentence says it stands for."""
    forms = {}
    for short, _, whole in _spelled_out(sentence):
        long = _without_trailing_noun(short, whole)
        forms[short] = (long, *_other_forms(short, long, whole))
    return forms


@lru_cache(maxsize=8192)  # a paper's sentences are read twice: for its long forms, then for its questions
def _spelled_out(sentence: str) -> tuple[tuple[str, int, str], ...]:
    """Abbreviation, and where the words begin that spell it out, and the words."""
    return tuple(_spelled_out_in(sentence)) if "(" in sentence else ()


def _spelled_out_in(sentence: str) -> Iterator[tuple[str, int, str]]:
    for found in _SHORT.finditer(sentence):
        short = found["short"]
        before = sentence[: found.start()].rstrip()
        start = _initials_start(short, before)
        start = _long_form_start(short, before) if start is None else start
        if start is not None and _is_good(short, before[start:]):
            yield short, start, before[start:]


def _initials_start(short: str, before: str) -> int | None:
    """Where words begin whose first letters spell the abbreviation and nothing else; None when there are none."""
    letters = [char.casefold() for char in short.removesuffix("s") if char.isalnum()]
    parts = list(re.finditer(r"[^\W_]+", before))[-len(letters) :]
    spelled = [part.group()[0].casefold() for part in parts]
    start = parts[0].start() if parts and spelled == letters else -1
    return start if start == 0 or before[start - 1 : start] == " " else None


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
        and not re.search(r"[(),;:.\[\]\d“”\"]|\s[/-]|[/-]\s", long)
        and not any(_is_abbreviated(part) for word in words for part in re.split(r"[-/]", word))
        and _initials(short, words)
    )


def _initials(short: str, words: list[str]) -> bool:
    """Most words lend their first letter: "(CAN)" after "cancer" alone is no abbreviation of a term."""
    parts = [part.casefold() for word in words for part in re.split(r"[-/]", word) if part]
    parts = [part for part in parts if part not in _EDGE]
    letters = "".join(char for char in short.casefold() if char.isalpha())
    return len(parts) >= 2 and _spells(letters, tuple(parts), len(parts) // 4)


def _spells(letters: str, parts: tuple[str, ...], silent: int) -> bool:
    """Whether the words spell the letters in order, each from its first letter on; so many words may lend none."""
    if not parts:
        return not letters
    if silent and _spells(letters, parts[1:], silent - 1):
        return True
    return any(
        _within(letters[:taken], parts[0]) and _spells(letters[taken:], parts[1:], silent)
        for taken in range(1, len(letters) + 1)
    )


def _within(letters: str, part: str) -> bool:
    """Whether the part begins with the first of the letters and has the others in order."""
    rest = iter(part)
    return part[0] == letters[0] and all(letter in rest for letter in letters)


def _is_abbreviated(word: str) -> bool:
    """ "EGF receptor" spells EGFR out by half only; the whole would be right as well."""
    return sum(char.isupper() for char in word) >= 2


def _without_trailing_noun(short: str, whole: str) -> str:
    """ "small cell lung cancer lines (SCLC)": the lines are no part of what is abbreviated."""
    last = next(char for char in reversed(short.removesuffix("s")) if char.isalnum()).casefold()
    shorter, _, trailing = whole.rpartition(" ")
    ends_fit = _last_part(shorter)[:1].casefold() == last != trailing[:1].casefold()
    fits = (
        ends_fit
        and not shorter.endswith(("ic", "al", "ous", "ive", "ed", "ing"))
        and _long_form_start(short, shorter) == 0
        and _is_good(short, shorter)
    )
    return shorter if fits and not any(char.isdigit() for char in short) else whole


def _last_part(words: str) -> str:
    return re.split(r"[-/ ]", words)[-1]


def _other_forms(short: str, long: str, whole: str) -> tuple[str, ...]:
    """The singular of a plural and the other way round; "epithelial-to-mesenchymal" without the "to"."""
    forms = [whole] if whole != long else []
    if "-to-" in long:
        forms.append(long.replace("-to-", "-"))
    if one := singular(long):
        return (*forms, one)
    if not short.endswith("s"):
        return tuple(forms)
    misplaced = re.fullmatch(r"(\w+) (of \w+)s", long)  # "region of interests (ROIs)"
    return (*forms, f"{misplaced[1]}s {misplaced[2]}") if misplaced else (*forms, f"{long}s")
