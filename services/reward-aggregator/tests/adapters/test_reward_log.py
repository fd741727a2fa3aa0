"""The audit on the bus: what the bus refuses for good is lost and counted, and the audit goes on."""

from collections.abc import Sequence

from prometheus_client import REGISTRY

from biorl.chassis.bus.port import Message
from biorl.chassis.errors import Unprocessable
from biorl.reward_aggregator.adapters.reward_log import BATCH, BusRewardLog
from biorl.reward_aggregator.domain.reward import Reward
from biorl.reward_aggregator.domain.rollout import ScoredRollout
from biorl.reward_aggregator.domain.verdict import Status

ROLLOUT = ScoredRollout(
    "id", "run", "question", "task", "<answer>yes</answer>", Reward(Status.SCORED, (), 0.5), "default", "digest", 0
)


class RefusesTheFirst:
    """A producer whose user may not write, until somebody has let it."""

    def __init__(self) -> None:
        self.published = 0
        self._refused = False

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if not self._refused:
            self._refused = True
            msg = "not authorized to write"
            raise Unprocessable(msg)
        self.published += len(messages)

    def close(self) -> None: ...


def test_what_the_bus_refuses_for_good_is_counted_as_lost_and_the_next_batch_is_written() -> None:
    before = REGISTRY.get_sample_value("biorl_reward_audit_dropped_total") or 0
    producer = RefusesTheFirst()
    log = BusRewardLog(producer, "biorl.rewards.v1", 2 * BATCH)
    log.record([ROLLOUT] * (BATCH + 3))
    log.close(patience_s=10)
    lost = (REGISTRY.get_sample_value("biorl_reward_audit_dropped_total") or 0) - before
    assert (lost + producer.published, lost > 0, producer.published > 0) == (BATCH + 3, True, True)
