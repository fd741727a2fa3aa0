"""Content digests: equal content has equal identity, wherever and whenever it was made.

Doing something twice then changes nothing downstream. The gold answer is part of a question's identity, so a sealed
copy keeps the id of the question that it was sealed from; ids are given once, by the writer.
"""

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

from biorl.questions.question import Question


def digest(content: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of plain values and dataclasses: keys sorted, no white space, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_object)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_object(value: Any) -> dict[str, Any]:
    """A dataclass as `dataclasses.asdict` gives it, without its deep copies: hundreds of thousands are written."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def question_id(question: Question) -> str:
    """SHA-256 over task, prompt, answer, claim, split and sources; writer, topics and difficulty do not count."""
    return digest(
        {
            "task": question.task,
            "prompt": question.prompt,
            "answer": question.answer,
            "claim": question.claim,
            "split": question.split,
            "sources": sorted(question.provenance.sources),
        }
    )


def identified(question: Question) -> Question:
    """The question with the id that its content gives it."""
    return replace(question, id=question_id(question))
