"""What an agent keeps for later: long-term notes, and what its models cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

NOTE_TOOL = "remember_note"  # what an agent with notes calls
MOST_NOTES = 40  # of one owner and one agent; the oldest goes
MOST_NOTE = 500  # characters of one


class AgentNote(msgspec.Struct, frozen=True):
    """One thing an agent wished to know next time. A person may read and erase every one of them."""

    id: str
    owner: str
    agent: str
    text: str
    written_at: datetime
    run_id: str = ""


class NoteShelf(Protocol):
    """Notes of one family, by owner and agent."""

    async def put_note(self, note: AgentNote) -> None:
        """Keep it; the same id again changes nothing. Past MOST_NOTES of one agent the oldest go."""
        ...

    async def notes(self, owner: str, agent: str = "") -> Sequence[AgentNote]:
        """Oldest first; of all agents without a name."""
        ...

    async def erase_note(self, note_id: str, owner: str) -> None:
        """Forget a note. Idempotent."""
        ...


class Spent(msgspec.Struct, frozen=True):
    """What one owner's requests to one model came to on one day (UTC). `unpriced` tokens are not in `money`."""

    owner: str
    day: str  # "2026-05-01"
    model: str
    messages: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    unpriced: int = 0
    estimated: int = 0  # messages whose tokens the server did not count
    money: float = 0.0


class SpendBook(Protocol):
    """What models cost, added up by day."""

    async def add_spent(self, spent: Spent) -> None:
        """Add to the sums of its owner, day and model."""
        ...

    async def spent(self, owner: str, since: str = "") -> Sequence[Spent]:
        """Sums from a day on, by day and model; every owner's with owner ""."""
        ...
