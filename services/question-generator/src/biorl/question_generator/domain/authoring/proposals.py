"""What a model proposes, read from its reply and refused for what is wrong with it.

Every proposal must quote the sentence that holds its answer, character by character; what is not in the passage is not
asked. The gates are rules alone: a model that judges itself lets everything pass.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from biorl.answers.checker import InvalidSpecError
from biorl.answers.checking import check, require_sound
from biorl.answers.folding import folded
from biorl.answers.spec import AnswerSpec, AnswerType, Option
from biorl.question_generator.domain.authoring.passages import Passage
from biorl.question_generator.domain.chance import luck
from biorl.question_generator.domain.literature.patterns.quantities import MEASURED_TOLERANCE
from biorl.question_generator.domain.literature.wording import SYSTEM, written_gold
from biorl.question_generator.domain.writing import Refusal
from biorl.questions.identity import identified
from biorl.questions.question import ChatMessage, Evidence, Provenance, Question, Split

TASK = "literature.written"
TYPES = ("number", "direction", "gene", "organism", "chemical", "short_text", "choice")
MAX_QUESTION_WORDS, MAX_ANSWER_WORDS, MAX_ACCEPTED = 90, 8, 8
MIN_QUESTION_WORDS = 8
MIN_OPTIONS, MAX_OPTIONS, MAX_LENGTHS_APART = 4, 9, 4.0
_LETTERS = "ABCDEFGHI"
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:(?:this|the|these|that) (?:\w+ )?"
    r"(?:study|text|paper|passage|article|authors?|section|experiment|excerpt|abstract)|"
    r"according to|fig(?:ure)?s?\.?|tables?|supplementary|as (?:described|mentioned|reported|shown)|et al)\b",
    re.IGNORECASE,
)
"""On word boundaries: "stable" and "suitable" are no tables."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One object of a reply, with the types that it ought to have."""

    type: AnswerType
    question: str
    answer: str
    unit: str
    accepted: tuple[str, ...]
    options: tuple[str, ...]
    evidence: str


class UnreadableReplyError(ValueError):
    """The reply holds no JSON array."""


def proposals_in(reply: str) -> Iterator[Proposal | Refusal]:
    """In order; what has not the right shape is refused by itself. Raises UnreadableReplyError for the whole."""
    start, end = reply.find("["), reply.rfind("]")
    try:
        rows = json.loads(reply[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError) as error:
        raise UnreadableReplyError(str(error)) from error
    if not isinstance(rows, list):
        msg = "no JSON array"
        raise UnreadableReplyError(msg)
    for row in rows:
        yield _proposal(row) if isinstance(row, dict) else Refusal(TASK, "unreadable_proposal", str(row)[:200])


def _proposal(row: Mapping[str, Any]) -> Proposal | Refusal:
    kind, words = row.get("type"), {name: row.get(name, "") for name in ("question", "answer", "unit", "evidence")}
    if kind not in TYPES:
        return Refusal(TASK, "unknown_type", str(kind)[:60])
    texts = {name: str(value) if isinstance(value, int | float) else value for name, value in words.items()}
    lists = [row.get("accepted") or [], row.get("options") or []]
    is_shaped = all(isinstance(value, str) for value in texts.values()) and all(isinstance(it, list) for it in lists)
    if not is_shaped:
        return Refusal(TASK, "unreadable_proposal", str(row)[:200])
    accepted, options = (tuple(str(item).strip() for item in items if str(item).strip()) for items in lists)
    question, answer, unit, evidence = (texts[name].strip() for name in ("question", "answer", "unit", "evidence"))
    return Proposal(AnswerType(kind), question, answer, unit, accepted[:MAX_ACCEPTED], options, evidence)


def question_from(proposal: Proposal, passage: Passage, writer: str, split: Split, seed: int) -> Question | Refusal:
    """The question, or the first thing that is wrong with it."""
    place = passage.place_of(proposal.evidence)
    if place is None:
        return Refusal(TASK, "evidence_not_in_text", proposal.evidence)
    paragraph, start, end = place
    quote = paragraph.text[start:end]
    spec = _spec(proposal, seed)
    if fault := _fault(proposal, quote, spec):
        return Refusal(TASK, fault, proposal.question)
    document = passage.document
    asked = proposal.question
    if spec.options:
        asked = "\n".join([asked, *(f"{option.label}. {option.text}" for option in spec.options)])
    return identified(
        Question(
            id="",
            task=TASK,
            prompt=(SYSTEM, ChatMessage("user", asked)),
            answer=spec,
            evidence=(Evidence(document.id, paragraph.id, start, end, quote),),
            licence=document.licence,
            provenance=Provenance(writer, (document.id,), "literature"),
            topics=document.topics,
            split=split,
        )
    )


def _spec(proposal: Proposal, seed: int) -> AnswerSpec:
    kind = proposal.type
    if kind is AnswerType.NUMBER:
        gold = proposal.answer.replace(",", "").removesuffix("%").strip()
        return AnswerSpec(kind, gold, unit=proposal.unit, relative_tolerance=MEASURED_TOLERANCE)
    if kind is AnswerType.CHOICE:
        texts = sorted(proposal.options, key=lambda text: luck(seed, proposal.question, text))
        options = tuple(Option(letter, text) for letter, text in zip(_LETTERS, texts, strict=False))
        gold = next((option.label for option in options if option.text == proposal.answer), "")
        return AnswerSpec(kind, gold, options=options)
    if kind is AnswerType.DIRECTION:
        return AnswerSpec(kind, proposal.answer.casefold())
    return AnswerSpec(kind, proposal.answer, accepted=proposal.accepted)


def _fault(proposal: Proposal, quote: str, spec: AnswerSpec) -> str:
    """Empty when nothing is wrong; the cheapest checks first."""
    return (
        _fault_of_wording(proposal)
        or (_fault_of_options(proposal) if spec.type is AnswerType.CHOICE else "")
        or (_fault_of_place(proposal, quote, spec) if spec.type is not AnswerType.DIRECTION else "")
        or _fault_of_spec(spec)
    )


def _fault_of_wording(proposal: Proposal) -> str:
    words = len(proposal.question.split())
    if not proposal.question.endswith("?") or not MIN_QUESTION_WORDS <= words <= MAX_QUESTION_WORDS:
        return "no_question"
    if _POINTS_ELSEWHERE.search(proposal.question):
        return "not_self_contained"
    if not proposal.answer:
        return "no_answer"
    return "answer_too_long" if len(proposal.answer.split()) > MAX_ANSWER_WORDS else ""


def _fault_of_place(proposal: Proposal, quote: str, spec: AnswerSpec) -> str:
    """The evidence must hold the answer, and the question must not."""
    if not _occurs(proposal.answer, quote):
        return "answer_not_in_evidence"
    told = any(_occurs(form, proposal.question) for form in (proposal.answer, *spec.accepted))
    return "answer_in_question" if told else ""


def _fault_of_options(proposal: Proposal) -> str:
    options = proposal.options
    lengths = [len(option) for option in options]
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS or len({folded(it) for it in options}) < len(options):
        return "bad_options"
    if options.count(proposal.answer) != 1:
        return "answer_not_an_option"
    return "options_of_unlike_length" if max(lengths) > MAX_LENGTHS_APART * min(lengths) + 8 else ""


def _fault_of_spec(spec: AnswerSpec) -> str:
    try:
        require_sound(spec)
    except InvalidSpecError:
        return "unreadable_gold"
    return "" if check(spec, written_gold(spec)).correct else "unreadable_gold"


def _occurs(form: str, text: str) -> bool:
    """As whole words, however spelled."""
    words = folded(form)
    return bool(words) and re.search(rf"(?<![\w.]){re.escape(words)}(?!\w|\.\d)", folded(text)) is not None
