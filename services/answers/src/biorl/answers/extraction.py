"""Takes the one answer out of a completion, or says why there is none.

A completion is `<think>...</think><answer>...</answer>`; the think part is optional, and so is its opening tag, because
some chat templates write that into the prompt. Everything else is the policy's fault and gets a reason code: no
fallback searches prose for something that looks like an answer (that is how "knockdown" was once read as "no").
Linear in the length of the completion, and never raises.
"""

import re
from dataclasses import dataclass

from biorl.answers.folding import plain

MAX_COMPLETION = 400_000
"""Characters; anything longer is not looked at."""
MAX_ANSWER = 2_000
"""Characters; room for a sequence, none for an essay."""

# `[^<>]*` cannot run past the next tag, so hostile input costs linear time.
_ANSWER_TAG = re.compile(r"<\s*/?\s*answer\b[^<>]*>", re.IGNORECASE)
_THINK_TAG = re.compile(r"<\s*/?\s*think\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a completion answers. Exactly one of `answer` and `reason` says something."""

    answer: str | None
    """The text between the answer tags, stripped; None when there is not exactly one."""
    rationale: str
    """The text of the think part, else all text before the answer."""
    reason: str = ""
    """no_answer_tag, several_answers, malformed_tag, nested_tags, empty_answer, answer_too_long, unclosed_answer,
    unclosed_think, several_thinks, answer_inside_think, completion_too_long; empty when there is an answer."""


def extract_answer(completion: str) -> Extraction:
    """The answer of a completion. See the reason codes of `Extraction`."""
    if len(completion) > MAX_COMPLETION:
        return Extraction(None, "", "completion_too_long")
    tags = list(_ANSWER_TAG.finditer(completion))
    if reason := _tag_fault([tag.group() for tag in tags]):
        return Extraction(None, _rationale(completion), reason)
    opening, closing = tags
    before = completion[: opening.start()]
    rationale = _rationale(before)
    text = completion[opening.end() : closing.start()]
    reason = _think_fault(completion, opening.start()) or _text_fault(text)
    if reason:
        return Extraction(None, rationale, reason)
    return Extraction(text.strip(), rationale)


def _tag_fault(tags: list[str]) -> str:
    if tags == ["<answer>", "</answer>"]:
        return ""
    if not tags:
        return "no_answer_tag"
    if any(tag not in {"<answer>", "</answer>"} for tag in tags):
        return "malformed_tag"
    if tags[:2] == ["<answer>", "<answer>"]:
        return "nested_tags"
    if len(tags) > 2:
        return "several_answers"
    return "unclosed_answer"


def _think_fault(completion: str, answer_start: int) -> str:
    tags = [(tag.group().lower(), tag.start()) for tag in _THINK_TAG.finditer(completion)]
    match [name for name, _ in tags]:
        case []:
            return ""
        case ["<think>", "</think>"] | ["</think>"]:
            begins = tags[0][1] if len(tags) == 2 else 0
            return "answer_inside_think" if begins <= answer_start < tags[-1][1] else ""
        case ["<think>"]:
            return "unclosed_think"
        case _:
            return "several_thinks"


def _text_fault(text: str) -> str:
    if len(text) > MAX_ANSWER:
        return "answer_too_long"
    if _ANY_TAG.search(text):
        return "nested_tags"
    return "" if plain(text) else "empty_answer"


def _rationale(text: str) -> str:
    """The think part where there is one, else everything."""
    tags = list(_THINK_TAG.finditer(text))
    if not tags:
        return text.strip()
    opening = tags[0].end() if not tags[0].group().startswith("</") else 0
    closing = tags[-1].start() if tags[-1].group().startswith("</") else len(text)
    return text[opening:closing].strip()
