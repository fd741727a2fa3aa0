"""`Chat` over any endpoint that speaks the OpenAI chat completions protocol: vLLM, transformers serve, hosted ones.

So many requests at a time; what is asked twice is sent once; a reply is kept before anything else happens, so that a
crash, an outage or a second run pays for nothing again. The client tries again after 429, 408, 409, 5xx and lost
connections, with growing pauses or as long as the endpoint asks; what is still not there then is `TryLater`. A safety
filter's refusal is a reply. The budget counts tokens of this store's whole life: beyond it nothing is sent.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import openai
from openai.types.chat import ChatCompletion

from biorl.chassis.errors import TryLater
from biorl.question_generator.adapters.metrics import MODEL_REPLIES, MODEL_TOKENS
from biorl.question_generator.adapters.reply_store import ReplyStore
from biorl.question_generator.domain.authoring.chat import ChatReply, ChatRequest, Said

logger = logging.getLogger(__name__)
AWAY = (
    openai.APIConnectionError,
    openai.RateLimitError,
    openai.InternalServerError,
    openai.ConflictError,
    openai.AuthenticationError,
    openai.PermissionDeniedError,
    openai.NotFoundError,
)
"""Not the request's fault: a person or time mends it."""
_REFUSALS = ("content_filter", "content_policy", "safety", "responsible_ai", "moderation")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is, and how it may be used."""

    base_url: str
    model: str
    api_key: str = "none"
    concurrency: int = 16
    timeout_s: float = 300.0
    max_retries: int = 5
    max_total_tokens: int | None = None
    """Of the store's whole life, in and out; None is no limit."""
    seed: int = 0


class OpenAIChat:
    """Not for several threads."""

    def __init__(self, endpoint: Endpoint, store: ReplyStore) -> None:
        self._endpoint = endpoint
        self._store = store
        self._spent = store.spent().tokens

    @property
    def model(self) -> str:
        return self._endpoint.model

    def ask(self, requests: Sequence[ChatRequest]) -> Sequence[ChatReply]:
        """Raises TryLater when the endpoint stays away; what it had answered until then is kept."""
        keys = [request.key(self.model) for request in requests]
        known = dict(self._store.known(keys))
        new = {key: request for key, request in zip(keys, requests, strict=True) if key not in known}
        if new:
            known |= asyncio.run(self._all(new))
        return [known[key] for key in keys]

    async def _all(self, new: dict[str, ChatRequest]) -> dict[str, ChatReply]:
        where = self._endpoint
        gate = asyncio.Semaphore(where.concurrency)
        async with openai.AsyncOpenAI(
            base_url=where.base_url, api_key=where.api_key, timeout=where.timeout_s, max_retries=where.max_retries
        ) as client:
            tasks = [self._one(client, gate, key, request) for key, request in new.items()]
            replies = await asyncio.gather(*tasks, return_exceptions=True)
        failures = [reply for reply in replies if isinstance(reply, BaseException)]
        for failure in failures:
            if not isinstance(failure, AWAY):
                raise failure
        if failures:
            msg = f"{len(failures)} of {len(replies)} requests to {where.base_url} have no reply: {failures[0]}"
            raise TryLater(msg, after_s=5.0)
        return dict(zip(new, [reply for reply in replies if isinstance(reply, ChatReply)], strict=True))

    async def _one(
        self, client: openai.AsyncOpenAI, gate: asyncio.Semaphore, key: str, request: ChatRequest
    ) -> ChatReply:
        async with gate:
            limit = self._endpoint.max_total_tokens
            if limit is not None and self._spent >= limit:
                return ChatReply(Said.OVER_BUDGET)  # not kept: a larger budget asks again
            reply = await self._sent(client, request)
        self._spent += reply.input_tokens + reply.output_tokens
        self._store.keep(key, self.model, request.purpose, reply)
        MODEL_REPLIES.labels(request.purpose, reply.said).inc()
        MODEL_TOKENS.labels(request.purpose, "input").inc(reply.input_tokens)
        MODEL_TOKENS.labels(request.purpose, "output").inc(reply.output_tokens)
        return reply

    async def _sent(self, client: openai.AsyncOpenAI, request: ChatRequest) -> ChatReply:
        try:
            completion = await client.chat.completions.create(
                model=self.model,
                messages=[{"role": it.role, "content": it.content} for it in request.messages],  # type: ignore[misc]
                max_tokens=request.max_tokens,
                temperature=request.temperature,
                seed=self._endpoint.seed + request.attempt,
            )
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            told = f"{error.code or ''} {error.message}".casefold()
            said = Said.REFUSED if any(word in told for word in _REFUSALS) else Said.REJECTED
            logger.warning("the endpoint does not take a request: %s", error.message)
            return ChatReply(said, error.message[:500])
        return _reply(completion)


def _reply(completion: ChatCompletion) -> ChatReply:
    usage = completion.usage
    tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
    if not completion.choices:
        return ChatReply(Said.REJECTED, "no choices", *tokens)
    choice = completion.choices[0]
    text = choice.message.content or ""
    if choice.finish_reason == "content_filter" or choice.message.refusal:
        return ChatReply(Said.REFUSED, choice.message.refusal or text, *tokens)
    return ChatReply(Said.CUT_OFF if choice.finish_reason == "length" else Said.ANSWERED, text, *tokens)
