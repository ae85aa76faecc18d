"""What a house needs for its libraries: where they are kept, and the indexes in memory, shared by every actor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from kangban.clinical.library import LibraryDocument, Passage, Shelf
from kangban.ports.library import Embedder, LibraryStore, PassageIndex, Reranker
from kangban.retrieval.library.graph import Graph
from kangban.retrieval.library.summary import section_of, summaries
from kangban.retrieval.library.terms import passage_terms

_IN_PARTS = frozenset({"book", "insert"})
_AT_ONCE = 500  # passages analysed between two looks at the clock of others


class Shelved:
    """One library in memory: index, summaries, passages and graph, as of the last `bring_up_to_date`."""

    def __init__(self, make: Callable[[], PassageIndex]) -> None:
        self.index, self.parts = make(), make()
        self.documents: dict[str, LibraryDocument] = {}
        self.passages: dict[str, Passage] = {}
        self.sections: dict[str, str] = {}  # passage → its part
        self.graph = Graph()
        self._lock = asyncio.Lock()
        self._of: dict[str, list[str]] = {}
        self._parts_of: dict[str, list[str]] = {}

    async def bring_up_to_date(self, store: LibraryStore, ready: Mapping[str, LibraryDocument], model: str) -> None:
        """Read what came and forget what went; the index is never on a disk, so nothing of it is left there."""
        async with self._lock:
            gone = [id_ for id_ in self.documents if id_ not in ready]
            come = [one for id_, one in ready.items() if id_ not in self.documents]
            for id_ in gone:
                self._forget(id_)
            for document in come:
                await self._learn(store, document, model)
            self.documents.update(ready)
            if gone or any(one.kind == "graph" for one in come):
                self.graph = await asyncio.to_thread(Graph, [p for p in self.passages.values() if p.edges])

    async def _learn(self, store: LibraryStore, document: LibraryDocument, model: str) -> None:
        found = await store.passages(document.family_id, document.id)
        for start in range(0, len(found), _AT_ONCE):
            await asyncio.to_thread(self._analyse, found[start : start + _AT_ONCE])
        # Where every passage is a part of its own, its summary says nothing it does not.
        parts = await asyncio.to_thread(summaries, document.title, found) if document.kind in _IN_PARTS else {}
        self.parts.add(parts.items())
        if model:
            self.index.add_vectors(await store.vectors(document.family_id, document.id, model))
        self._of[document.id] = [p.id for p in found]
        self._parts_of[document.id] = list(parts)
        self.passages.update((p.id, p) for p in found)
        self.sections.update((p.id, section_of(p)) for p in found)
        self.documents[document.id] = document

    def _analyse(self, some: Sequence[Passage]) -> None:
        self.index.add((p.id, passage_terms(p.heading, p.text)) for p in some)

    def _forget(self, document_id: str) -> None:
        del self.documents[document_id]
        ids = self._of.pop(document_id)
        self.index.remove(ids)
        self.parts.remove(self._parts_of.pop(document_id))
        for id_ in ids:
            self.passages.pop(id_, None)
            self.sections.pop(id_, None)


class Library:
    """What `House.library` holds. Only journeys/library may use it: they ask whether the actor may."""

    def __init__(
        self,
        store: LibraryStore,
        make: Callable[[], PassageIndex],
        *,
        embedder: Embedder | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.store, self.embedder, self.reranker = store, embedder, reranker
        self._make = make
        self._shelved: dict[tuple[str, Shelf], Shelved] = {}

    def shelved(self, family_id: str, shelf: Shelf) -> Shelved:
        """One library's memory, empty at first."""
        return self._shelved.setdefault((family_id, shelf), Shelved(self._make))

    async def close(self) -> None:
        """Close the connections to model servers; safe to call twice."""
        for server in (self.embedder, self.reranker):
            if server is not None:
                await server.close()
