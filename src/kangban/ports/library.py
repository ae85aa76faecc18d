"""What a library rests on outside: where documents and passages are kept, the index, and optional model servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from kangban.clinical.library import LibraryDocument, Passage


class LibraryStore(Protocol):
    """Documents and passages of every family, each behind its own wall. Every method may raise Unavailable."""

    async def documents(self, family_id: str) -> list[LibraryDocument]:
        """All documents of a family, by id."""
        ...

    async def put_document(self, document: LibraryDocument) -> bool:
        """Keep a new document; False, and nothing changed, where its id is there already."""
        ...

    async def change_document(self, document: LibraryDocument) -> None:
        """Replace a document; raises NotFound where it was removed meanwhile."""
        ...

    async def add_passages(self, document: LibraryDocument, passages: Sequence[Passage]) -> None:
        """Keep passages and the document as it is after them, in one transaction; those there already stay.

        Raises NotFound, and keeps nothing, where the document was removed meanwhile.
        """
        ...

    async def passages(self, family_id: str, document_id: str) -> list[Passage]:
        """The passages of one document in order; none for another family's."""
        ...

    async def remove(self, family_id: str, document_id: str) -> bool:
        """Erase a document with its passages and vectors; False where it is not there."""
        ...

    async def put_vectors(self, family_id: str, model: str, vectors: Mapping[str, bytes]) -> None:
        """Keep the vector (float32, little endian) of passages by id; replaces those of another model."""
        ...

    async def vectors(self, family_id: str, document_id: str, model: str) -> dict[str, bytes]:
        """The vectors of one document's passages made by one model."""
        ...


class PassageIndex(Protocol):
    """Weighted terms over passages, and vectors beside them where there are any. Lives in memory only."""

    def add(self, items: Iterable[tuple[str, Mapping[str, int]]]) -> None:
        """Add passages by id with how often each term stands in them; an id that is there is left as it is."""
        ...

    def add_vectors(self, vectors: Mapping[str, bytes]) -> None:
        """Add vectors (float32) of passages by id; those of another length are refused with InvalidInput."""
        ...

    def remove(self, ids: Iterable[str]) -> None:
        """Take passages out; idempotent."""
        ...

    def search(self, asked: Mapping[str, float], top: int) -> list[tuple[str, float]]:
        """(id, score) of the best passages for weighted terms, best first; scores are above 0."""
        ...

    def near(self, vector: Sequence[float], top: int) -> list[tuple[str, float]]:
        """(id, cosine) of the passages nearest to a vector, best first; none where there are no vectors."""
        ...


class EmbeddingsEndpoint(msgspec.Struct, frozen=True):
    """A server of this machine for vectors, and for reranking where `reranker` names a model. Never shows the key."""

    url: str
    model: str
    key: str = ""
    reranker: str = ""

    def __repr__(self) -> str:
        key = "set" if self.key else "none"
        return f"EmbeddingsEndpoint(model={self.model!r}, reranker={self.reranker!r}, key={key})"


class Embedder(Protocol):
    """A server that turns texts into vectors."""

    @property
    def name(self) -> str:
        """The model's name: vectors of two models are never compared."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in order; raises Unavailable."""
        ...

    async def close(self) -> None:
        """Release connections; safe to call twice."""
        ...


class Reranker(Protocol):
    """A server that reads a question beside each passage."""

    async def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score a passage, in order, higher is better; raises Unavailable."""
        ...

    async def close(self) -> None:
        """Release connections; safe to call twice."""
        ...
