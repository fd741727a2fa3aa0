"""What becomes of all questions together before they are a dataset: alike ones once, nothing that benchmarks ask.

Held-out questions come first, so that of two that say the same the one in training goes; then by id, so that neither
order nor partitions matter. Questions from templates (screens, labels) resemble one another by design: they stay.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from biorl.answers.folding import folded
from biorl.question_generator.domain.decontamination import BenchmarkItem, Contamination, contaminated
from biorl.question_generator.domain.literature.wording import statement_of, without_title, written_gold
from biorl.question_generator.domain.meaning import SameMeaning, same_in_meaning
from biorl.question_generator.domain.resemblance import Alike, near_duplicates, words_of
from biorl.question_generator.domain.topics.alignment import Plan, plan, sample
from biorl.question_generator.domain.topics.fields import FieldOf, PaperWords, Reader, fields_of
from biorl.questions.identity import digest
from biorl.questions.question import Question

MADE_FROM_TEXT = "literature."
TITLE_WEIGHT = 3
"""So often a title counts beside a sentence of evidence."""


@dataclass(frozen=True, slots=True)
class AlignmentRules:
    """Which mix of fields questions for training from papers shall have."""

    target: Mapping[str, float]
    """Share of each field, for example of recent literature."""
    alpha: float = 1.0
    size: int | None = None
    """Questions for training; none takes as many as need no repeats."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class CurationRules:
    """`alike`, `meaning` none: near duplicates stay. `alignment` none: all fields stay as they are."""

    alike: Alike | None = field(default_factory=Alike)
    benchmarks: tuple[BenchmarkItem, ...] = ()
    alignment: AlignmentRules | None = None
    rejected: Mapping[str, str] = field(default_factory=dict)
    """By id of a question that a reader rejected, the reason."""
    meaning: SameMeaning | None = None
    share_alike: bool = False
    """Whether the dataset is of sources under share-alike licences, and of no others; else they stay out."""
    fields: Reader | None = None
    """Of texts of papers whose headings name no field; none searches them for the word list."""


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
    fields: FieldOf | None = None
    """Of the papers that questions for training were made from."""
    supply: Mapping[str, int] = field(default_factory=dict)
    """Questions for training from papers by field, before alignment."""
    plan: Plan | None = None

    @property
    def kept_by_field(self) -> Mapping[str, int]:
        """Questions for training from papers, after alignment."""
        return {name: it.kept for name, it in self.plan.fields.items() if it.kept} if self.plan else self.supply


def curate(questions: Iterable[Question], rules: CurationRules) -> Curated:
    """The same for the same questions in any order."""
    everything = sorted(questions, key=lambda question: (not question.is_held_out, question.id))
    apart = {it.id: it.licence for it in everything if is_share_alike(it.licence) is not rules.share_alike}
    out = rules.rejected.keys() | apart.keys()
    from_text = [it for it in everything if it.task.startswith(MADE_FROM_TEXT) and it.id not in out]
    found = contaminated(from_text, rules.benchmarks, rules.alike or Alike())
    clean = [question for question in from_text if question.id not in found]
    equal = _equal(clean)
    distinct = [question for question in clean if question.id not in equal]
    repeated = _repeated(distinct, rules.alike)
    reworded = _reworded([question for question in distinct if question.id not in repeated], rules.meaning)
    gone = repeated.keys() | reworded.keys()
    single = [question for question in distinct if question.id not in gone and not question.is_held_out]
    fields = fields_of(papers_of(single), rules.fields)
    field_of = {question.id: fields.fields[paper_id(question)] for question in single}
    done, full = _aligned(single, field_of, rules.alignment)
    reasons = {
        **{question_id: ("share_alike_apart", licence) for question_id, licence in apart.items()},
        **{question_id: ("rejected", reason) for question_id, reason in rules.rejected.items()},
        **{question_id: ("contaminated", _named(it)) for question_id, it in found.items()},
        **{question_id: ("duplicate", it) for question_id, it in equal.items()},
        **{question_id: ("near_duplicate", it) for question_id, it in repeated.items()},
        **{question_id: ("same_meaning", it) for question_id, it in reworded.items()},
        **{question_id: ("field_is_full", field_of[question_id]) for question_id in full},
    }
    by_id = sorted(everything, key=lambda question: question.id)
    return Curated(
        kept=tuple(it for it in by_id if it.id not in reasons),
        dropped=tuple(Dropped(it.id, it.task, *reasons[it.id]) for it in by_id if it.id in reasons),
        benchmark_sizes=Counter(item.benchmark for item in rules.benchmarks),
        contaminations=tuple(found[question_id] for question_id in sorted(found)),
        fields=fields,
        supply=Counter(field_of.values()),
        plan=done,
    )


def is_share_alike(licence: str) -> bool:
    """Of an SPDX name: whatever is made from the source must be given on under the same licence."""
    return "SA" in licence.split("-")


def _aligned(
    questions: Sequence[Question], field_of: Mapping[str, str], rules: AlignmentRules | None
) -> tuple[Plan | None, set[str]]:
    """The plan, and the ids of the questions that it has no place for."""
    if rules is None:
        return None, set()
    done = plan(Counter(field_of.values()), rules.target, rules.alpha, rules.size)
    return done, {question.id for question in questions} - sample(questions, field_of, done, rules.seed)


def papers_of(questions: Iterable[Question]) -> list[PaperWords]:
    """Of what the questions say of their papers: headings, title and evidence."""
    headings: dict[str, tuple[str, ...]] = {}
    words: dict[str, list[str]] = {}
    for question in questions:
        name = paper_id(question)
        headings[name] = question.topics
        told = words.setdefault(name, [f"{statement_of(question).title}. "] * TITLE_WEIGHT)
        told.extend(evidence.quote for evidence in question.evidence)
    return [PaperWords(name, headings[name], " ".join(told)) for name, told in sorted(words.items())]


def paper_id(question: Question) -> str:
    """The first source, which is the paper; the question's own id when it names none."""
    return question.provenance.sources[0] if question.provenance.sources else question.id


def _equal(questions: Iterable[Question]) -> dict[str, str]:
    """By id of a question, the id of the one that asks the same, whichever papers they come from. What EGF stands for
    is asked once; an abbreviation that stands for two things is asked for both.
    """
    first: dict[str, str] = {}
    return {
        question.id: known
        for question in questions
        if (known := first.setdefault(_asked_and_answered(question), question.id)) != question.id
    }


def _asked_and_answered(question: Question) -> str:
    asked = words_of(without_title(question.prompt[-1].content))
    return digest([question.task, asked, folded(written_gold(question.answer))])


def _repeated(questions: Sequence[Question], alike: Alike | None) -> dict[str, str]:
    """By id of a question, the id of the one that it resembles."""
    if alike is None:
        return {}
    found = near_duplicates([_what_it_tells(question) for question in questions], alike)
    return {questions[later].id: questions[earlier].id for later, earlier in found.items()}


def _reworded(questions: Sequence[Question], meaning: SameMeaning | None) -> dict[str, str]:
    """By id of a question, the id of the one that asks the same in other words."""
    if meaning is None:
        return {}
    told, answers = map(_what_it_tells, questions), map(_answered, questions)
    found = same_in_meaning(list(told), list(answers), meaning)
    return {questions[later].id: questions[earlier].id for later, earlier in found.items()}


def _answered(question: Question) -> str:
    """The answer as far as questions share it: of a choice the option's text, not its letter."""
    answer = question.answer
    chosen = next((option.text for option in answer.options if option.label == answer.gold), written_gold(answer))
    return f"{answer.type} {folded(chosen)}"


def _what_it_tells(question: Question) -> str:
    """A question that shows no sentence ("what does EGF stand for?") tells as much as its evidence."""
    statement = statement_of(question).text
    return statement if "\n\n" in question.prompt[-1].content or not question.evidence else question.evidence[0].quote


def _named(contamination: Contamination) -> str:
    return f"{contamination.item.benchmark}/{contamination.item.id} ({contamination.how})"
