"""`/v1/embeddings` as OpenAI-compatible servers speak it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from kangban.adapters.embeddings.wire import JsonWire, ServerSettings
from kangban.kernel.errors import Unavailable

_AT_ONCE = 64


class _Row(msgspec.Struct):
    index: int
    embedding: list[float]


class _Answer(msgspec.Struct):
    data: list[_Row]


class ServerEmbedder:
    """An `Embedder`. Sends nothing but the texts."""

    def __init__(self, settings: ServerSettings, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._settings = settings
        self._wire = JsonWire(settings, "embeddings", sleep)

    @property
    def name(self) -> str:
        """The model's name as configured."""
        return self._settings.name

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See Embedder.embed."""
        found: list[list[float]] = []
        for start in range(0, len(texts), _AT_ONCE):
            found += await self._some(list(texts[start : start + _AT_ONCE]))
        return found

    async def _some(self, texts: list[str]) -> list[list[float]]:
        answer = await self._wire.post({"model": self.name, "input": texts})
        try:
            rows = sorted(msgspec.convert(answer, _Answer).data, key=lambda row: row.index)
        except msgspec.ValidationError:
            rows = []
        sizes = {len(row.embedding) for row in rows}
        if (
            [row.index for row in rows] != list(range(len(texts)))
            or len(sizes) != 1
            or not all(math.isfinite(x) for row in rows for x in row.embedding)
        ):
            raise Unavailable("the embeddings server sent something that is no vectors", key="library.server_away")
        return [row.embedding for row in rows]

    async def close(self) -> None:
        """See Embedder.close."""
        await self._wire.close()
