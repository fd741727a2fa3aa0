"""What the aggregator needs from outside: judges, a memory of their verdicts, an audit log, somebody who counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.reward import Reward
from biorl.reward_aggregator.domain.rollout import ScoredRollout
from biorl.reward_aggregator.domain.verdict import Source, Verdict


class Verifiers(Protocol):
    """World models and checkers, by name."""

    async def source(self, verifier: str) -> Source | None:
        """Who answers under this name now, a few seconds old at most; None when nobody says."""

    async def verify(
        self, verifier: str, groups: Sequence[Group], timeout_s: float | None
    ) -> Sequence[Sequence[Verdict]]:
        """One verdict for each completion, in order.

        Never raises for an outage: what could not be judged in time is TIMEOUT or ERROR, with an empty source when
        nobody could be asked.
        """


@dataclass(frozen=True, slots=True)
class VerdictKey:
    """What decides a verdict. Another artifact has another digest, so old verdicts are not found any more."""

    verifier: str
    digest: str
    question: str
    completion: str
    """SHA-256 (hex)."""


class VerdictCache(Protocol):
    """Bounded; forgets what was not used for longest."""

    def get(self, key: VerdictKey) -> Verdict | None: ...

    def put(self, key: VerdictKey, verdict: Verdict) -> None: ...


class RewardLog(Protocol):
    def record(self, rollouts: Sequence[ScoredRollout]) -> None:
        """Takes them for publication later. Never blocks and never raises: scoring does not wait for an audit."""


class Observer(Protocol):
    """Counts what happens."""

    def looked_up(self, verifier: str, hits: int, misses: int) -> None:
        """Of the distinct (question, completion) pairs of one request."""

    def judged(self, verifier: str, verdicts: Sequence[Verdict], seconds: float) -> None:
        """Verdicts freshly asked for."""

    def rewarded(self, composition: str, rewards: Sequence[Reward]) -> None: ...
