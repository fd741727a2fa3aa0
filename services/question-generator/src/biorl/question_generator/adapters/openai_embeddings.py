"""Vectors of texts from any endpoint that speaks the OpenAI embeddings protocol: vLLM, TEI, llama.cpp, hosted ones.

As with chat: so many requests at a time, each kept before anything else happens, tried again after 429, 5xx and lost
connections; what is still not there then is `TryLater`, and the next call asks only for the rest.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import openai

from biorl.chassis.errors import TryLater
from biorl.question_generator.adapters.openai_chat import AWAY
from biorl.question_generator.adapters.vector_store import VectorStore
from biorl.question_generator.domain.meaning import Vectors

logger = logging.getLogger(__name__)


class NoVectorsError(ValueError):
    """What the endpoint gives are no vectors of what it was asked; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class EmbeddingEndpoint:
    """Where the model is, and how it may be used."""

    base_url: str
    model: str
    api_key: str = "none"
    batch: int = 64
    concurrency: int = 8
    timeout_s: float = 120.0
    max_retries: int = 5
    max_characters: int = 2000


class OpenAIEmbeddings:
    """Not for several threads."""

    def __init__(self, endpoint: EmbeddingEndpoint, store: VectorStore) -> None:
        self._endpoint = endpoint
        self._store = store

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, of length 1; zeros for a text that the endpoint does not take.

        Raises TryLater when the endpoint stays away, what it had given until then is kept; NoVectorsError.
        """
        asked = [text[: self._endpoint.max_characters] for text in texts]
        known = dict(self._store.known(asked))
        if new := sorted({text for text in asked if text not in known}):
            asyncio.run(self._all(new))
            known |= self._store.known(new)
        sizes = {len(vector) for vector in known.values()}
        if len(sizes) > 1:
            told = ", ".join(map(str, sorted(sizes)))
            raise NoVectorsError(
                f"vectors of {self._endpoint.model} have lengths {told}: begin with a new file of vectors"
            )
        nothing = np.zeros(next(iter(sizes), 1), dtype=np.float32)
        return np.stack([known.get(text, nothing) for text in asked]) if asked else nothing[None][:0]

    async def _all(self, new: Sequence[str]) -> None:
        where = self._endpoint
        gate = asyncio.Semaphore(where.concurrency)
        async with openai.AsyncOpenAI(
            base_url=where.base_url, api_key=where.api_key, timeout=where.timeout_s, max_retries=where.max_retries
        ) as client:
            batches = [new[start : start + where.batch] for start in range(0, len(new), where.batch)]
            tasks = [self._batch(client, gate, batch) for batch in batches]
            failures = [it for it in await asyncio.gather(*tasks, return_exceptions=True) if it is not None]
        for failure in failures:
            if not isinstance(failure, AWAY):
                raise failure
        if failures:
            msg = f"{len(failures)} of {len(batches)} requests to {where.base_url} have no reply: {failures[0]}"
            raise TryLater(msg, after_s=5.0)

    async def _batch(self, client: openai.AsyncOpenAI, gate: asyncio.Semaphore, texts: Sequence[str]) -> None:
        """Keeps what comes. A batch that is not taken is halved until the text is alone that is to blame."""
        try:
            async with gate:
                reply = await client.embeddings.create(model=self._endpoint.model, input=list(texts))
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if len(texts) == 1:
                logger.warning("the endpoint does not take a text, it resembles nothing: %s", error.message)
                return
            middle = len(texts) // 2
            await self._batch(client, gate, texts[:middle])
            await self._batch(client, gate, texts[middle:])
            return
        rows = [item.embedding for item in sorted(reply.data, key=lambda item: item.index)]
        self._store.keep(dict(zip(texts, _of_length_one(rows, len(texts)), strict=True)), reply.usage.prompt_tokens)


def _of_length_one(rows: Sequence[Sequence[float]], wanted: int) -> Vectors:
    """Raises NoVectorsError."""
    if len(rows) != wanted or len({len(row) for row in rows}) != 1 or not len(rows[0]):
        raise NoVectorsError(f"the endpoint gave {len(rows)} vectors for {wanted} texts, or vectors of several lengths")
    vectors = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise NoVectorsError("the endpoint gave a vector that is not finite, or has no direction")
    unit: Vectors = vectors / lengths
    return unit
