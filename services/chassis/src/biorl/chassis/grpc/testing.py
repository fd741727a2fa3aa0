"""A real server on a real port for tests, started and drained around a block; and a service that answers in bytes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc

from biorl.chassis.grpc.config import GrpcServerConfig
from biorl.chassis.grpc.server import GrpcService, serve
from biorl.chassis.grpc.statuses import Statuses
from biorl.chassis.life import Life


@dataclass(frozen=True, slots=True)
class Running:
    """A server that takes calls."""

    port: int
    life: Life
    task: "asyncio.Task[None]"
    """Ends when the server has drained."""

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def running(
    services: Sequence[GrpcService], statuses: Statuses | None = None, config: GrpcServerConfig | None = None
) -> AsyncIterator[Running]:
    """Serves inside the block, drains at its end. Raises what `serve` raises when it cannot start."""
    life, started = Life(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(config or GrpcServerConfig(), services, life, statuses, started.set_result))
    await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield Running(await started, life, task)
    finally:
        life.stop()
        await task


ECHO = "testing.Echo"


def echo_service(answer: Callable[[bytes], Awaitable[bytes]]) -> GrpcService:
    """`answer` behind all four kinds of RPC (Say, Count, Join, Chat): no protobuf is needed to test a server."""

    async def say(request: bytes, _context: object) -> bytes:
        return await answer(request)

    async def count(request: bytes, _context: object) -> AsyncIterator[bytes]:
        for _ in range(3):
            yield await answer(request)

    async def join(requests: AsyncIterator[bytes], _context: object) -> bytes:
        return b"".join([await answer(request) async for request in requests])

    async def chat(requests: AsyncIterator[bytes], _context: object) -> AsyncIterator[bytes]:
        async for request in requests:
            yield await answer(request)

    def add(_servicer: object, server: grpc.aio.Server) -> None:
        handlers: dict[str, Any] = {
            "Say": grpc.unary_unary_rpc_method_handler(say),
            "Count": grpc.unary_stream_rpc_method_handler(count),
            "Join": grpc.stream_unary_rpc_method_handler(join),
            "Chat": grpc.stream_stream_rpc_method_handler(chat),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(ECHO, handlers),))

    return GrpcService(ECHO, add, None)
