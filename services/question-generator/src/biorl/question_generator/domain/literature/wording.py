"""How a candidate is asked: its sentence with a blank, free of citations and pointers, under the paper's title.

The study “Rapamycin extends lifespan” reports the following. Fill in the blank with a percentage (number and %).

Rapamycin extended median lifespan by _____ in female mice.
"""

import re
from dataclasses import dataclass

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate
from biorl.question_generator.domain.literature.lexicon import one_of
from biorl.questions.question import ChatMessage, Question

BLANK = "_____"
SYSTEM = ChatMessage(
    "system",
    "You answer questions about findings in biology. Reason between <think> and </think>, then write exactly one "
    "answer, as short as the question allows, between <answer> and </answer>.",
)
# The text of brackets that point elsewhere: figures, tables, citations, and statistics that a reader need not have.
_BRACKETED = re.compile(r"\s*[(\[](?P<inside>[^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]")
_POINTS = re.compile(rf"\b{one_of('pointing_brackets')}", re.IGNORECASE)
_NUMBERS_ALONE = re.compile(r"^[\s\d,;–—-]+[a-z]?$")
_LINKING = re.compile(rf"^{one_of('linking')},\s+")


def blanked(sentence: str, candidate: Candidate) -> str:
    """The sentence with the blank, readable by itself."""
    return readable(f"{sentence[: candidate.start]}{BLANK}{sentence[candidate.end :]}")


def readable(text: str) -> str:
    """Without brackets that point elsewhere, without an opening "However,", with tidy spaces."""
    text = _BRACKETED.sub(lambda found: "" if _points_elsewhere(found["inside"]) else found.group(), text)
    text = re.sub(r"\s+([.,;:])", r"\1", " ".join(text.split()))
    text = re.sub(r"[,–-]+(?=[.,])", "", text)  # what is left of citations that were cut out of the text
    return without_link(text)


def without_link(text: str) -> str:
    """Without an opening "However,"."""
    linked = _LINKING.match(text)
    if not linked:
        return text
    rest = text[linked.end() :]
    return rest[:1].upper() + rest[1:]


def _points_elsewhere(inside: str) -> bool:
    return BLANK not in inside and bool(_POINTS.search(inside) or _NUMBERS_ALONE.match(inside) or not inside.strip())


def written_gold(spec: AnswerSpec) -> str:
    """The gold as an answer would write it, with its unit."""
    gold = spec.gold or ""
    return f"{gold} {spec.unit}".strip() if spec.type is AnswerType.NUMBER else gold


def prompt(title: str, cloze: str, candidate: Candidate) -> tuple[ChatMessage, ...]:
    """System and user message."""
    bare = title.strip(' .“”"')
    name = f"“{bare}”"
    if candidate.ask:
        return SYSTEM, ChatMessage("user", f"In the study {name}, {candidate.ask}")
    asked = f"The study {name} reports the following. Fill in the blank with {candidate.hint}."
    return SYSTEM, ChatMessage("user", f"{asked}\n\n{cloze}")


_FRAMED = re.compile(r"^(?:In the study|The study) “(?P<title>.*?)”(?:, | reports the following\. )", re.DOTALL)


def without_title(asked: str) -> str:
    """A user message of ours without the paper's title: what is asked, whichever paper it comes from."""
    return _FRAMED.sub("", asked)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a question gives away when its answer is known."""

    title: str
    """Of its paper; empty when the question does not name it."""
    text: str
    """The sentence with the answer in the blank, or the question with its answer."""


def statement_of(question: Question) -> Statement:
    """Read back from the prompt; questions of other writers are their last message and their answer."""
    asked = question.prompt[-1].content
    framed = _FRAMED.match(asked)
    title, bare = (framed["title"], asked[framed.end() :]) if framed else ("", asked)
    gold = written_gold(question.answer)
    cloze = bare.rpartition("\n\n")[2]
    return Statement(title, cloze.replace(BLANK, gold) if BLANK in cloze else f"{bare} {gold}".strip())
