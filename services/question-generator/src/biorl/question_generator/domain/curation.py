"""What becomes of all questions together before they are a dataset: alike ones once, nothing that benchmarks ask.

Held-out questions come first, so that of two that say the same the one in training goes; then by id, so that neither
order nor partitions matter. Questions from templates (screens, labels) resemble one another by design: they stay.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from biorl.question_generator.domain.decontamination import BenchmarkItem, Contamination, contaminated
from biorl.question_generator.domain.literature.wording import statement_of
from biorl.question_generator.domain.resemblance import Alike, near_duplicates
from biorl.questions.question import Question

MADE_FROM_TEXT = "literature."


@dataclass(frozen=True, slots=True)
class CurationRules:
    """`alike` none: near duplicates stay."""

    alike: Alike | None = field(default_factory=Alike)
    benchmarks: tuple[BenchmarkItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A question that is not in the dataset."""

    question_id: str
    task: str
    reason: str
    because: str
    """The question or benchmark item that it resembles, the topic that is full."""


@dataclass(frozen=True, slots=True)
class Curated:
    kept: tuple[Question, ...]
    """By id."""
    dropped: tuple[Dropped, ...]
    benchmark_sizes: Mapping[str, int] = field(default_factory=dict)
    contaminations: tuple[Contamination, ...] = ()


def curate(questions: Iterable[Question], rules: CurationRules) -> Curated:
    """The same for the same questions in any order."""
    everything = sorted(questions, key=lambda question: (not question.is_held_out, question.id))
    from_text = [question for question in everything if question.task.startswith(MADE_FROM_TEXT)]
    found = contaminated(from_text, rules.benchmarks, rules.alike or Alike())
    clean = [question for question in from_text if question.id not in found]
    repeated = _repeated(clean, rules.alike)
    dropped = (
        *(
            Dropped(item.id, item.task, "contaminated", _named(found[item.id]))
            for item in from_text
            if item.id in found
        ),
        *(Dropped(item.id, item.task, "near_duplicate", repeated[item.id]) for item in clean if item.id in repeated),
    )
    out = {item.question_id for item in dropped}
    return Curated(
        kept=tuple(sorted((item for item in everything if item.id not in out), key=lambda item: item.id)),
        dropped=tuple(sorted(dropped, key=lambda item: item.question_id)),
        benchmark_sizes=Counter(item.benchmark for item in rules.benchmarks),
        contaminations=tuple(found[question_id] for question_id in sorted(found)),
    )


def _repeated(questions: Sequence[Question], alike: Alike | None) -> dict[str, str]:
    """By id of a question, the id of the one that it resembles."""
    if alike is None:
        return {}
    found = near_duplicates([_what_it_tells(question) for question in questions], alike)
    return {questions[later].id: questions[earlier].id for later, earlier in found.items()}


def _what_it_tells(question: Question) -> str:
    """A question that shows no sentence ("what does EGF stand for?") tells as much as its evidence."""
    statement = statement_of(question).text
    return statement if "\n\n" in question.prompt[-1].content or not question.evidence else question.evidence[0].quote


def _named(contamination: Contamination) -> str:
    return f"{contamination.item.benchmark}/{contamination.item.id} ({contamination.how})"
