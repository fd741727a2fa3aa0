"""Puts the requests of callers that come one sample at a time into batches: most RL frameworks call so.

A request waits a few milliseconds for company; equal ones are asked once. Callers that give up disturb nobody else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from biorl.client.reward import Group, Reward, grouped
from biorl.questions.question import Question

Score = Callable[[Sequence[Group]], Awaitable[Sequence[Sequence[Reward]]]]
Key = tuple[str, str]
"""Question id and completion."""


@dataclass(frozen=True, slots=True)
class _Request:
    question: Question
    completion: str
    answer: "asyncio.Future[Reward]"


class Coalescer:
    """Belongs to one event loop."""

    def __init__(self, score: Score, window_s: float = 0.005, max_batch: int = 512) -> None:
        """`window_s` is how long the first of a batch waits, `max_batch` when it waits no longer."""
        self._score = score
        self._window_s = window_s
        self._max_batch = max_batch
        self._gathered: list[_Request] = []
        self._answers: dict[Key, asyncio.Future[Reward]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._batches: set[asyncio.Task[None]] = set()

    async def score(self, question: Question, completion: str) -> Reward:
        """Raises what the batch's call raises."""
        key = (question.id, completion)
        if key not in self._answers:
            self._gather(key, question, completion)
        return await asyncio.shield(self._answers[key])

    def _gather(self, key: Key, question: Question, completion: str) -> None:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Reward] = loop.create_future()
        answer.add_done_callback(lambda done: self._forget(key, done))
        self._answers[key] = answer
        self._gathered.append(_Request(question, completion, answer))
        if len(self._gathered) >= self._max_batch:
            self._send()
        elif self._timer is None:
            self._timer = loop.call_later(self._window_s, self._send)

    def _send(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        batch, self._gathered = self._gathered, []
        if batch:
            task = asyncio.get_running_loop().create_task(self._ask(batch))
            self._batches.add(task)
            task.add_done_callback(self._batches.discard)

    async def _ask(self, batch: Sequence[_Request]) -> None:
        groups, places = grouped([item.completion for item in batch], [item.question for item in batch])
        try:
            rewards = await self._score(groups)
        except Exception as error:  # noqa: BLE001 - it belongs to the callers, every one of them
            for item in batch:
                item.answer.set_exception(error)
        else:
            for item, (group, row) in zip(batch, places, strict=True):
                item.answer.set_result(rewards[group][row])

    def _forget(self, key: Key, done: "asyncio.Future[Reward]") -> None:
        del self._answers[key]
        if not done.cancelled():
            done.exception()  # else asyncio complains when all callers have given up
