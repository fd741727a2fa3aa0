"""`Chat` over any endpoint that speaks the OpenAI chat completions protocol: vLLM, transformers serve, hosted ones.

What is asked twice is sent once; a reply is kept before anything else happens, so that a crash, an outage or a second
run pays for nothing again. A safety filter's refusal is a reply. The budget counts tokens of this store's whole life:
beyond it nothing is sent.
"""

import logging
from collections.abc import Sequence

import openai
from openai.types.chat import ChatCompletion

from biorl.question_generator.adapters.metrics import MODEL_REPLIES, MODEL_TOKENS
from biorl.question_generator.adapters.openai_endpoint import Endpoint, ask_all
from biorl.question_generator.adapters.reply_store import ReplyStore
from biorl.question_generator.domain.authoring.chat import ChatReply, ChatRequest, Said

logger = logging.getLogger(__name__)
_REFUSALS = ("content_filter", "content_policy", "safety", "responsible_ai", "moderation")


class OpenAIChat:
    """Not for several threads. `max_total_tokens`: of the store's whole life, in and out; None is no limit."""

    def __init__(
        self, endpoint: Endpoint, store: ReplyStore, *, max_total_tokens: int | None = None, seed: int = 0
    ) -> None:
        self._endpoint = endpoint
        self._store = store
        self._limit = max_total_tokens
        self._seed = seed
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
            known |= dict(zip(new, ask_all(self._endpoint, list(new.items()), self._one), strict=True))
        return [known[key] for key in keys]

    async def _one(self, client: openai.AsyncOpenAI, keyed: tuple[str, ChatRequest]) -> ChatReply:
        key, request = keyed
        if self._limit is not None and self._spent >= self._limit:
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
                seed=self._seed + request.attempt,
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
