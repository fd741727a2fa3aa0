"""Every metric of the reward-aggregator, and the observer that feeds them."""

from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

from biorl.reward_aggregator.domain.reward import Reward
from biorl.reward_aggregator.domain.verdict import Verdict

TENTHS = tuple(step / 10 for step in range(13))

REWARDS = Counter("biorl_rewards", "Completions by what became of them.", ["composition", "status", "reason"])
REWARD = Histogram("biorl_reward", "Rewards given.", ["composition"], buckets=TENTHS)
PART = Histogram("biorl_reward_part", "Values of parts that counted.", ["composition", "part"], buckets=TENTHS)
VERDICTS = Counter("biorl_reward_verdicts", "Fresh verdicts by status.", ["verifier", "status"])
ASKING_SECONDS = Histogram("biorl_reward_asking_seconds", "Seconds that a verifier took for one request.", ["verifier"])
LOOKED_UP = Counter("biorl_reward_cache_lookups", "Verdicts looked for in the cache.", ["verifier", "outcome"])
AUDIT_PUBLISHED = Counter("biorl_reward_audit_published", "Scored rollouts published.")
AUDIT_DROPPED = Counter("biorl_reward_audit_dropped", "Scored rollouts lost because the queue was full.")
AUDIT_WAITING = Gauge("biorl_reward_audit_waiting", "Scored rollouts that wait to be published.")


class PrometheusObserver:
    """Implements `Observer`."""

    def looked_up(self, verifier: str, hits: int, misses: int) -> None:
        LOOKED_UP.labels(verifier, "hit").inc(hits)
        LOOKED_UP.labels(verifier, "miss").inc(misses)

    def judged(self, verifier: str, verdicts: Sequence[Verdict], seconds: float) -> None:
        ASKING_SECONDS.labels(verifier).observe(seconds)
        for verdict in verdicts:
            VERDICTS.labels(verifier, verdict.status).inc()

    def rewarded(self, composition: str, rewards: Sequence[Reward]) -> None:
        for item in rewards:
            REWARDS.labels(composition, item.status, item.reason).inc()
            if item.reward is not None:
                REWARD.labels(composition).observe(item.reward)
            for part in item.parts:
                if part.value is not None:
                    PART.labels(composition, part.name).observe(part.value)
