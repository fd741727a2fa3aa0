"""What chat and embeddings share: where a model is served by the OpenAI protocol, and what its absence means.

The client tries again after 429, 408, 409, 5xx and lost connections, with growing pauses or as long as the endpoint
asks; what is still not there then is `TryLater`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import openai

from biorl.chassis.errors import TryLater

_AWAY = (
    openai.APIConnectionError,
    openai.RateLimitError,
    openai.InternalServerError,
    openai.ConflictError,
    openai.AuthenticationError,
    openai.PermissionDeniedError,
    openai.NotFoundError,
)
"""Not the request's fault: a person or time mends it."""
Asked = TypeVar("Asked")
Reply = TypeVar("Reply")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is, and how it may be used."""

    base_url: str
    model: str
    api_key: str = "none"
    concurrency: int = 16
    timeout_s: float = 300.0
    max_retries: int = 5


def ask_all(
    endpoint: Endpoint,
    requests: Sequence[Asked],
    send: Callable[[openai.AsyncOpenAI, Asked], Awaitable[Reply]],
) -> list[Reply]:
    """One reply a request, in order, so many at a time. All are tried before the first failure is raised; TryLater."""
    return asyncio.run(_ask_all(endpoint, requests, send))


async def _ask_all(
    endpoint: Endpoint,
    requests: Sequence[Asked],
    send: Callable[[openai.AsyncOpenAI, Asked], Awaitable[Reply]],
) -> list[Reply]:
    gate = asyncio.Semaphore(endpoint.concurrency)
    async with openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.api_key,
        timeout=endpoint.timeout_s,
        max_retries=endpoint.max_retries,
    ) as client:

        async def one(request: Asked) -> Reply:
            async with gate:
                return await send(client, request)

        outcomes = await asyncio.gather(*map(one, requests), return_exceptions=True)
    failures = [it for it in outcomes if isinstance(it, BaseException)]
    for failure in failures:
        if not isinstance(failure, _AWAY):
            raise failure
    if failures:
        msg = f"{len(failures)} of {len(outcomes)} requests to {endpoint.base_url} have no reply: {failures[0]}"
        raise TryLater(msg, after_s=5.0)
    return [it for it in outcomes if not isinstance(it, BaseException)]
