"""Readiness and the end, for threads and for event loops."""

import asyncio
import threading

from biorl.chassis.http import answer
from biorl.chassis.life import Life


def test_it_is_ready_only_when_told_so_and_never_again_once_it_stops() -> None:
    life = Life()
    assert life.reason == "starting"
    life.ready()
    assert life.reason == ""
    life.not_ready("no verifier")
    assert life.reason == "no verifier"
    life.stop()
    life.ready()
    assert life.reason == "stopping"


def test_metrics_say_of_each_life_whether_it_is_ready() -> None:
    def ready(life: Life) -> bytes:
        return next(line for line in answer("/metrics", life)[2].splitlines() if line.startswith(b"biorl_ready "))

    one, other = Life(), Life()
    one.ready()
    assert (ready(one), ready(other), ready(one)) == (b"biorl_ready 1.0", b"biorl_ready 0.0", b"biorl_ready 1.0")
    one.stop()
    assert ready(one) == b"biorl_ready 0.0"


def test_every_callback_is_called_once_though_one_fails_and_one_comes_late() -> None:
    life, heard = Life(), list[str]()

    def fail() -> None:
        heard.append("failed")
        raise RuntimeError("cannot stop")

    life.on_stop(fail)
    life.on_stop(lambda: heard.append("second"))
    life.stop()
    life.stop()
    life.on_stop(lambda: heard.append("late"))
    assert heard == ["failed", "second", "late"]


def test_a_sleeping_thread_wakes_at_the_end() -> None:
    life, woken = Life(), list[bool]()
    sleeper = threading.Thread(target=lambda: woken.append(life.wait(60)))
    sleeper.start()
    life.stop()
    sleeper.join(5)
    assert woken == [True]
    assert life.wait(0)


def test_a_coroutine_is_told_from_another_thread_and_when_it_asks_late() -> None:
    life = Life()

    async def test() -> None:
        waiting = asyncio.create_task(life.until_stopping())
        await asyncio.sleep(0)
        await asyncio.to_thread(life.stop)
        await asyncio.wait_for(waiting, 5)
        await asyncio.wait_for(life.until_stopping(), 5)

    asyncio.run(test())


def test_an_event_loop_that_has_ended_does_not_disturb_the_end() -> None:
    life = Life()

    async def give_up() -> None:
        asyncio.create_task(life.until_stopping())  # noqa: RUF006 - it must be left behind
        await asyncio.sleep(0)

    asyncio.run(give_up())
    life.stop()
    assert life.stopping
