"""What a run's topics hold, counted: questions by task and topic, verdicts by judge and status."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from biorl.chassis.bus import Bus
from biorl.effect.v1 import effect_pb2
from biorl.question.v1 import question_pb2
from biorl.reward.v1 import reward_pb2
from biorl.standalone.runs.traffic import EFFECTS, QUESTIONS, REWARDS, values
from biorl.verifier.v1 import verifier_pb2

COMPOSED = "reward"
"""What the composed reward is called among the judges."""


@dataclass(frozen=True, slots=True)
class QuestionCounts:
    by_task: dict[str, dict[str, int]]
    """Task to split to number of distinct questions."""
    by_topic: dict[str, int]
    """Of the most specific topic of questions from papers."""
    ids: frozenset[str]
    num_records: int
    """On the topic; more than ids when a question was published twice."""


def count_questions(bus: Bus) -> QuestionCounts:
    by_task: defaultdict[str, Counter[str]] = defaultdict(Counter)
    by_topic: Counter[str] = Counter()
    ids: set[str] = set()
    num_records = 0
    for value in values(bus, QUESTIONS):
        question = question_pb2.Question.FromString(value)
        num_records += 1
        if question.id in ids:
            continue
        ids.add(question.id)
        by_task[question.task][question_pb2.Split.Name(question.split).removeprefix("SPLIT_").lower()] += 1
        if question.topics and question.task.startswith("literature."):
            by_topic[question.topics[0]] += 1
    return QuestionCounts(
        {task: dict(counts) for task, counts in sorted(by_task.items())}, dict(by_topic), frozenset(ids), num_records
    )


def count_verdicts(bus: Bus) -> dict[str, dict[str, int]]:
    """Judge to status to number of rollouts; a part that was left out counts by its verdict.

    Equal answers to a question share an id, and each time that one was given counts.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for value in values(bus, REWARDS):
        rollout = reward_pb2.ScoredRollout.FromString(value)
        counts[COMPOSED][_status(rollout.reward.status)] += 1
        for part in rollout.reward.parts:
            if part.HasField("verdict"):
                counts[part.name][_status(part.verdict.status)] += 1
    return {judge: dict(counts[judge]) for judge in sorted(counts, key=lambda name: (name != COMPOSED, name))}


def datasets(bus: Bus) -> dict[str, str]:
    """Digest of the files of each dataset that effects came from, by its name."""
    found = (effect_pb2.PerturbationEffects.FromString(value).dataset for value in values(bus, EFFECTS))
    return dict(sorted({dataset.name: dataset.digest for dataset in found}.items()))


def composition_digest(bus: Bus) -> str:
    """Name and digest of the composition that the newest scored rollout was scored by; empty when there is none."""
    last = b""
    for last in values(bus, REWARDS):  # noqa: B007 - the last value is what is wanted
        pass
    rollout = reward_pb2.ScoredRollout.FromString(last)
    return f"{rollout.composition}, sha256 {rollout.composition_digest}" if last else ""


def _status(number: verifier_pb2.Status) -> str:
    return verifier_pb2.Status.Name(number).removeprefix("STATUS_")
