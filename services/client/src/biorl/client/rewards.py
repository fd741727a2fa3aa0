"""A typed client of the reward service: groups in, one reward or its absence for each completion out.

Every question is sealed before it leaves (law 7: what a benchmark holds out stays out). An outage is waited for or
raised, as asked; it never becomes a number.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self

import grpc

from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.questions.question import Question
from biorl.questions.wire import question_to_wire
from biorl.reward.v1 import reward_pb2 as pb
from biorl.reward.v1.reward_pb2_grpc import RewardServiceStub
from biorl.verifier.v1 import verifier_pb2

logger = logging.getLogger(__name__)

AWAY = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED})


class RewardsUnavailableError(RuntimeError):
    """No rewards can be had, and waiting was not asked for or has lasted too long."""


@dataclass(frozen=True, slots=True)
class Group:
    """One question with the completions that answer it."""

    question: Question
    completions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    value: float | None
    """In [0, 1]; None when the part was left out."""
    weight: float
    verdict: str
    """Status of the verdict behind it, lower case."""
    reason: str
    source: str
    """`verifier@version`."""


@dataclass(frozen=True, slots=True)
class Reward:
    reward: float | None
    """None: leave the rollout out of training. Never to be taken for 0."""
    status: str
    """"scored", "abstained", "invalid", "timeout" or "error"."""
    reason: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Outage:
    """What to do while rewards cannot be had."""

    on_outage: Literal["wait", "stop"] = "wait"
    patience_s: float = 3600.0
    """"wait" gives up after so long."""
    on_waiting: Callable[[str], None] = field(default=lambda reason: logger.warning("waiting for rewards: %s", reason))
    """Told the reason at every attempt, so that somebody can say so."""


class RewardClient:
    """Belongs to one event loop; `async with` closes it."""

    def __init__(self, config: GrpcClientConfig | str, outage: Outage | None = None) -> None:
        settings = GrpcClientConfig(target=config) if isinstance(config, str) else config
        self._outage = outage or Outage()
        self._channel = open_channel(settings)
        self._stub = RewardServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._channel.close()

    async def score(
        self, groups: Sequence[Group], composition: str = "", run_id: str = ""
    ) -> tuple[tuple[Reward, ...], ...]:
        """As many rewards as completions, in order. Raises RewardsUnavailableError as the outage policy says."""
        request = pb.ScoreRequest(composition=composition, run_id=run_id, groups=[_to_wire(group) for group in groups])
        began, delay_s = time.monotonic(), 0.5
        while True:
            answer = await self._try(request)
            if not isinstance(answer, str):
                return answer
            if self._outage.on_outage == "stop" or time.monotonic() - began > self._outage.patience_s:
                raise RewardsUnavailableError(answer)
            self._outage.on_waiting(answer)
            await asyncio.sleep(delay_s)
            delay_s = min(10.0, delay_s * 1.5)

    async def describe(self, composition: str = "") -> pb.DescribeCompositionResponse:
        request = pb.DescribeCompositionRequest(composition=composition)
        description: pb.DescribeCompositionResponse = await self._stub.DescribeComposition(request)
        return description

    async def _try(self, request: pb.ScoreRequest) -> tuple[tuple[Reward, ...], ...] | str:
        """The rewards, or why there are none now."""
        try:
            response = await self._stub.Score(request)
        except grpc.aio.AioRpcError as error:
            if error.code() in AWAY:
                return f"the reward service does not answer: {error.code().name.lower()}: {error.details()}"
            raise
        rewards = tuple(tuple(_from_wire(item) for item in group.rewards) for group in response.groups)
        return rewards if not _nobody_judged(rewards) else "the reward service cannot reach its verifiers"


def _nobody_judged(rewards: Sequence[Sequence[Reward]]) -> bool:
    every = [reward for group in rewards for reward in group]
    return bool(every) and all(reward.reward is None and reward.status in {"timeout", "error"} for reward in every)


def _to_wire(group: Group) -> verifier_pb2.Group:
    return verifier_pb2.Group(question=question_to_wire(group.question.sealed()), completions=group.completions)


def status_word(number: verifier_pb2.Status) -> str:
    return verifier_pb2.Status.Name(number).removeprefix("STATUS_").lower()


def _from_wire(message: pb.Reward) -> Reward:
    return Reward(
        reward=message.reward if message.HasField("reward") else None,
        status=status_word(message.status),
        reason=message.reason,
        parts=tuple(_part(part) for part in message.parts),
    )


def _part(message: pb.Part) -> Part:
    source = message.verdict.source
    return Part(
        name=message.name,
        value=message.value if message.HasField("value") else None,
        weight=message.weight,
        verdict=status_word(message.verdict.status),
        reason=message.verdict.reason,
        source=f"{source.verifier}@{source.version}" if source.verifier else "",
    )
