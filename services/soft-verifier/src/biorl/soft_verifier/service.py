"""Verification: the one file to read to know what this service does.

A question is checked once and its claim believed once, however many completions answer it; each completion is
extracted and turned into a verdict. Beliefs are remembered, equal claims of one batch are asked once. Whatever goes
wrong is a status: a request that is wrong is INVALID, a model that raises is ERROR, time that runs out is TIMEOUT;
none of them is a score.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from threading import Lock

from biorl.answers.extraction import extract_answer
from biorl.questions.question import Claim, Question
from biorl.soft_verifier.domain.belief import Belief, Source, Status, Verdict
from biorl.soft_verifier.domain.comparison import Comparison, compare_beliefs, compare_verdicts
from biorl.soft_verifier.domain.judging import (
    claim_problem,
    holds_out_gold,
    is_too_long,
    question_problem,
    verdicts_of,
)
from biorl.soft_verifier.ports import AnswersBatches, Judge, Observer, Verifier, VerifierNotServedError, WorldModel
from biorl.soft_verifier.serving.batcher import Batcher
from biorl.soft_verifier.serving.canary import Candidate
from biorl.soft_verifier.serving.loading import Choice, Served, load
from biorl.soft_verifier.serving.memory import Memory

__all__ = ["BATCH", "Choice", "Group", "Served", "Serving", "Verification", "load"]

BATCH = 64
"""Questions between two looks at the clock, for a verifier that does not say; with batching, as many as fit a batch."""
OutOfTime = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Group:
    """One question with the completions that answer it."""

    question: Question
    completions: tuple[str, ...]


class Serving:
    """One version of one verifier, with what it remembers. Safe to call from several threads."""

    def __init__(self, served: Served, observer: Observer, beliefs_kept: int) -> None:
        self.served, self._observer = served, observer
        self._memory = Memory(beliefs_kept)
        model = served.verifier
        own = model.batch if isinstance(model, AnswersBatches) else BATCH
        self._step = max(own, served.batching.max_claims if served.batching else 0)
        self._believe_all = model.believe if isinstance(model, WorldModel) else None
        if self._believe_all and served.batching:
            self._believe_all = Batcher(self._believe_all, served.batching).believe
        self._candidate: Candidate | None = None
        if served.candidate and served.canary:
            self._candidate = Candidate(served.candidate.source, served.canary.share, observer)

    @property
    def source(self) -> Source:
        return self.served.source

    def verify(self, groups: Sequence[Group], out_of_time: OutOfTime = lambda: False) -> list[list[Verdict]]:
        """One list for each group, one verdict for each completion, in order."""
        batches = (groups[start : start + self._step] for start in range(0, len(groups), self._step))
        judged = [self._verify_batch(batch, out_of_time) for batch in batches]
        verdicts = list(chain.from_iterable(judged))
        self._observer.judged(self.source.verifier, len(groups), chain.from_iterable(verdicts))
        return verdicts

    def predict(self, claims: Sequence[Claim], out_of_time: OutOfTime = lambda: False) -> list[Belief]:
        """The world model itself: one belief for each claim, in order."""
        beliefs: list[Belief] = []
        for start in range(0, len(claims), self._step):
            beliefs += self._believe(claims[start : start + self._step], out_of_time)
        self._observer.believed(self.source.verifier, beliefs)
        return beliefs

    def close(self, *, wait: bool = True) -> None:
        """Lets the candidate end what it was shown."""
        if self._candidate:
            self._candidate.close(wait=wait)

    def _verify_batch(self, groups: Sequence[Group], out_of_time: OutOfTime) -> list[list[Verdict]]:
        verifier = self.served.verifier
        if isinstance(verifier, Judge):
            judged = [self._judge(verifier, group, out_of_time) for group in groups]
            self._show_verdicts(groups, judged)
            return judged
        problems = [_problem(group.question, verifier.tasks) for group in groups]
        sound = [group.question.claim for group, problem in zip(groups, problems, strict=True) if problem is None]
        beliefs = iter(self._believe([claim for claim in sound if claim], out_of_time))
        return [_judged(group, problem or next(beliefs)) for group, problem in zip(groups, problems, strict=True)]

    def _judge(self, judge: Judge, group: Group, out_of_time: OutOfTime) -> list[Verdict]:
        problem = _judge_problem(group.question, judge.tasks, out_of_time)
        if problem:
            return [problem] * len(group.completions)
        try:
            return _verdicts(judge, group)
        except Exception as error:  # noqa: BLE001 - a bug of one verifier is its status, told to the observer
            self._observer.failed(self.source.verifier, error)
            return [Verdict.without_score(Status.ERROR, "verifier_error")] * len(group.completions)

    def _believe(self, claims: Sequence[Claim], out_of_time: OutOfTime) -> list[Belief]:
        if out_of_time():
            return [Belief(Status.TIMEOUT, reason="deadline_exceeded")] * len(claims)
        known = self._memory.beliefs
        beliefs = [known.get(claim) or _whole(claim) for claim in claims]
        unknown = dict.fromkeys(claim for claim, belief in zip(claims, beliefs, strict=True) if belief is None)
        fresh = self._fresh(list(unknown)) if unknown else {}
        answers = [belief or fresh[claim] for claim, belief in zip(claims, beliefs, strict=True)]
        self._show_beliefs(claims, answers)
        return answers

    def _fresh(self, claims: Sequence[Claim]) -> dict[Claim, Belief]:
        fresh = dict(zip(claims, self._ask(claims), strict=True))
        self._memory.remember(fresh)
        return fresh

    def _ask(self, claims: Sequence[Claim]) -> Sequence[Belief]:
        if self._believe_all is None:
            return [Belief.invalid("verifier_judges_answers_only")] * len(claims)
        try:
            return self._believe_all(claims)
        except Exception as error:  # noqa: BLE001 - a bug of one verifier is its status, told to the observer
            self._observer.failed(self.source.verifier, error)
            return [Belief(Status.ERROR, reason="verifier_error")] * len(claims)

    def _show_beliefs(self, claims: Sequence[Claim], beliefs: Sequence[Belief]) -> None:
        candidate, model = self._candidate, self._rival()
        if candidate is None or not isinstance(model, WorldModel):
            return
        live = dict(zip(claims, beliefs, strict=True))
        chosen = [claim for claim in live if not claim_problem(claim) and candidate.is_chosen(claim)]

        def compare() -> list[Comparison]:
            beliefs = zip(chosen, model.believe(chosen), strict=True)
            return [compare_beliefs(live[claim], belief) for claim, belief in beliefs]

        candidate.show(len(chosen), compare)

    def _show_verdicts(self, groups: Sequence[Group], judged: Sequence[Sequence[Verdict]]) -> None:
        candidate, judge = self._candidate, self._rival()
        if candidate is None or not isinstance(judge, Judge):
            return
        pairs = zip(groups, judged, strict=True)
        chosen = [(group, live) for group, live in pairs if candidate.is_chosen(group.question.id)]

        def compare() -> list[Comparison]:
            asked = [(live, _verdicts(judge, group)) for group, live in chosen if live and live[0].score is not None]
            return [compare_verdicts(*pair) for live, other in asked for pair in zip(live, other, strict=True)]

        candidate.show(len(chosen), compare)

    def _rival(self) -> Verifier | None:
        return self.served.candidate.verifier if self.served.candidate else None


class Verification:
    """All that is served here. Safe to call from several threads."""

    def __init__(self, served: Sequence[Served], observer: Observer, beliefs_kept: int = 200_000) -> None:
        self._observer, self._beliefs_kept, self._lock = observer, beliefs_kept, Lock()
        self._serving = {item.source.verifier: self._served(item) for item in served}
        for item in served:
            observer.loaded(item.source)
            if item.candidate:
                observer.canary_loaded(item.candidate.source)

    def served(self) -> list[Served]:
        return [serving.served for serving in self._serving.values()]

    def at(self, name: str) -> Serving:
        """The version that serves now; whoever holds it stays with it. Raises VerifierNotServedError."""
        serving = self._serving
        if name not in serving:
            msg = f"no verifier {name!r} is served here; served: {', '.join(sorted(serving))}"
            raise VerifierNotServedError(msg)
        return serving[name]

    def replace(self, served: Served) -> None:
        """Takes the place of the version that served under this name, for calls that begin from now on."""
        with self._lock:
            before = self._serving.get(served.source.verifier)
            self._serving = self._serving | {served.source.verifier: self._served(served)}
        if before:
            before.close(wait=False)

    def verify(self, name: str, groups: Sequence[Group], out_of_time: OutOfTime = lambda: False) -> list[list[Verdict]]:
        """See `Serving.verify`. Raises VerifierNotServedError."""
        return self.at(name).verify(groups, out_of_time)

    def predict(self, name: str, claims: Sequence[Claim], out_of_time: OutOfTime = lambda: False) -> list[Belief]:
        """See `Serving.predict`. Raises VerifierNotServedError."""
        return self.at(name).predict(claims, out_of_time)

    def close(self) -> None:
        for serving in self._serving.values():
            serving.close()

    def _served(self, served: Served) -> Serving:
        return Serving(served, self._observer, self._beliefs_kept)


def _verdicts(judge: Judge, group: Group) -> list[Verdict]:
    return list(judge.judge(group.question, [extract_answer(text) for text in group.completions]))


def _whole(claim: Claim) -> Belief | None:
    problem = claim_problem(claim)
    return Belief.invalid(problem) if problem else None


def _problem(question: Question, tasks: Iterable[str]) -> Belief | None:
    """What keeps a world model from being asked; None when nothing does."""
    if problem := question_problem(question):
        return Belief.invalid(problem)
    return None if _covers(tasks, question) else Belief.abstained("task_not_covered")


def _judge_problem(question: Question, tasks: Iterable[str], out_of_time: OutOfTime) -> Verdict | None:
    if holds_out_gold(question):
        return Verdict.without_score(Status.INVALID, "held_out_gold")
    if question.claim and is_too_long(question.claim):
        return Verdict.without_score(Status.INVALID, "claim_too_long")
    if not _covers(tasks, question):
        return Verdict.without_score(Status.ABSTAINED, "task_not_covered")
    return Verdict.without_score(Status.TIMEOUT, "deadline_exceeded") if out_of_time() else None


def _covers(tasks: Iterable[str], question: Question) -> bool:
    return any(task in {"*", question.task} for task in tasks)


def _judged(group: Group, belief: Belief) -> list[Verdict]:
    if belief.probability is None:  # whatever the answers are: reading them takes time, which a late call has not
        return [Verdict.without_score(belief.status, belief.reason)] * len(group.completions)
    return verdicts_of(belief, group.question.answer, [extract_answer(text) for text in group.completions])
