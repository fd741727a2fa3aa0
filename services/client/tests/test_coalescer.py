"""Callers that come one sample at a time, and what the service sees of them."""

import asyncio
from collections.abc import Sequence

import pytest

from biorl.client import Coalescer, Group, Reward
from biorl.questions.testing import direction_question

ONE, TWO = direction_question("AARS1"), direction_question("MED1")


class Recorder:
    """Scores a completion by its length; keeps what it was asked. Waits until it may answer."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[list[Group]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.was_asked = asyncio.Event()
        self._error = error

    async def __call__(self, groups: Sequence[Group]) -> list[list[Reward]]:
        self.asked.append(list(groups))
        self.was_asked.set()
        await self.may_answer.wait()
        if self._error:
            raise self._error
        return [[Reward(len(text) / 10, "scored") for text in group.completions] for group in groups]


def test_callers_share_one_call_and_each_gets_its_own_reward() -> None:
    async def test() -> None:
        recorder = Recorder()
        coalescer = Coalescer(recorder)
        pairs = [(ONE, "a"), (TWO, "bb"), (ONE, "ccc"), (TWO, "dddd")]
        rewards = await asyncio.gather(*(coalescer.score(question, text) for question, text in pairs))
        assert [reward.reward for reward in rewards] == [0.1, 0.2, 0.3, 0.4]
        assert recorder.asked == [[Group(ONE, ("a", "ccc")), Group(TWO, ("bb", "dddd"))]]

    asyncio.run(test())


def test_equal_requests_are_asked_once_even_while_the_answer_is_under_way() -> None:
    async def test() -> None:
        recorder = Recorder()
        recorder.may_answer.clear()
        coalescer = Coalescer(recorder, window_s=0.0)
        first = [asyncio.create_task(coalescer.score(ONE, "same")) for _ in range(5)]
        await recorder.was_asked.wait()
        late = asyncio.create_task(coalescer.score(ONE, "same"))
        await asyncio.sleep(0)
        recorder.may_answer.set()
        rewards = await asyncio.gather(*first, late)
        assert {reward.reward for reward in rewards} == {0.4}
        assert recorder.asked == [[Group(ONE, ("same",))]]
        await coalescer.score(ONE, "same")
        assert len(recorder.asked) == 2, "an answer is not kept: remembering is the service's job"

    asyncio.run(test())


def test_a_full_batch_does_not_wait_for_its_window() -> None:
    async def test() -> None:
        recorder = Recorder()
        coalescer = Coalescer(recorder, window_s=3600.0, max_batch=2)
        await asyncio.wait_for(asyncio.gather(coalescer.score(ONE, "a"), coalescer.score(ONE, "b")), 10)
        assert len(recorder.asked) == 1

    asyncio.run(test())


def test_a_failure_belongs_to_every_caller_and_the_next_call_is_fresh() -> None:
    async def test() -> None:
        recorder = Recorder(RuntimeError("no rewards"))
        coalescer = Coalescer(recorder)
        given = await asyncio.gather(*(coalescer.score(ONE, text) for text in "ab"), return_exceptions=True)
        assert [str(error) for error in given] == ["no rewards"] * 2
        with pytest.raises(RuntimeError):
            await coalescer.score(ONE, "a")
        assert len(recorder.asked) == 2

    asyncio.run(test())


def test_a_caller_that_gives_up_disturbs_nobody_else() -> None:
    async def test() -> None:
        recorder = Recorder()
        coalescer = Coalescer(recorder)
        gone, stays = [asyncio.create_task(coalescer.score(ONE, text)) for text in ("a", "bb")]
        twin = asyncio.create_task(coalescer.score(ONE, "a"))
        await asyncio.sleep(0)
        gone.cancel()
        assert (await stays).reward == 0.2
        assert (await twin).reward == 0.1

    asyncio.run(test())
