"""A channel against real servers: round robin, retries only where they are safe, leaving a server that leaves."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import grpc
import pytest

from biorl.chassis.errors import TryLater
from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig, GrpcServerConfig
from biorl.chassis.grpc.testing import ECHO, Running, echo_service, running

SAY = f"/{ECHO}/Say"


def serving(answer: Callable[[bytes], Awaitable[bytes]], **config: object) -> AbstractAsyncContextManager[Running]:
    return running([echo_service(answer)], {}, GrpcServerConfig.model_validate({"drain_s": 5, **config}))


def both(one: Running, two: Running) -> GrpcClientConfig:
    return GrpcClientConfig(target=f"ipv4:127.0.0.1:{one.port},127.0.0.1:{two.port}")


class Replica:
    """Answers, and counts what it heard; fails the first `failures` times."""

    def __init__(
        self, heard: Counter[str], name: str = "it", error: Exception | None = None, failures: int = 0
    ) -> None:
        self._heard = heard
        self._name = name
        self._error = error
        self._failures = failures

    async def __call__(self, request: bytes) -> bytes:
        self._heard[self._name] += 1
        if self._error and self._heard[self._name] <= self._failures:
            raise self._error
        return request


def test_calls_go_round_robin_over_all_addresses() -> None:
    heard: Counter[str] = Counter()

    async def test() -> None:
        async with (
            serving(Replica(heard, "one")) as one,
            serving(Replica(heard, "two")) as two,
            open_channel(both(one, two)) as channel,
        ):
            for _ in range(40):
                await channel.unary_unary(SAY)(b"hi")

    asyncio.run(test())
    assert heard.total() == 40
    assert min(heard["one"], heard["two"]) >= 15


def test_a_server_that_leaves_takes_no_call_with_it() -> None:
    heard: Counter[str] = Counter()

    async def test() -> None:
        async with (
            serving(Replica(heard, "one"), linger_s=0.3) as one,
            serving(Replica(heard, "two")) as two,
            open_channel(both(one, two)) as channel,
        ):
            say = channel.unary_unary(SAY)
            await asyncio.gather(*(say(b"hi") for _ in range(20)))
            one.life.stop()
            while not one.task.done():
                await asyncio.gather(*(say(b"hi") for _ in range(20)))
            before = heard["one"]
            await asyncio.gather(*(say(b"hi") for _ in range(20)))
            assert heard["one"] == before

    asyncio.run(test())


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_server_that_asks_for_later_is_asked_again(attempts: int) -> None:
    heard: Counter[str] = Counter()

    async def test() -> bytes:
        async with serving(Replica(heard, error=TryLater("warming up", 0.01), failures=2)) as server:
            config = GrpcClientConfig(target=server.target, max_attempts=attempts)
            async with open_channel(config) as channel:
                reply: bytes = await channel.unary_unary(SAY)(b"hi")
                return reply

    if attempts == 3:
        assert asyncio.run(test()) == b"hi"
        assert heard.total() == 3
    else:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            asyncio.run(test())
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        assert heard.total() == 1


@pytest.mark.parametrize("error", [RuntimeError("a bug"), TimeoutError("too slow")])
def test_what_may_have_reached_the_work_is_not_tried_again(error: Exception) -> None:
    heard: Counter[str] = Counter()

    async def test() -> None:
        async with (
            serving(Replica(heard, error=error, failures=9)) as server,
            open_channel(GrpcClientConfig(target=server.target)) as channel,
        ):
            await channel.unary_unary(SAY)(b"hi")

    with pytest.raises(grpc.aio.AioRpcError):
        asyncio.run(test())
    assert heard.total() == 1


def test_an_outage_of_many_calls_is_not_multiplied_by_retries() -> None:
    heard: Counter[str] = Counter()

    async def test() -> None:
        async with (
            serving(Replica(heard, error=TryLater("down", 0.001), failures=1000)) as server,
            open_channel(GrpcClientConfig(target=server.target)) as channel,
        ):
            say = channel.unary_unary(SAY)
            for _ in range(50):
                with pytest.raises(grpc.aio.AioRpcError):
                    await say(b"hi")

    asyncio.run(test())
    assert 50 <= heard.total() <= 70


def test_an_absent_server_is_unavailable_within_the_deadline() -> None:
    async def test() -> None:
        async with serving(Replica(Counter())) as server:
            port = server.port
        async with open_channel(GrpcClientConfig(target=f"127.0.0.1:{port}", timeout_s=2.0)) as channel:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await channel.unary_unary(SAY)(b"hi")
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE

    asyncio.run(test())


def test_a_server_that_knows_nothing_of_health_is_called_all_the_same() -> None:
    async def test() -> None:
        server = grpc.aio.server()
        service = echo_service(Replica(Counter()))
        service.add(service.servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with open_channel(GrpcClientConfig(target=f"127.0.0.1:{port}")) as channel:
            assert await channel.unary_unary(SAY)(b"hi") == b"hi"
        await server.stop(None)

    asyncio.run(test())
