"""Libraries over SQLAlchemy: documents and passages of one family at a time, encrypted where the database is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kangban.adapters.store.copies import erase_document_from_copies
from kangban.adapters.store.tables import library_document, library_passage
from kangban.adapters.store.work import Work
from kangban.clinical.library import LibraryDocument, Passage
from kangban.kernel.errors import NotFound
from kangban.record.doors import findable, kept_text, read_back

_CHUNK = 100  # rows in one statement; old SQLite builds take 999 bound parameters


class SqlLibraryStore:
    """A `LibraryStore` on a database. Each call is one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def documents(self, family_id: str) -> list[LibraryDocument]:
        """See LibraryStore.documents."""
        table = library_document
        query = sa.select(table.c.body).where(table.c.family_id == family_id).order_by(table.c.id)
        return [read_back(body, LibraryDocument) for body in await self._bodies(family_id, query)]

    async def put_document(self, document: LibraryDocument) -> bool:
        """See LibraryStore.put_document."""
        values = {"id": document.id, "family_id": document.family_id, "body": kept_text(document)}

        async def write() -> bool:
            async with self._work.writing({document.family_id}) as connection:
                return await _insert_new(connection, library_document, [values]) == 1

        return await self._work.asked(write)

    async def change_document(self, document: LibraryDocument) -> None:
        """See LibraryStore.change_document."""
        await self.add_passages(document, ())

    async def add_passages(self, document: LibraryDocument, passages: Sequence[Passage]) -> None:
        """See LibraryStore.add_passages."""
        body = kept_text(document)
        rows = [
            {
                "id": each.id, "family_id": document.family_id, "document_id": document.id, "number": each.number,
                "body": kept_text(each),
            }
            for each in passages
        ]  # fmt: skip
        this = (library_document.c.id == document.id) & (library_document.c.family_id == document.family_id)

        async def write() -> None:
            async with self._work.writing({document.family_id}) as connection:
                changed = await connection.execute(sa.update(library_document).where(this).values(body=body))
                if not changed.rowcount:
                    raise NotFound("no such document in the library", field="id")
                await _insert_new(connection, library_passage, rows)

        if not findable(document.id):
            raise NotFound("no such document in the library", field="id")
        await self._work.asked(write)

    async def passages(self, family_id: str, document_id: str) -> list[Passage]:
        """See LibraryStore.passages."""
        table = library_passage
        mine = (table.c.family_id == family_id) & (table.c.document_id == document_id)
        query = sa.select(table.c.body).where(mine).order_by(table.c.number, table.c.id)
        return [read_back(body, Passage) for body in await self._bodies(family_id, query, document_id)]

    async def remove(self, family_id: str, document_id: str) -> bool:
        """See LibraryStore.remove. On SQLite the bytes leave the file, its log and its copies too."""

        async def write() -> bool:
            async with self._work.writing({family_id}) as connection:
                parts = library_passage.c
                of_it = (parts.family_id == family_id) & (parts.document_id == document_id)
                await connection.execute(sa.delete(library_passage).where(of_it))
                this = (library_document.c.family_id == family_id) & (library_document.c.id == document_id)
                return (await connection.execute(sa.delete(library_document).where(this))).rowcount > 0

        if not (findable(family_id) and findable(document_id)):
            self._work.check_open()
            return False
        file, key = self._work.file, self._work.key
        if file is not None:
            # Copies first, as when a member is erased: broken off after them, asking again ends it.
            erase = erase_document_from_copies
            await self._work.asked(lambda: asyncio.to_thread(erase, file, family_id, document_id, key))
        gone = await self._work.asked(write)
        if file is not None:
            await self._work.asked(self._empty_log)
        return gone

    async def put_vectors(self, family_id: str, model: str, vectors: Mapping[str, bytes]) -> None:
        """See LibraryStore.put_vectors."""
        change = (
            sa.update(library_passage)
            .where(library_passage.c.id == sa.bindparam("this"), library_passage.c.family_id == family_id)
            .values(vector_of=model, vector=sa.bindparam("made"))
        )
        rows = [{"this": id_, "made": vector} for id_, vector in vectors.items()]

        async def write() -> None:
            async with self._work.writing({family_id}) as connection:
                await connection.execute(change, rows)

        if rows:
            await self._work.asked(write)

    async def vectors(self, family_id: str, document_id: str, model: str) -> dict[str, bytes]:
        """See LibraryStore.vectors."""
        table = library_passage
        mine = (table.c.family_id == family_id) & (table.c.document_id == document_id) & (table.c.vector_of == model)

        async def read() -> dict[str, bytes]:
            async with self._work.reading(family_id) as connection:
                found = await connection.execute(sa.select(table.c.id, table.c.vector).where(mine))
                return {row.id: bytes(row.vector) for row in found}

        if not (findable(family_id) and findable(document_id)):
            self._work.check_open()
            return {}
        return await self._work.asked(read)

    async def _bodies(self, family_id: str, query: sa.Select[tuple[str]], *ids: str) -> list[str]:
        async def read() -> list[str]:
            async with self._work.reading(family_id) as connection:
                return [str(body) for body in (await connection.execute(query)).scalars()]

        if not all(map(findable, (family_id, *ids))):
            self._work.check_open()
            return []
        return await self._work.asked(read)

    async def _empty_log(self) -> None:
        # As when a member is erased: outside a transaction, or SQLite refuses.
        async with self._work.reading(None) as connection:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await bare.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


async def _insert_new(connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert rows whose ids are not there; how many were new."""
    insert = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    made = 0
    for start in range(0, len(rows), _CHUNK):
        some = [dict(row) for row in rows[start : start + _CHUNK]]
        statement = insert(table).values(some).on_conflict_do_nothing(index_elements=["id"])
        made += (await connection.execute(statement)).rowcount
    return made
