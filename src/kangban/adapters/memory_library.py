"""Libraries in memory, forgotten when the program ends: for tests and for trying out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kangban.clinical.library import LibraryDocument, Passage
from kangban.kernel.errors import NotFound
from kangban.record.doors import kept_text


class MemoryLibraryStore:
    """A `LibraryStore`. No method waits for anything, so each one is a transaction by itself."""

    def __init__(self) -> None:
        self._documents: dict[str, LibraryDocument] = {}
        self._passages: dict[str, tuple[str, Passage]] = {}
        self._vectors: dict[str, tuple[str, bytes]] = {}

    async def documents(self, family_id: str) -> list[LibraryDocument]:
        """See LibraryStore.documents."""
        return [d for _, d in sorted(self._documents.items()) if d.family_id == family_id]

    async def put_document(self, document: LibraryDocument) -> bool:
        """See LibraryStore.put_document."""
        kept_text(document)
        if document.id in self._documents:
            return False
        self._documents[document.id] = document
        return True

    async def change_document(self, document: LibraryDocument) -> None:
        """See LibraryStore.change_document."""
        await self.add_passages(document, ())

    async def add_passages(self, document: LibraryDocument, passages: Sequence[Passage]) -> None:
        """See LibraryStore.add_passages."""
        old = self._documents.get(document.id)
        if old is None or old.family_id != document.family_id:
            raise NotFound("no such document in the library", field="id")
        for each in passages:
            kept_text(each)
        self._documents[document.id] = document
        for each in passages:
            self._passages.setdefault(each.id, (document.family_id, each))

    async def passages(self, family_id: str, document_id: str) -> list[Passage]:
        """See LibraryStore.passages."""
        mine = [p for family, p in self._passages.values() if (family, p.document_id) == (family_id, document_id)]
        return sorted(mine, key=lambda one: (one.number, one.id))

    async def remove(self, family_id: str, document_id: str) -> bool:
        """See LibraryStore.remove."""
        for each in await self.passages(family_id, document_id):
            self._passages.pop(each.id)
            self._vectors.pop(each.id, None)
        document = self._documents.get(document_id)
        if document is None or document.family_id != family_id:
            return False
        del self._documents[document_id]
        return True

    async def put_vectors(self, family_id: str, model: str, vectors: Mapping[str, bytes]) -> None:
        """See LibraryStore.put_vectors."""
        for id_, vector in vectors.items():
            if id_ in self._passages and self._passages[id_][0] == family_id:
                self._vectors[id_] = (model, vector)

    async def vectors(self, family_id: str, document_id: str, model: str) -> dict[str, bytes]:
        """See LibraryStore.vectors."""
        mine = {each.id for each in await self.passages(family_id, document_id)}
        return {id_: vector for id_, (of, vector) in self._vectors.items() if id_ in mine and of == model}
