"""The reward service, for asyncio. Every question is sealed before it leaves; an outage never becomes a number."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Self

import grpc

from biorl.chassis.grpc.call import PUSHBACK
from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.outage import AwayError, Outage, RewardsUnavailableError
from biorl.client.reward import Group, Part, Reward
from biorl.client.wire import group_to_wire, rewards_from_wire
from biorl.reward.v1 import reward_pb2 as pb
from biorl.reward.v1.reward_pb2_grpc import RewardServiceStub
from biorl.verifier.v1 import verifier_pb2

__all__ = ["Group", "Outage", "Part", "Reward", "RewardClient", "RewardsUnavailableError", "is_away"]

AWAY = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})
"""CANCELLED is what a server that stops says to calls that reach it just then; our own cancelling is no status."""
ROOM = 0.5
"""How much of the largest message a request may fill; the answer has to fit as well."""


class RewardClient:
    """Belongs to one event loop; `async with` closes it."""

    def __init__(self, config: GrpcClientConfig | str, outage: Outage | None = None) -> None:
        """`config` may be a bare target ("dns:///rewards:50052")."""
        settings = GrpcClientConfig(target=config) if isinstance(config, str) else config
        self._max_bytes = int(ROOM * settings.max_message_bytes)
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
        """As many rewards as completions, in order.

        Raises RewardsUnavailableError as the outage policy says, BrokenContractError for an answer that cannot be
        trusted, grpc.aio.AioRpcError when the server refuses (an unknown composition, a missing token).
        """
        scored: list[tuple[Reward, ...]] = []
        for chunk in _chunks(groups, self._max_bytes):
            request = pb.ScoreRequest(
                composition=composition, run_id=run_id, groups=[group_to_wire(group) for group in chunk]
            )
            scored.extend(await self._outage.ride_out(partial(self._try, request, chunk)))
        return tuple(scored)

    async def describe(self, composition: str = "") -> pb.DescribeCompositionResponse:
        """What will be scored, and how; the server's default composition when none is named."""
        request = pb.DescribeCompositionRequest(composition=composition)
        description: pb.DescribeCompositionResponse = await self._stub.DescribeComposition(request)
        return description

    async def _try(self, request: pb.ScoreRequest, asked: Sequence[Group]) -> tuple[tuple[Reward, ...], ...]:
        try:
            response = await self._stub.Score(request)
        except grpc.aio.AioRpcError as error:
            if is_away(error):
                reason = f"the reward service does not answer: {error.code().name.lower()}: {error.details()}"
                raise AwayError(reason) from error
            raise
        rewards = rewards_from_wire(response, asked)
        if _nobody_judged(rewards):
            raise AwayError("the reward service cannot reach its verifiers")
        return rewards


def is_away(error: grpc.aio.AioRpcError) -> bool:
    """Worth waiting for. A full server says how long to wait; a message that is too large comes without that."""
    told = dict(error.trailing_metadata() or ())
    return error.code() in AWAY or (error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED and PUSHBACK in told)


def _nobody_judged(rewards: Sequence[Sequence[Reward]]) -> bool:
    every = [reward for group in rewards for reward in group]
    return bool(every) and all(reward.reward is None and reward.status in {"timeout", "error"} for reward in every)


def _chunks(groups: Sequence[Group], max_bytes: int) -> Iterator[list[Group]]:
    """Runs of groups that fit into a message. A group is never torn: its completions are scored by the same parts."""
    chunk: list[Group] = []
    size = 0
    for group in groups:
        weight = sum(len(completion.encode(errors="replace")) for completion in group.completions) + _question(group)
        if chunk and size + weight > max_bytes:
            yield chunk
            chunk, size = [], 0
        chunk.append(group)
        size += weight
    if chunk:
        yield chunk


def _question(group: Group) -> int:
    empty: verifier_pb2.Group = group_to_wire(Group(group.question, ()))
    return empty.ByteSize()
