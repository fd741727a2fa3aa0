"""A typed client of the soft-verifier: the world models themselves, for people who want beliefs and not rewards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.rewards import status_word
from biorl.questions.question import Claim
from biorl.questions.wire import claim_to_wire
from biorl.verifier.v1 import verifier_pb2 as pb
from biorl.verifier.v1.verifier_pb2_grpc import VerifierServiceStub

CHUNK = 4096
"""Claims a call."""


@dataclass(frozen=True, slots=True)
class Belief:
    probability: float | None
    """Calibrated P(claim); None when the verifier does not know."""
    baseline: float | None
    """The same from the readout gene's base rate alone."""
    status: str
    reason: str
    uncertainty: float | None
    source: str
    """`verifier@version`."""


@dataclass(frozen=True, slots=True)
class Verifier:
    name: str
    version: str
    digest: str
    tasks: tuple[str, ...]
    card_json: str


class VerifierClient:
    """Belongs to one event loop; `async with` closes it."""

    def __init__(self, config: GrpcClientConfig | str) -> None:
        self._channel = open_channel(GrpcClientConfig(target=config) if isinstance(config, str) else config)
        self._stub = VerifierServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._channel.close()

    async def list_verifiers(self) -> tuple[Verifier, ...]:
        response = await self._stub.ListVerifiers(pb.ListVerifiersRequest())
        return tuple(
            Verifier(item.source.verifier, item.source.version, item.source.digest, tuple(item.tasks), item.card_json)
            for item in response.verifiers
        )

    async def predict(self, verifier: str, claims: Sequence[Claim]) -> tuple[Belief, ...]:
        """One belief for each claim, in order; long lists go in several calls."""
        beliefs: list[Belief] = []
        for start in range(0, len(claims), CHUNK):
            wire = [claim_to_wire(claim) for claim in claims[start : start + CHUNK]]
            response = await self._stub.Predict(pb.PredictRequest(verifier=verifier, claims=wire))
            beliefs.extend(_from_wire(item) for item in response.beliefs)
        return tuple(beliefs)


def _from_wire(message: pb.Belief) -> Belief:
    return Belief(
        probability=message.probability if message.HasField("probability") else None,
        baseline=message.baseline if message.HasField("baseline") else None,
        status=status_word(message.status),
        reason=message.reason,
        uncertainty=message.uncertainty if message.HasField("uncertainty") else None,
        source=f"{message.source.verifier}@{message.source.version}",
    )
