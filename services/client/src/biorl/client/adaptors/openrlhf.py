"""`reward_func` for OpenRLHF (0.11): a file of yours, named by `--reward.remote_url reward.py`, that says

    from biorl.client.adaptors.openrlhf import RewardFunction

    reward_func = RewardFunction("dns:///rewards:50052", "/data/questions")

The label of a sample is its question's id. OpenRLHF has no word for an unscored rollout: one raises here, OpenRLHF logs
it and fails later for want of a reward, and nothing is trained on it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.adaptors.samples import SampleScorer, part_values
from biorl.client.dataset import Questions
from biorl.client.outage import Outage
from biorl.client.reward import number_of


class RewardFunction:
    """OpenRLHF calls it with one sample at a time, from many threads."""

    def __init__(
        self,
        config: GrpcClientConfig | str,
        questions: Questions | Path | str,
        *,
        composition: str = "",
        run_id: str = "",
        outage: Outage | None = None,
    ) -> None:
        """`questions` by id, or the folder of an exported dataset."""
        self._scorer = SampleScorer(config, questions, composition=composition, run_id=run_id, outage=outage)

    def __call__(self, queries: Sequence[str], prompts: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
        """Raises UnscoredError, RewardsUnavailableError, KeyError; ValueError for more than one sample."""
        if not len(queries) == len(prompts) == len(labels) == 1:
            raise ValueError(f"OpenRLHF gives one sample a call; these are {len(queries)}")
        reward = self._scorer.score(labels[0], completion_of(queries[0], prompts[0]))
        number = number_of(reward)
        return {"rewards": number, "scores": number, "extra_logs": part_values(reward)}


def completion_of(query: str, prompt: str) -> str:
    """What the policy wrote: the query is prompt and completion in one. Raises ValueError when the prompt is not in it.

    The prompt may show the answer's tags as an example, so scoring it along with the completion would be wrong.
    """
    before, found, completion = query.partition(prompt)
    if not found or before.strip():
        msg = "the query does not begin with its prompt; was the prompt cut to the longest length?"
        raise ValueError(msg)
    return completion
