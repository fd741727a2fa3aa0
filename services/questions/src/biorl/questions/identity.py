"""Content digests: equal content has equal identity, wherever and whenever it was made.

Doing something twice then changes nothing downstream. The gold answer is part of a question's identity, so a sealed
copy keeps the id of the question that it was sealed from; ids are given once, by the writer.
"""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from biorl.questions.question import Question


def digest(content: Any) -> str:
    """SHA-256 (hex) of the canonical JSON of plain values: keys sorted, no white space, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def question_id(question: Question) -> str:
    """SHA-256 over task, prompt, answer, claim, split and sources; writer, topics and difficulty do not count."""
    return digest(
        {
            "task": question.task,
            "prompt": [asdict(message) for message in question.prompt],
            "answer": asdict(question.answer),
            "claim": asdict(question.claim) if question.claim else None,
            "split": question.split,
            "sources": sorted(question.provenance.sources),
        }
    )


def identified(question: Question) -> Question:
    """The question with the id that its content gives it."""
    return replace(question, id=question_id(question))
