"""Verification: the one file to read to know what this service does.

A question is checked once and its claim believed once, however many completions answer it; each completion is
extracted and turned into a verdict. Beliefs are remembered, equal claims of one batch are asked once. Whatever goes
wrong is a status: a request that is wrong is INVALID, a model that raises is ERROR, time that runs out is TIMEOUT;
none of them is a score.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version as distribution_version
from itertools import chain, islice
from threading import Lock
from typing import Any

from biorl.answers.extraction import extract_answer
from biorl.questions.question import Claim, Question
from biorl.soft_verifier.domain.belief import Artifact, Belief, Source, Status, Verdict
from biorl.soft_verifier.domain.judging import claim_problem, holds_out_gold, question_problem, verdicts_of
from biorl.soft_verifier.ports import (
    AnswersBatches,
    ArtifactStore,
    Judge,
    LearnsCells,
    LearnsFunctions,
    LearnsLabels,
    Observer,
    Trainable,
    UnknownVerifierError,
    Verifier,
    VerifierClass,
    VerifierNotServedError,
    WarmsUp,
    WorldModel,
)
from biorl.soft_verifier.verifiers.served_model import Behind, ServedModel

BATCH = 64
"""Questions between two looks at the clock, for a verifier that does not say."""
LASTING = frozenset({Status.SCORED, Status.ABSTAINED, Status.INVALID})
"""What is worth remembering: a model that was away or late may answer the next time."""
OutOfTime = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Group:
    """One question with the completions that answer it."""

    question: Question
    completions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """A verifier as it was loaded."""

    source: Source
    verifier: Verifier
    card: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """A verifier that shall be served."""

    name: str
    version: str | None = None
    """None for the newest artifact."""
    behind: Behind | None = None
    """A model that others serve; its verifier goes by any name, and its artifact is a calibration."""


def load(choices: Sequence[Choice], registry: Mapping[str, VerifierClass], store: ArtifactStore) -> list[Served]:
    """Builds what shall be served, and warms it up.

    Raises UnknownVerifierError, and ArtifactMissingError, which says what to run.
    """
    served = [_load(choice, registry, store) for choice in choices]
    for item in served:
        if isinstance(item.verifier, WarmsUp):
            item.verifier.warm_up()
    return served


def _load(choice: Choice, registry: Mapping[str, VerifierClass], store: ArtifactStore) -> Served:
    if choice.behind is not None:
        artifact = store.load(choice.name, choice.version)
        return Served(artifact.source, ServedModel(artifact, choice.behind), artifact.card)
    if choice.name not in registry:
        msg = f"there is no verifier {choice.name!r}; there are: {', '.join(sorted(registry))}"
        raise UnknownVerifierError(msg)
    kind = registry[choice.name]
    if isinstance(kind, Trainable | LearnsLabels | LearnsCells | LearnsFunctions):
        artifact = store.load(choice.name, choice.version)
    else:
        artifact = Artifact(_code_source(choice.name))
    return Served(artifact.source, kind(artifact), artifact.card)


def _code_source(name: str) -> Source:
    """Of a verifier without an artifact: its version is that of the code."""
    version = distribution_version("biorl-soft-verifier")
    return Source(name, version, hashlib.sha256(f"biorl-soft-verifier {version} {name}".encode()).hexdigest())


@dataclass(slots=True)
class _Memory:
    """Beliefs already formed; the oldest is forgotten first."""

    size: int
    beliefs: dict[Claim, Belief] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def remember(self, new: Mapping[Claim, Belief]) -> None:
        with self.lock:
            self.beliefs.update(new)
            surplus = max(0, len(self.beliefs) - self.size)
            for claim in list(islice(self.beliefs, surplus)):
                del self.beliefs[claim]


class Verification:
    """Safe to call from several threads."""

    def __init__(self, served: Sequence[Served], observer: Observer, beliefs_kept: int = 200_000) -> None:
        self._served = {item.source.verifier: item for item in served}
        self._memory = {name: _Memory(beliefs_kept) for name in self._served}
        self._observer = observer

    def served(self) -> list[Served]:
        return list(self._served.values())

    def verify(self, name: str, groups: Sequence[Group], out_of_time: OutOfTime = lambda: False) -> list[list[Verdict]]:
        """One list for each group, one verdict for each completion, in order. Raises VerifierNotServedError."""
        served = self._find(name)
        size = _batch(served)
        batches = (groups[start : start + size] for start in range(0, len(groups), size))
        judged = [self._verify_batch(served, batch, out_of_time) for batch in batches]
        verdicts = list(chain.from_iterable(judged))
        self._observer.judged(name, len(groups), chain.from_iterable(verdicts))
        return verdicts

    def predict(self, name: str, claims: Sequence[Claim], out_of_time: OutOfTime = lambda: False) -> list[Belief]:
        """The world model itself: one belief for each claim, in order. Raises VerifierNotServedError."""
        served = self._find(name)
        beliefs: list[Belief] = []
        size = _batch(served)
        for start in range(0, len(claims), size):
            beliefs += self._believe(served, claims[start : start + size], out_of_time)
        self._observer.believed(name, beliefs)
        return beliefs

    def _find(self, name: str) -> Served:
        if name not in self._served:
            msg = f"no verifier {name!r} is served here; served: {', '.join(sorted(self._served))}"
            raise VerifierNotServedError(msg)
        return self._served[name]

    def _verify_batch(self, served: Served, groups: Sequence[Group], out_of_time: OutOfTime) -> list[list[Verdict]]:
        if isinstance(served.verifier, Judge):
            return [self._judge(served, served.verifier, group, out_of_time) for group in groups]
        problems = [_problem(group.question, served.verifier.tasks) for group in groups]
        sound = [group.question.claim for group, problem in zip(groups, problems, strict=True) if problem is None]
        beliefs = iter(self._believe(served, [claim for claim in sound if claim], out_of_time))
        return [_judged(group, problem or next(beliefs)) for group, problem in zip(groups, problems, strict=True)]

    def _judge(self, served: Served, judge: Judge, group: Group, out_of_time: OutOfTime) -> list[Verdict]:
        problem = _judge_problem(group.question, judge.tasks, out_of_time)
        if problem:
            return [problem] * len(group.completions)
        try:
            return list(judge.judge(group.question, [extract_answer(text) for text in group.completions]))
        except Exception as error:  # noqa: BLE001 - a bug of one verifier is its status, told to the observer
            self._observer.failed(served.source.verifier, error)
            return [Verdict.without_score(Status.ERROR, "verifier_error")] * len(group.completions)

    def _believe(self, served: Served, claims: Sequence[Claim], out_of_time: OutOfTime) -> list[Belief]:
        if out_of_time():
            return [Belief(Status.TIMEOUT, reason="deadline_exceeded")] * len(claims)
        memory = self._memory[served.source.verifier]
        known = memory.beliefs
        answers = {claim: known.get(claim) or self._whole(claim) for claim in dict.fromkeys(claims)}
        unknown = [claim for claim, belief in answers.items() if belief is None]
        if unknown:
            fresh = dict(zip(unknown, self._ask(served, unknown), strict=True))
            memory.remember({claim: belief for claim, belief in fresh.items() if belief.status in LASTING})
            answers |= fresh
        return [belief for claim in claims if (belief := answers[claim])]

    @staticmethod
    def _whole(claim: Claim) -> Belief | None:
        problem = claim_problem(claim)
        return Belief.invalid(problem) if problem else None

    def _ask(self, served: Served, claims: Sequence[Claim]) -> Sequence[Belief]:
        if not isinstance(served.verifier, WorldModel):
            return [Belief.invalid("verifier_judges_answers_only")] * len(claims)
        try:
            beliefs = served.verifier.believe(claims)
        except Exception as error:  # noqa: BLE001 - a bug of one verifier is its status, told to the observer
            self._observer.failed(served.source.verifier, error)
            return [Belief(Status.ERROR, reason="verifier_error")] * len(claims)
        return beliefs


def _batch(served: Served) -> int:
    return served.verifier.batch if isinstance(served.verifier, AnswersBatches) else BATCH


def _problem(question: Question, tasks: Iterable[str]) -> Belief | None:
    """What keeps a world model from being asked; None when nothing does."""
    if problem := question_problem(question):
        return Belief.invalid(problem)
    return None if _covers(tasks, question) else Belief.abstained("task_not_covered")


def _judge_problem(question: Question, tasks: Iterable[str], out_of_time: OutOfTime) -> Verdict | None:
    if holds_out_gold(question):
        return Verdict.without_score(Status.INVALID, "held_out_gold")
    if not _covers(tasks, question):
        return Verdict.without_score(Status.ABSTAINED, "task_not_covered")
    return Verdict.without_score(Status.TIMEOUT, "deadline_exceeded") if out_of_time() else None


def _covers(tasks: Iterable[str], question: Question) -> bool:
    return any(task in {"*", question.task} for task in tasks)


def _judged(group: Group, belief: Belief) -> list[Verdict]:
    return verdicts_of(belief, group.question.answer, [extract_answer(text) for text in group.completions])
