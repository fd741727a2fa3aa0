"""The world model's own beliefs, through the client, for the rows beside the policy."""

import asyncio
from collections.abc import Sequence

import numpy as np

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.beliefs import Belief, VerifierClient
from biorl.client.rewards import Outage
from biorl.questions.question import Claim
from biorl.rl_trainer.domain.examination import VerifierAnswers


class VerifierBeliefs:
    def __init__(self, config: GrpcClientConfig | None, verifier: str, outage: Outage) -> None:
        self._config = config
        self._outage = outage
        self._verifier = verifier

    def beliefs(self, claims: Sequence[Claim]) -> VerifierAnswers | None:
        if self._config is None:
            return None
        found = asyncio.run(self._ask(self._config, claims))
        return VerifierAnswers(
            np.array([np.nan if item.probability is None else item.probability for item in found]),
            np.array([np.nan if item.baseline is None else item.baseline for item in found]),
        )

    async def _ask(self, config: GrpcClientConfig, claims: Sequence[Claim]) -> tuple[Belief, ...]:
        async with VerifierClient(config, self._outage) as client:
            return await client.predict(self._verifier, claims)
