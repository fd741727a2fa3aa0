"""Terms that a sentence defines: "Rapamycin, an inhibitor of mTOR, ...", "Cathepsin B is a protease that ..."."""

import re
from collections.abc import Iterator

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate
from biorl.question_generator.domain.literature.inflection import singular
from biorl.question_generator.domain.literature.lexicon import one_of

_TERM = r"(?P<term>[A-Zα-ω][\w’'+/-]*(?:\s[\w’'+/-]+){0,2})"
# The class is the head of what is said: "a nuclear protein that ...", not "the result of a pathogen ...".
_VAGUE = (
    r"(?:important|key|ideal|critical|known|major|common|essential|promising|powerful|useful|good|potential|main|new)"
)
_SAID = (
    rf"(?:an?|the|one of the) (?!{_VAGUE}\b)"
    r"(?:(?!of\b|in\b|to\b|for\b|that\b|which\b|by\b|with\b|between\b|from\b|on\b|at\b|and\b)[\w’'/-]+\s){0,5}?"
    rf"{one_of('term_classes')}\b"
)
_APPOSITION = re.compile(rf"^{_TERM}, {_SAID}[^,;:]{{0,90}}, (?!and\b|or\b|as\b|but\b)[a-z]+\b")
_COPULA = re.compile(rf"^{_TERM} (?:is|are) {_SAID}(?:\s[^\s]+){{7}}")
# A description that fits many terms asks for none of them.
_FITS_MANY = re.compile(
    r"\b(?:certain|various|several|many|some|numerous|multiple|diverse|believed|thought|considered|involved|implicated|"
    r"participat\w*|plays?|roles?|associated|related|widely|commonly|often|frequently|can|may|might|could|including|"
    r"such as|one of|most common|well-known|different|e\.g)\b"
)
_NO_TERM = re.compile(rf"^(?:{one_of('not_terms')}|{one_of('linking')})\b")
_VERBAL = re.compile(
    r"\b(?:is|are|was|were|of|in|on|for|by|to|with|that|which|and|or|has|have|can|may|the|a|an|from|as|at|along|do|does|did|we)\b"
)


def find_definition(sentence: str) -> Iterator[Candidate]:
    """The term at the beginning of the sentence that the sentence says what it is."""
    match = _APPOSITION.match(sentence) or _COPULA.match(sentence)
    if not match:
        return
    term = match["term"]
    if _FITS_MANY.search(sentence, match.end("term")) and match.re is not _APPOSITION:
        return
    if _NO_TERM.match(term) or _VERBAL.search(term) or len(term) < 4:
        return
    spec = AnswerSpec(AnswerType.SHORT_TEXT, term, accepted=_other_forms(term))
    yield Candidate(
        match.start("term"), match.end("term"), spec, "the term that is described", hidden=_telling_parts(term)
    )


def _other_forms(term: str) -> tuple[str, ...]:
    """Its singular, and each of two names ("HuC/ELAVL3")."""
    names = term.split("/") if re.fullmatch(r"[\w-]{2,}/[\w-]{2,}", term) else []
    joined = term.replace("-", "") if re.fullmatch(r"[A-Za-z]+-\d+[A-Za-z]?", term) else ""  # "Prox-1"
    return tuple(form for form in (singular(term), joined, *names) if form)


def _telling_parts(term: str) -> tuple[str, ...]:
    """Long words of the term: one that stands elsewhere in the sentence gives the term away."""
    return tuple(word for word in re.split(r"[\s/-]", term) if len(word) > 4)
