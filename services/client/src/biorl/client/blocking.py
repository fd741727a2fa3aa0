"""The reward service for code without an event loop: plain functions, threads, Ray actors, notebooks.

Picklable, and usable after a fork or spawn: the channel is opened in each process at the first call.
"""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.background import submit, wait_for
from biorl.client.coalescer import Coalescer
from biorl.client.outage import Outage
from biorl.client.reward import Group, Reward
from biorl.client.rewards import RewardClient
from biorl.questions.question import Question
from biorl.reward.v1 import reward_pb2 as pb


class BlockingRewardClient:
    """Thread-safe. `score_one` may be called from many threads or event loops at once: their requests share calls."""

    def __init__(
        self,
        config: GrpcClientConfig | str,
        outage: Outage | None = None,
        *,
        composition: str = "",
        run_id: str = "",
        window_s: float = 0.005,
        max_batch: int = 512,
    ) -> None:
        """`window_s` and `max_batch` are the coalescer's. A pickled client needs an `outage` that can be pickled."""
        self._config = config
        self._outage = outage
        self._composition = composition
        self._run_id = run_id
        self._window_s = window_s
        self._max_batch = max_batch
        self._opened: tuple[int, _Opened] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": None}

    def score(self, groups: Sequence[Group]) -> tuple[tuple[Reward, ...], ...]:
        """As `RewardClient.score`."""
        return wait_for(self._score(groups))

    def score_one(self, question: Question, completion: str) -> Reward:
        return wait_for(self._score_one(question, completion))

    async def score_one_async(self, question: Question, completion: str) -> Reward:
        """The same for a caller with an event loop, whichever that is."""
        return await asyncio.wrap_future(submit(self._score_one(question, completion)))

    def describe(self, composition: str = "") -> pb.DescribeCompositionResponse:
        return wait_for(self._describe(composition or self._composition))

    def close(self) -> None:
        if self._opened and self._opened[0] == os.getpid():
            wait_for(self._opened[1].client.close())
        self._opened = None

    async def _score(self, groups: Sequence[Group]) -> tuple[tuple[Reward, ...], ...]:
        return await self._open().client.score(groups, self._composition, self._run_id)

    async def _score_one(self, question: Question, completion: str) -> Reward:
        return await self._open().coalescer.score(question, completion)

    async def _describe(self, composition: str) -> pb.DescribeCompositionResponse:
        return await self._open().client.describe(composition)

    def _open(self) -> "_Opened":
        """Only on the background loop, so nobody else is in here."""
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = os.getpid(), _Opened(self)
        return self._opened[1]


class _Opened:
    """What belongs to one process."""

    def __init__(self, owner: BlockingRewardClient) -> None:
        self.client = RewardClient(owner._config, owner._outage)  # noqa: SLF001 - its other half
        self.coalescer = Coalescer(owner._score, owner._window_s, owner._max_batch)  # noqa: SLF001
