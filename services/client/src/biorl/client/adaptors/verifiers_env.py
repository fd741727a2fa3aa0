"""A reward for Prime Intellect's verifiers (0.4, v1): a module of yours, plugged in by name, that says

    from biorl.client.adaptors.verifiers_env import reward_function

    biorl = reward_function("dns:///rewards:50052", "/data/questions")

    --env.taskset.task.rewards.biorl.fn=my_module:biorl

The task's `id` is its question's id. An unscored rollout raises, which verifiers records as an errored rollout that is
dropped. The parts go to the trace's metrics.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.adaptors.samples import SampleScorer, part_values
from biorl.client.dataset import Questions
from biorl.client.outage import Outage
from biorl.client.reward import number_of


def reward_function(
    config: GrpcClientConfig | str,
    questions: Questions | Path | str,
    *,
    composition: str = "",
    run_id: str = "",
    outage: Outage | None = None,
) -> Callable[[Any, Any], Awaitable[float]]:
    """`questions` by id, or the folder of an exported dataset."""
    scorer = SampleScorer(config, questions, composition=composition, run_id=run_id, outage=outage)

    async def biorl(task: Any, trace: Any) -> float:
        """Arguments by the names that verifiers gives them. Raises UnscoredError, RewardsUnavailableError, KeyError."""
        reward = await scorer.score_async(task.id, trace.last_reply)
        number = number_of(reward)
        trace.record_metrics(part_values(reward))
        return number

    return biorl
