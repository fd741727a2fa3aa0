"""What a caller of the reward service speaks of: groups in, one reward or its absence for each completion out."""

from collections.abc import Sequence
from dataclasses import dataclass

from biorl.questions.question import Question


@dataclass(frozen=True, slots=True)
class Group:
    """One question with the completions that answer it."""

    question: Question
    completions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a composition says."""

    name: str
    value: float | None
    """In [0, 1]; None when the part was left out."""
    weight: float
    verdict: str
    """Status of the verdict behind it, lower case."""
    reason: str
    source: str
    """`verifier@version`."""


@dataclass(frozen=True, slots=True)
class Reward:
    reward: float | None
    """None: leave the rollout out of training. Never to be taken for 0."""
    status: str
    """ "scored", "abstained", "invalid", "timeout" or "error"."""
    reason: str = ""
    """Snake-case code of why there is none, or why it is low."""
    parts: tuple[Part, ...] = ()
    """The same names for every completion that a composition scores."""


class UnscoredError(RuntimeError):
    """This rollout has no reward and the caller's framework knows no other word for it than an exception."""

    def __init__(self, reward: Reward) -> None:
        super().__init__(f"no reward: {reward.status}: {reward.reason}")
        self.reward = reward


def number_of(reward: Reward) -> float:
    """For frameworks without a None. Raises UnscoredError."""
    if reward.reward is None:
        raise UnscoredError(reward)
    return reward.reward


def grouped(texts: Sequence[str], questions: Sequence[Question]) -> tuple[list[Group], list[tuple[int, int]]]:
    """One group a question, and for each text its (group, row)."""
    members: dict[str, list[str]] = {}
    asked: dict[str, Question] = {}
    order: list[tuple[str, int]] = []
    for text, question in zip(texts, questions, strict=True):
        asked[question.id] = question
        rows = members.setdefault(question.id, [])
        order.append((question.id, len(rows)))
        rows.append(text)
    number = {key: index for index, key in enumerate(members)}
    groups = [Group(asked[key], tuple(rows)) for key, rows in members.items()]
    return groups, [(number[key], row) for key, row in order]
