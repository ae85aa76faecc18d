"""Beside agents and runs: claims on runs, words for them, notes, and what models cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa

from kangban.adapters.store.owned import Owned, inserted
from kangban.adapters.store.tables import agent_claim, agent_note, agent_spent, agent_word
from kangban.kernel.ids import derived_id
from kangban.ports.durable import Claim
from kangban.ports.notes import MOST_NOTES, AgentNote, Spent
from kangban.record.doors import findable, kept_text, read_back
from kangban.record.rows import microseconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ADDED_UP = (
    "messages", "prompt_tokens", "completion_tokens", "cached_tokens", "unpriced", "estimated", "money",
)  # fmt: skip


class ClaimRows(Owned):
    """`RunClaims` on a database."""

    async def claim(self, wanted: Claim, now: datetime) -> bool:
        """See RunClaims.claim; one statement, so that of two only one gets it."""
        table = agent_claim
        row = {
            "id": wanted.run_id, "family_id": self._family_id, "owner": wanted.owner, "holder": wanted.holder,
            "until": microseconds(wanted.until),
        }  # fmt: skip
        free = (table.c.until <= microseconds(now)) | (table.c.holder == wanted.holder)

        async def write() -> bool:
            async with self._work.writing({self._family_id}) as connection:
                kept = inserted(connection, table).values(row).on_conflict_do_update(
                    index_elements=["id"], set_={"holder": row["holder"], "until": row["until"]},
                    where=self._mine(table, wanted.owner) & free,
                )  # fmt: skip
                return bool((await connection.execute(kept)).rowcount)

        return await self._work.asked(write)

    async def release(self, run_id: str, owner: str) -> None:
        """See RunClaims.release; the words for the run go with it."""
        if not (findable(run_id) and findable(owner)):
            return
        await self._write(sa.delete(agent_claim).where(self._mine(agent_claim, owner), agent_claim.c.id == run_id))
        await self._write(sa.delete(agent_word).where(self._mine(agent_word, owner), agent_word.c.run_id == run_id))

    async def claims(self) -> Sequence[Claim]:
        """See RunClaims.claims."""
        table = agent_claim
        query = sa.select(table).where(table.c.family_id == self._family_id).order_by(table.c.id)
        rows = await self._rows(query)
        return [Claim(row.id, row.owner, row.holder, _EPOCH + timedelta(microseconds=row.until)) for row in rows]

    async def say(self, run_id: str, owner: str, key: str, word: str) -> None:
        """See RunClaims.say."""
        row = {
            "id": derived_id("word", self._family_id, owner, run_id, key), "family_id": self._family_id,
            "owner": owner, "run_id": run_id, "word_key": key, "word": word,
        }  # fmt: skip

        async def write() -> None:
            async with self._work.writing({self._family_id}) as connection:
                await connection.execute(
                    inserted(connection, agent_word).values(row).on_conflict_do_nothing(index_elements=["id"])
                )

        await self._work.asked(write)

    async def words(self, run_id: str, owner: str) -> Mapping[str, str]:
        """See RunClaims.words."""
        table = agent_word
        query = sa.select(table.c.word_key, table.c.word).where(self._mine(table, owner), table.c.run_id == run_id)
        return {row.word_key: row.word for row in await self._rows(query, owner, run_id)}


class NoteRows(Owned):
    """`NoteShelf` on a database."""

    async def put_note(self, note: AgentNote) -> None:
        """See NoteShelf.put_note."""
        table = agent_note
        row = {
            "id": note.id, "family_id": self._family_id, "owner": note.owner, "agent": note.agent,
            "written_at": microseconds(note.written_at), "body": kept_text(note),
        }  # fmt: skip
        of_agent = self._mine(table, note.owner) & (table.c.agent == note.agent)
        kept = sa.select(table.c.id).where(of_agent).order_by(table.c.written_at.desc(), table.c.id.desc())

        async def write() -> list[str]:
            async with self._work.writing({self._family_id}) as connection:
                await connection.execute(
                    inserted(connection, table).values(row).on_conflict_do_nothing(index_elements=["id"])
                )
                return [str(old) for old in (await connection.execute(kept.offset(MOST_NOTES))).scalars()]

        for old in await self._work.asked(write):
            await self._erase(table, note.owner, old)

    async def notes(self, owner: str, agent: str = "") -> Sequence[AgentNote]:
        """See NoteShelf.notes."""
        table = agent_note
        query = sa.select(table.c.body).where(self._mine(table, owner))
        if agent:
            query = query.where(table.c.agent == agent)
        rows = await self._rows(query.order_by(table.c.written_at, table.c.id), owner, agent)
        return [read_back(row.body, AgentNote) for row in rows]

    async def erase_note(self, note_id: str, owner: str) -> None:
        """See NoteShelf.erase_note. On SQLite the bytes leave the file, its log and its copies too."""
        await self._erase(agent_note, owner, note_id)


class SpentRows(Owned):
    """`SpendBook` on a database."""

    async def add_spent(self, spent: Spent) -> None:
        """See SpendBook.add_spent."""
        table = agent_spent
        id_ = derived_id("spent", self._family_id, spent.owner, spent.day, spent.model)
        row = msgspec.structs.asdict(spent) | {"id": id_, "family_id": self._family_id}
        added = {field: table.c[field] + getattr(spent, field) for field in _ADDED_UP}
        await self._upsert(table, row, added)

    async def spent(self, owner: str, since: str = "") -> Sequence[Spent]:
        """See SpendBook.spent."""
        table = agent_spent
        query = sa.select(table).where(table.c.family_id == self._family_id)
        if owner:
            query = query.where(table.c.owner == owner)
        if since:
            query = query.where(table.c.day >= since)
        rows = await self._rows(query.order_by(table.c.day, table.c.model, table.c.owner), owner, since)
        return [Spent(**{field: getattr(row, field) for field in Spent.__struct_fields__}) for row in rows]
