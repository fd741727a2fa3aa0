"""What a question from a paper must pass. Each gate has one reason code; the first that refuses is told.

Two kinds: gates of a sentence (would a reader who has only the title understand it?) and gates of a candidate (is there
one answer, and does the question not give it away?). Precision comes before yield: papers have many sentences.
"""

import re
from collections.abc import Callable, Sequence

from biorl.answers.checker import InvalidSpecError
from biorl.answers.checking import check, require_sound
from biorl.answers.folding import folded
from biorl.answers.spec import AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate
from biorl.question_generator.domain.literature.lexicon import one_of
from biorl.question_generator.domain.literature.wording import BLANK, without_link, written_gold

MIN_WORDS, MAX_WORDS = 9, 50
_ANAPHORIC_START = re.compile(rf"^(?:{one_of('demonstratives')}|the {one_of('generic_subjects')})\b", re.IGNORECASE)
_ANAPHORIC_ANYWHERE = re.compile(
    rf"\b(?:these|those|the latter|the former|aforementioned|respectively|again (?:found|observed)|above|below|"
    rf"as (?:mentioned|noted|described)|this(?! (?:study|paper|work|review|article|report|survey|trial|"
    rf"meta-analysis)\b)|"
    rf"such (?:a|an|approach|method|effect|result|finding|case|group|change|difference|pattern|process|treatment)|"
    rf"^(?:al)?though (?:it|they|he|she)|^(?:when|while|as|if|because|since|once) (?:it|they)|"
    rf"{BLANK} (?:of )?(?:their|its|them|it|these))\b",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"\b(?:figs?|figures?|tables?|supplementary|suppl|supporting information|appendix|equations?|eqs?|schemes?|panels?|"
    r"graphs? shows?|photographs?|micrographs?|accepted manuscript|additional file|movies?|videos?|not shown|"
    r"section \d|left|right panel)\b",
    re.IGNORECASE,
)
_CITATION = re.compile(
    r"\bet al\b|\[\s?\d|\(\s*\d{4}|,\s*\d{4}\)|\b(?:19|20)\d\d[a-z]\b|\brefs?\b|\(\s*[,;]|\bdoi\b", re.IGNORECASE
)
_FUSED_CITATION = re.compile(
    r"\b[a-z]{4,}\d{1,3}(?:[,–-]\s?\d{1,3})*(?=[\s.,;)]|$)|\)\d|\d(?:,\s?\d+){2,}\.?$|[.,;]\d{1,3}(?:[,–-]\d{1,3})+"
)
_NOT_PROSE = re.compile(r"[=<>≤≥∑∫∝→←↔{}\\|]|https?:|www\.|@|\bP\s?value\b|[✓†‡§]|\?$|\d%[a-z]")
# What is left when a formula was cut out: "with a slope of, (95% CI)".
_LOST_WORDS = re.compile(
    r"\b(of|the|to|a|by|in|is|was) \1\b|\b(?:of|by|with|the|a|an|from|than|between)\s?[,;:.)](?!\w)", re.IGNORECASE
)
_FINITE = re.compile(rf"\b{one_of('finite_verbs')}\b")
_PROCEDURE = re.compile(one_of("procedures"))
_RUN_TOGETHER = re.compile(
    r"[a-z]{3,}[A-Z]{2,}\.\s[a-z]|\.\s[a-z]+[A-Z]\w*\s|\.[A-Z][a-z]+\s[a-z]+\s|[a-z)\]]\.\s+[a-z][\w-]+\s"
)
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"))


def fault_of_opening(sentence: str) -> str:
    """What no blank can mend, found without looking for answers; empty when answers are worth looking for."""
    opening = without_link(sentence)
    if _ANAPHORIC_START.match(opening):
        return "anaphora"
    if not sentence.endswith("."):
        return "not_a_sentence"
    return "too_long" if sentence.count(" ") > 2 * MAX_WORDS else ""  # brackets may still be left out


def fault_of_sentence(text: str, whole: str) -> str:
    """Empty when `text`, as it would be read, stands by itself; `whole` is the sentence with all that was left out."""
    words = text.split()
    if not text[:1].isupper() and not text.startswith(BLANK) and not text[:1].isdigit():
        return "not_a_sentence"
    if not text.endswith("."):
        return "not_a_sentence"
    if len(words) < MIN_WORDS:
        return "too_short"
    if len(words) > MAX_WORDS:
        return "too_long"
    if not _FINITE.search(whole):
        return "no_verb"
    return next((reason for reason, is_at_fault in _SENTENCE_FAULTS if is_at_fault(text)), "")


def _is_unbalanced(text: str) -> bool:
    return any(text.count(opening) != text.count(closing) for opening, closing in _PAIRS) or text.count('"') % 2 == 1


def _is_not_prose(text: str) -> bool:
    letters = sum(char.isalpha() or char.isspace() for char in text.replace(BLANK, ""))
    return bool(_NOT_PROSE.search(text)) or letters < 0.8 * len(text.replace(BLANK, ""))


_SENTENCE_FAULTS: Sequence[tuple[str, Callable[[str], bool]]] = (
    ("anaphora", lambda text: bool(_ANAPHORIC_START.match(text) or _ANAPHORIC_ANYWHERE.search(text))),
    ("reference_to_figure", lambda text: bool(_POINTER.search(text))),
    ("citation_list", lambda text: bool(_CITATION.search(text) or _FUSED_CITATION.search(text))),
    ("procedure", lambda text: bool(_PROCEDURE.search(text))),
    ("run_together", lambda text: bool(_RUN_TOGETHER.search(text.replace("var. ", "")))),
    ("unbalanced_brackets", _is_unbalanced),
    ("not_prose", _is_not_prose),
    ("lost_words", lambda text: bool(_LOST_WORDS.search(text))),
)


def fault_of_candidate(candidate: Candidate, title: str, cloze: str) -> str:
    """`title` and `cloze` are what the reader sees. Empty when there is one answer and they do not tell it."""
    if not candidate.ask and cloze.count(BLANK) != 1:
        return "blank_lost"
    shown = folded(f"{title} | {candidate.ask or cloze}")
    if any(_occurs(form, shown) for form in _telling_forms(candidate)):
        return "answer_in_question"
    if candidate.ask and _names_another(folded(candidate.spec.gold or ""), folded(title)):
        return "title_differs"
    try:
        require_sound(candidate.spec)
    except InvalidSpecError:
        return "unreadable_gold"
    return "" if check(candidate.spec, written_gold(candidate.spec)).correct else "unreadable_gold"


def _names_another(gold: str, title: str) -> bool:
    """ "External quality assurance" under a title that says "external quality assessment"."""
    beginning = gold.rpartition(" ")[0]
    return " " in beginning and beginning in title and gold not in title


def _telling_forms(candidate: Candidate) -> tuple[str, ...]:
    spec = candidate.spec
    if spec.type is AnswerType.SET:
        return (*(member.strip() for member in (spec.gold or "").split(";")), *candidate.hidden)
    return (spec.gold or "", *spec.accepted, *candidate.hidden)


def _occurs(form: str, folded_text: str) -> bool:
    """As whole words, however spelled."""
    words = folded(form)
    if not words or words not in folded_text:
        return False
    return re.search(rf"(?<![\w.]){re.escape(words)}(?!\w|\.\d)", folded_text) is not None
