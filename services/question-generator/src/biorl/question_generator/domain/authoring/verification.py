"""Whether a question can be answered, is not given away, and how hard it is: told by solvers, cheapest test first.

1. guess: a choice whose options alone betray the answer in every attempt is out.
2. read: solvers that see the passage must agree with the gold answer; 2 are asked, and up to 8 when they differ.
3. solve: solvers that see the question alone; 2 are asked, up to 8 when one was right; the share is the difficulty.

What readers say that no rule can settle, a short text in other words than the gold, goes to a judge: it sees question,
gold and the extracted answer, never the reasoning. What it calls the same, each time, becomes an accepted form, so that
solvers and rewards take it too.

An attempt that got no answer (refused, cut off) counts for nothing; when none counts, nothing is concluded.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from biorl.answers.checking import check
from biorl.answers.extraction import extract_answer
from biorl.answers.folding import folded
from biorl.answers.spec import AnswerType
from biorl.question_generator.domain.authoring.chat import ChatReply, ChatRequest, Said, prompt_text
from biorl.questions.identity import identified
from biorl.questions.question import ChatMessage, Question

FIRST, ALL = 2, 8
"""Attempts at first, and where these do not settle it."""
AGREEMENT = 0.75
"""Share of solvers who read the passage that must find the gold answer."""
MAX_JUDGED, MAX_JUDGED_WORDS = 4, 12
"""Forms of an answer that a judge sees for one question, and the words of one."""
NOT_ANSWERABLE = "not answerable"  # folded
"""What the prompt `read@1` asks for when the passage says nothing."""
Test = Literal["guess", "read", "solve"]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the passage that it was made from."""

    question: Question
    passage: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Attempts that gave an answer, and those that were right."""

    counted: int
    right: int

    @property
    def share(self) -> float | None:
        return self.right / self.counted if self.counted else None


def attempts(case: Case, test: Test, first: int, last: int, max_tokens: int) -> list[ChatRequest]:
    """Requests number `first` to `last`, the last not included."""
    messages = _messages(case, test)
    return [ChatRequest(test, messages, max_tokens, 1.0, attempt) for attempt in range(first, last)]


def tally(question: Question, replies: Sequence[ChatReply]) -> Tally:
    """An answer in a wrong form is a wrong answer; no reply is none."""
    counted = [reply for reply in replies if reply.said is Said.ANSWERED]
    answers = [extract_answer(reply.text).answer for reply in counted]
    return Tally(
        len(counted), sum(answer is not None and bool(check(question.answer, answer).correct) for answer in answers)
    )


def unsettled(question: Question, replies: Sequence[ChatReply]) -> tuple[str, ...]:
    """What readers answered in words of their own, each once: wrong by rule, though it may mean the same.

    Words of the question are none: an accepted form must not stand in it.
    """
    if question.answer.type is not AnswerType.SHORT_TEXT:
        return ()
    said = [extract_answer(reply.text).answer or "" for reply in replies if reply.said is Said.ANSWERED]
    short = {folded(it): it for it in reversed(said) if 0 < len(it.split()) <= MAX_JUDGED_WORDS}
    given = folded(question.prompt[-1].content)
    own = [it for words, it in sorted(short.items()) if words and words != NOT_ANSWERABLE and words not in given]
    return tuple(it for it in own if not check(question.answer, it).correct)[:MAX_JUDGED]


def judgements(question: Question, form: str, max_tokens: int) -> list[ChatRequest]:
    """As JSON, so that an answer cannot pass for an instruction or for the end of the answer."""
    shown = {"question": question.prompt[-1].content, "reference": question.answer.gold, "answer": form}
    messages = (
        ChatMessage("system", prompt_text("judge@1")),
        ChatMessage("user", json.dumps(shown, ensure_ascii=False)),
    )
    return [ChatRequest("judge", messages, max_tokens, 1.0, attempt) for attempt in range(FIRST)]


def means_the_same(replies: Sequence[ChatReply]) -> bool:
    """Only when the judge says so each time."""
    return all(it.said is Said.ANSWERED and extract_answer(it.text).answer == "same" for it in replies)


def accepting(question: Question, forms: Sequence[str]) -> Question:
    """The question with more forms of its answer."""
    answer = replace(question.answer, accepted=(*question.answer.accepted, *forms))
    return identified(replace(question, answer=answer)) if forms else question


def needs_more(test: Test, seen: Tally) -> bool:
    """Whether the first attempts leave it open."""
    if not seen.counted:
        return False
    return 0 < seen.right < seen.counted if test == "read" else seen.right > 0


def fault(test: Test, seen: Tally) -> str:
    """Why the question is out; empty when it stays."""
    if test == "guess":
        return "guessed_from_options" if seen.counted and seen.right == seen.counted else ""
    if test == "read":
        return "solvers_disagree" if seen.share is not None and seen.share < AGREEMENT else ""
    return ""


def applies(test: Test, question: Question) -> bool:
    """Only a choice has options to guess from."""
    return test != "guess" or question.answer.type is AnswerType.CHOICE


def _messages(case: Case, test: Test) -> tuple[ChatMessage, ...]:
    question = case.question
    if test == "guess":
        shown = "\n".join(f"{option.label}. {option.text}" for option in question.answer.options)
        return ChatMessage("system", prompt_text("guess@1")), ChatMessage("user", shown)
    if test == "read":
        shown = f"{case.passage}\n\nQuestion: {question.prompt[-1].content}"
        return ChatMessage("system", prompt_text("read@1")), ChatMessage("user", shown)
    return question.prompt
