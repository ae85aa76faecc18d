"""Agents and their runs in memory, forgotten when the program ends: for tests and for trying out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from kangban.kernel.errors import Conflict, NotFound
from kangban.ports.agents import AgentDefinition, AgentRun, AgentVersion
from kangban.ports.durable import Claim
from kangban.ports.notes import MOST_NOTES, AgentNote, Spent
from kangban.record.doors import kept_text


class MemoryAgentShelf:
    """An `AgentShelf`. No method waits for anything, so each one is a transaction by itself."""

    def __init__(self) -> None:
        self._agents: dict[tuple[str, str], list[AgentVersion]] = {}
        self._runs: dict[str, AgentRun] = {}
        self._claims: dict[str, Claim] = {}
        self._words: dict[tuple[str, str], dict[str, str]] = {}
        self._notes: dict[str, AgentNote] = {}
        self._spent: dict[tuple[str, str, str], Spent] = {}

    async def save(self, definition: AgentDefinition, owner: str, at: datetime, expected: int | None) -> AgentVersion:
        """See AgentShelf.save."""
        kept = self._agents.get((owner, definition.name), [])
        there = kept[-1].version if kept else None
        if there != expected:
            raise Conflict("the agent was changed meanwhile", field="version")
        made = AgentVersion(definition, (there or 0) + 1, at, owner)
        kept_text(made)
        self._agents[(owner, definition.name)] = [*kept, made]
        return made

    async def versions(self, name: str, owner: str) -> Sequence[AgentVersion]:
        """See AgentShelf.versions."""
        return list(self._agents.get((owner, name), []))

    async def newest(self, owner: str) -> Sequence[AgentVersion]:
        """See AgentShelf.newest."""
        return [kept[-1] for (whose, _), kept in sorted(self._agents.items()) if whose == owner]

    async def remove(self, name: str, owner: str) -> None:
        """See AgentShelf.remove."""
        self._agents.pop((owner, name), None)

    async def put_run(self, run: AgentRun) -> None:
        """See AgentShelf.put_run; raises Conflict where the id is somebody else's."""
        kept_text(run)
        old = self._runs.get(run.id)
        if old is not None and old.owner != run.owner:
            raise Conflict("the id is taken", field="id")
        self._runs[run.id] = run

    async def get_run(self, run_id: str, owner: str) -> AgentRun:
        """See AgentShelf.get_run."""
        found = self._runs.get(run_id)
        if found is None or found.owner != owner:
            raise NotFound("no such run", field="run")
        return found

    async def runs(self, owner: str, agent: str = "", limit: int = 50) -> Sequence[AgentRun]:
        """See AgentShelf.runs."""
        mine = [run for run in self._runs.values() if run.owner == owner and agent in ("", run.agent)]
        return sorted(mine, key=lambda run: (run.started_at, run.id), reverse=True)[: max(0, limit)]

    async def erase_run(self, run_id: str, owner: str) -> None:
        """See AgentShelf.erase_run."""
        found = self._runs.get(run_id)
        if found is not None and found.owner == owner:
            del self._runs[run_id]
        await self.release(run_id, owner)

    async def erase_owner(self, owner: str) -> None:
        """See AgentShelf.erase_owner."""
        self._agents = {key: kept for key, kept in self._agents.items() if key[0] != owner}
        self._runs = {key: run for key, run in self._runs.items() if run.owner != owner}
        self._claims = {key: one for key, one in self._claims.items() if one.owner != owner}
        self._words = {key: said for key, said in self._words.items() if key[1] != owner}
        self._notes = {key: note for key, note in self._notes.items() if note.owner != owner}
        self._spent = {key: spent for key, spent in self._spent.items() if spent.owner != owner}

    async def claim(self, wanted: Claim, now: datetime) -> bool:
        """See RunClaims.claim."""
        there = self._claims.get(wanted.run_id)
        if there is not None and (there.owner != wanted.owner or (there.until > now and there.holder != wanted.holder)):
            return False
        self._claims[wanted.run_id] = wanted
        return True

    async def release(self, run_id: str, owner: str) -> None:
        """See RunClaims.release."""
        there = self._claims.get(run_id)
        if there is not None and there.owner == owner:
            del self._claims[run_id]
        self._words.pop((run_id, owner), None)

    async def claims(self) -> Sequence[Claim]:
        """See RunClaims.claims."""
        return [one for _, one in sorted(self._claims.items())]

    async def say(self, run_id: str, owner: str, key: str, word: str) -> None:
        """See RunClaims.say."""
        self._words.setdefault((run_id, owner), {}).setdefault(key, word)

    async def words(self, run_id: str, owner: str) -> Mapping[str, str]:
        """See RunClaims.words."""
        return dict(self._words.get((run_id, owner), {}))

    async def put_note(self, note: AgentNote) -> None:
        """See NoteShelf.put_note."""
        kept_text(note)
        self._notes.setdefault(note.id, note)
        for old in (await self.notes(note.owner, note.agent))[:-MOST_NOTES]:
            del self._notes[old.id]

    async def notes(self, owner: str, agent: str = "") -> Sequence[AgentNote]:
        """See NoteShelf.notes."""
        mine = [note for note in self._notes.values() if note.owner == owner and agent in ("", note.agent)]
        return sorted(mine, key=lambda note: (note.written_at, note.id))

    async def erase_note(self, note_id: str, owner: str) -> None:
        """See NoteShelf.erase_note."""
        found = self._notes.get(note_id)
        if found is not None and found.owner == owner:
            del self._notes[note_id]

    async def add_spent(self, spent: Spent) -> None:
        """See SpendBook.add_spent."""
        key = (spent.day, spent.model, spent.owner)
        old = self._spent.get(key)
        if old is None:
            self._spent[key] = spent
            return
        counts = {field: getattr(old, field) + getattr(spent, field) for field in Spent.__struct_fields__[3:]}
        self._spent[key] = msgspec.structs.replace(old, **counts)

    async def spent(self, owner: str, since: str = "") -> Sequence[Spent]:
        """See SpendBook.spent."""
        return [one for _, one in sorted(self._spent.items()) if owner in ("", one.owner) and one.day >= since]
