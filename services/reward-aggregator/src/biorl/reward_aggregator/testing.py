"""Fakes of the ports: verifiers whose beliefs a test writes down, a log that keeps what it is told, an observer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from biorl.answers.extraction import extract_answer
from biorl.questions.question import Question
from biorl.reward_aggregator.adapters.verdict_cache import LruVerdictCache
from biorl.reward_aggregator.domain.composition import Composition
from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.reward import Reward
from biorl.reward_aggregator.domain.rollout import ScoredRollout
from biorl.reward_aggregator.domain.verdict import Source, Status, Verdict
from biorl.reward_aggregator.service import RewardAggregator

YES = "<think>ATF4 answers to AARS1 in stressed cells</think><answer>yes</answer>"
NO = "<think>ATF4 answers to AARS1 in stressed cells</think><answer>no</answer>"
MUTE = "I would rather not say"

Rule = Callable[[Question, str], Verdict]
"""What a fake verifier says of a completion."""


def believes(probability: float, base_rate: float | None = 0.5) -> Rule:
    """A world model that gives every claim the same probability, and 0 to what answers neither yes nor no."""

    def judge(question: Question, completion: str) -> Verdict:
        answer = extract_answer(completion).answer or ""
        if answer not in {"yes", "no"}:
            return Verdict(Status.SCORED, 0.0, probability=probability, reason="no_answer_tag")
        credit, baseline = (probability, base_rate)
        if answer == "no":
            credit, baseline = 1 - probability, None if base_rate is None else 1 - base_rate
        return Verdict(Status.SCORED, credit, baseline, probability, answer=answer)

    return judge


def says(status: Status, reason: str) -> Rule:
    """A verifier that never gives a number."""
    return lambda question, completion: Verdict.failure(status, reason)


@dataclass
class FakeVerifier:
    rule: Rule
    version: str = "1"
    is_down: bool = False
    asked: list[Group] = field(default_factory=list)
    """Every group that was sent, in order."""

    @property
    def completions_asked(self) -> int:
        return sum(len(group.completions) for group in self.asked)


@dataclass
class FakeVerifiers:
    """Implements `Verifiers`. A verifier that is down, or unknown, is answered as an outage without a source."""

    by_name: dict[str, FakeVerifier]

    async def source(self, verifier: str) -> Source | None:
        fake = self.by_name.get(verifier)
        if fake is None or fake.is_down:
            return None
        return Source(verifier, fake.version, f"digest-{fake.version}")

    async def verify(
        self, verifier: str, groups: Sequence[Group], timeout_s: float | None
    ) -> Sequence[Sequence[Verdict]]:
        source = await self.source(verifier)
        if source is None:
            away = Verdict.failure(Status.ERROR, "verifier_unreachable")
            return [[away] * len(group.completions) for group in groups]
        fake = self.by_name[verifier]
        fake.asked.extend(groups)
        return [[_signed(fake.rule(group.question, item), source) for item in group.completions] for group in groups]


def _signed(verdict: Verdict, source: Source) -> Verdict:
    return Verdict(
        verdict.status,
        verdict.score,
        verdict.baseline,
        verdict.probability,
        verdict.reason,
        source,
        verdict.uncertainty,
        verdict.answer,
    )


@dataclass
class KeptLog:
    """Implements `RewardLog`."""

    rollouts: list[ScoredRollout] = field(default_factory=list)

    def record(self, rollouts: Sequence[ScoredRollout]) -> None:
        self.rollouts.extend(rollouts)


@dataclass
class Counts:
    """Implements `Observer`."""

    hits: int = 0
    misses: int = 0
    statuses: list[Status] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)

    def looked_up(self, verifier: str, hits: int, misses: int) -> None:
        self.hits += hits
        self.misses += misses

    def judged(self, verifier: str, verdicts: Sequence[Verdict], seconds: float) -> None:
        self.statuses.extend(verdict.status for verdict in verdicts)

    def rewarded(self, composition: str, rewards: Sequence[Reward]) -> None:
        self.rewards.extend(rewards)


@dataclass
class Bench:
    """An aggregator among fakes."""

    aggregator: RewardAggregator
    verifiers: FakeVerifiers
    log: KeptLog
    counts: Counts


def bench(*compositions: Composition, **verifiers: FakeVerifier) -> Bench:
    """The first composition is the default. Underscores in a verifier's keyword stand for hyphens."""
    fakes = FakeVerifiers({name.replace("_", "-"): fake for name, fake in verifiers.items()})
    log, counts = KeptLog(), Counts()
    aggregator = RewardAggregator(
        compositions={composition.name: composition for composition in compositions},
        default=compositions[0].name,
        verifiers=fakes,
        cache=LruVerdictCache(1000),
        log=log,
        observer=counts,
        now_ms=lambda: 1_700_000_000_000,
    )
    return Bench(aggregator, fakes, log, counts)
