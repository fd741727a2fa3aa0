"""The heart of a resources server's `verify` for NVIDIA NeMo Gym: the server itself is yours and a few lines.

    class BiorlServer(SimpleResourcesServer):
        REVERIFY_MODE = ReverifyMode.STATELESS

        async def verify(self, body: BaseVerifyRequest) -> BaseVerifyResponse:
            return BaseVerifyResponse(**body.model_dump(), **await judge(body.question_id, body.response))

NeMo Gym wants a number always. An unscored rollout gets `mask_sample`, which keeps it out of the loss; NeMo RL of
2026-08 still counts its number in the group's mean, so mask whole groups there where you can.
"""

from pathlib import Path
from typing import Any

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.adaptors.samples import SampleScorer
from biorl.client.dataset import Questions
from biorl.client.outage import Outage


class Judge:
    """`judge = Judge("dns:///rewards:50052", "/data/questions")`."""

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

    async def __call__(self, question_id: str, response: Any) -> dict[str, Any]:
        """Fields of a verify response; `response` is the model's (OpenAI Responses).

        `reward` is the placeholder 0.0 exactly when `mask_sample` is true, and must not be read then. Raises
        RewardsUnavailableError, KeyError.
        """
        reward = await self._scorer.score_async(question_id, text_of_response(response))
        unscored = reward.reward is None
        return {
            "reward": 0.0 if reward.reward is None else reward.reward,
            "mask_sample": unscored,
            "failure_reason": f"{reward.status}: {reward.reason}" if unscored else None,
        }


def text_of_response(response: Any) -> str:
    """All that the assistant said, in order."""
    messages = [item for item in response.output if getattr(item, "type", "message") == "message"]
    blocks = [block for message in messages for block in message.content]
    return "".join(block.text for block in blocks if getattr(block, "type", "") == "output_text")
