"""What happens around every RPC of a server: metrics, trace, deadline, a limit, and errors from one table.

`Around` wraps all four kinds of RPC; a servicer raises errors with names of its domain and never sees a status code.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import grpc

from biorl.chassis.grpc.call import Call, Load, Method
from biorl.chassis.grpc.deadlines import due_in, remaining_s
from biorl.chassis.grpc.probes import is_probe
from biorl.chassis.grpc.statuses import Statuses, complete

MAKERS = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}
ATTRIBUTES = {
    (False, False): "unary_unary",
    (True, False): "stream_unary",
    (False, True): "unary_stream",
    (True, True): "stream_stream",
}


class Around(grpc.aio.ServerInterceptor):
    """`limit` is how many RPCs may be in flight, probes aside; more are refused with RESOURCE_EXHAUSTED."""

    def __init__(self, statuses: Statuses, limit: int) -> None:
        self._statuses = complete(statuses)
        self._load = Load(limit)
        self._unlimited = Load(None)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        streams = handler.request_streaming, handler.response_streaming
        method = Method.of(handler_call_details.method, *streams)
        carrier = {k: v for k, v in handler_call_details.invocation_metadata or () if isinstance(v, str)}
        load = self._unlimited if is_probe(handler_call_details.method) else self._load
        inner = getattr(handler, ATTRIBUTES[streams])

        async def behaviour(request: Any, context: Any) -> Any:
            async with Call(method, carrier, context, self._statuses, load):
                with due_in(context.time_remaining()):
                    return await _in_time(inner, request, context)

        return MAKERS[streams](behaviour, handler.request_deserializer, handler.response_serializer)


async def _in_time(inner: Any, request: Any, context: Any) -> Any:
    """The response of `inner`, or None when it streams. Raises TimeoutError once nobody waits for it any more."""
    left = remaining_s()
    if left is not None and left <= 0:
        raise TimeoutError("the deadline was over before the work began")
    async with asyncio.timeout(left):
        if not inspect.isasyncgenfunction(inner):
            return await inner(request, context)
        async with aclosing(inner(request, context)) as responses:
            async for response in responses:
                await context.write(response)
        return None
