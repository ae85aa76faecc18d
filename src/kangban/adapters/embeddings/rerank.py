"""`/v1/rerank` as vLLM, Infinity and others speak it: a question and documents in, a relevance for each out."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from kangban.adapters.embeddings.wire import JsonWire, ServerSettings
from kangban.kernel.errors import Unavailable


class _Row(msgspec.Struct):
    index: int
    relevance_score: float


class _Answer(msgspec.Struct):
    results: list[_Row]


class ServerReranker:
    """A `Reranker`. Sends nothing but the question and the passages."""

    def __init__(self, settings: ServerSettings, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._settings = settings
        self._wire = JsonWire(settings, "rerank", sleep)

    async def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """See Reranker.scores."""
        asked = {"model": self._settings.name, "query": question, "documents": list(passages)}
        answer = await self._wire.post(asked)
        try:
            found = {row.index: row.relevance_score for row in msgspec.convert(answer, _Answer).results}
        except msgspec.ValidationError:
            found = {}
        if set(found) != set(range(len(passages))) or not all(map(math.isfinite, found.values())):
            raise Unavailable("the reranking server sent something that is no scores", key="library.server_away")
        return [found[n] for n in range(len(passages))]

    async def close(self) -> None:
        """See Reranker.close."""
        await self._wire.close()
