"""Vectors of texts from any endpoint that speaks the OpenAI embeddings protocol: vLLM, TEI, llama.cpp, hosted ones.

Each batch is kept before anything else happens: after an outage the next call asks only for the rest.
"""

import logging
from collections.abc import Sequence

import numpy as np
import openai

from biorl.question_generator.adapters.openai_endpoint import Endpoint, ask_all
from biorl.question_generator.adapters.vector_store import VectorStore
from biorl.question_generator.domain.meaning import Vectors

logger = logging.getLogger(__name__)


class NoVectorsError(ValueError):
    """What the endpoint gives are no vectors of what it was asked; the message says what is wrong."""


class OpenAIEmbeddings:
    """Not for several threads. `batch`: texts in a request; `max_characters`: what is longer is cut off."""

    def __init__(self, endpoint: Endpoint, store: VectorStore, *, batch: int = 64, max_characters: int = 2000) -> None:
        self._endpoint = endpoint
        self._store = store
        self._batch = batch
        self._max_characters = max_characters

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, of length 1; zeros for a text that the endpoint does not take.

        Raises TryLater when the endpoint stays away, what it had given until then is kept; NoVectorsError.
        """
        asked = [text[: self._max_characters] for text in texts]
        known = dict(self._store.known(asked))
        if new := sorted({text for text in asked if text not in known}):
            ask_all(self._endpoint, [new[at : at + self._batch] for at in range(0, len(new), self._batch)], self._keep)
            known |= self._store.known(new)
        sizes = {len(vector) for vector in known.values()}
        if len(sizes) > 1:
            told = ", ".join(map(str, sorted(sizes)))
            raise NoVectorsError(
                f"vectors of {self._endpoint.model} have lengths {told}: begin with a new file of vectors"
            )
        nothing = np.zeros(next(iter(sizes), 1), dtype=np.float32)
        return np.stack([known.get(text, nothing) for text in asked]) if asked else nothing[None][:0]

    async def _keep(self, client: openai.AsyncOpenAI, texts: Sequence[str]) -> None:
        """Keeps what comes. A batch that is not taken is halved until the text is alone that is to blame."""
        try:
            reply = await client.embeddings.create(model=self._endpoint.model, input=list(texts))
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if len(texts) == 1:
                logger.warning("the endpoint does not take a text, it resembles nothing: %s", error.message)
                return
            middle = len(texts) // 2
            await self._keep(client, texts[:middle])
            await self._keep(client, texts[middle:])
            return
        rows = [item.embedding for item in sorted(reply.data, key=lambda item: item.index)]
        usage = getattr(reply, "usage", None)  # some servers do not count
        tokens = usage.prompt_tokens if usage else 0
        self._store.keep(dict(zip(texts, _of_length_one(rows, len(texts)), strict=True)), tokens)


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
