"""The soft-verifier, for asyncio: what it holds, what it thinks of answers, what it believes of bare claims."""

from collections.abc import Sequence
from functools import partial
from typing import Self

import grpc

from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.belief import Belief, Verdict, Verifier
from biorl.client.outage import AwayError, Outage
from biorl.client.reward import Group
from biorl.client.rewards import is_away
from biorl.client.wire import belief_from_wire, group_to_wire, verdicts_from_wire, verifier_from_wire
from biorl.questions.question import Claim
from biorl.questions.wire import claim_to_wire
from biorl.verifier.v1 import verifier_pb2 as pb
from biorl.verifier.v1.verifier_pb2_grpc import VerifierServiceStub

__all__ = ["Belief", "Verdict", "Verifier", "VerifierClient"]

CHUNK = 4096
"""Claims a call."""


class VerifierClient:
    """Belongs to one event loop; `async with` closes it.

    Without an outage policy it raises grpc.aio.AioRpcError when nobody answers; with one, `predict` waits, or raises
    RewardsUnavailableError, as the policy says.
    """

    def __init__(self, config: GrpcClientConfig | str, outage: Outage | None = None) -> None:
        self._outage = outage
        self._channel = open_channel(GrpcClientConfig(target=config) if isinstance(config, str) else config)
        self._stub = VerifierServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._channel.close()

    async def list_verifiers(self) -> tuple[Verifier, ...]:
        response = await self._stub.ListVerifiers(pb.ListVerifiersRequest())
        return tuple(verifier_from_wire(item) for item in response.verifiers)

    async def verify(self, verifier: str, groups: Sequence[Group]) -> tuple[tuple[Verdict, ...], ...]:
        """One verdict for each completion, in order; questions go sealed."""
        request = pb.VerifyRequest(verifier=verifier, groups=[group_to_wire(group) for group in groups])
        return verdicts_from_wire(await self._stub.Verify(request), groups)

    async def predict(self, verifier: str, claims: Sequence[Claim]) -> tuple[Belief, ...]:
        """One belief for each claim, in order; long lists go in several calls."""
        beliefs: list[Belief] = []
        for start in range(0, len(claims), CHUNK):
            wire = [claim_to_wire(claim) for claim in claims[start : start + CHUNK]]
            response = await self._ask(pb.PredictRequest(verifier=verifier, claims=wire))
            beliefs.extend(belief_from_wire(item) for item in response.beliefs)
        return tuple(beliefs)

    async def _ask(self, request: pb.PredictRequest) -> pb.PredictResponse:
        attempt = partial(self._try, request)
        return await (attempt() if self._outage is None else self._outage.ride_out(attempt))

    async def _try(self, request: pb.PredictRequest) -> pb.PredictResponse:
        try:
            response: pb.PredictResponse = await self._stub.Predict(request)
        except grpc.aio.AioRpcError as error:
            if self._outage and is_away(error):
                reason = f"the verifier does not answer: {error.code().name.lower()}: {error.details()}"
                raise AwayError(reason) from error
            raise
        return response
