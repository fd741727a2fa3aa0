"""What came of one source: the questions that were written, and what was not, with its reason.

Nothing is dropped without a Refusal; users ask first what was filtered, and why.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from biorl.questions.question import Question


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that was not written."""

    task: str
    reason: str
    """Snake-case code ("answer_in_question", "balanced_out")."""
    example: str = ""
    """What it would have been about; empty where the count says enough."""


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of one source."""

    source_id: str
    questions: tuple[Question, ...]
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How often one source was refused for one reason."""

    source_id: str
    task: str
    reason: str
    count: int
    example: str


def counted(source_id: str, refusals: Iterable[Refusal]) -> tuple[RefusalCount, ...]:
    """One row a task and reason, with the first example."""
    refusals = list(refusals)
    counts = Counter((refusal.task, refusal.reason) for refusal in refusals)
    examples: dict[tuple[str, str], str] = {}
    for refusal in refusals:
        examples.setdefault((refusal.task, refusal.reason), refusal.example)
    return tuple(
        RefusalCount(source_id, task, reason, count, examples[task, reason])
        for (task, reason), count in sorted(counts.items())
    )
