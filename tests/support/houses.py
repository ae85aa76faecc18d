"""A house in memory, opened for nobody: `seen_by` opens it for one actor, as every door does."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kangban.adapters.blob_files import MemoryBlobs
from kangban.adapters.gram_index import GramIndex
from kangban.adapters.memory_audit import MemoryAudit
from kangban.adapters.memory_doors import MemoryAccounts, MemoryNotices
from kangban.adapters.memory_library import MemoryLibraryStore
from kangban.adapters.memory_store import MemoryRecordStore
from kangban.agent.offline.brain import OfflineBrain
from kangban.app import corpus_sections, search_index
from kangban.clinical.access import PROFESSIONS, Actor, Licence, Membership, Role
from kangban.clinical.account import Account
from kangban.journeys.house import House, nobody, seen_by
from kangban.journeys.library.kept import Library
from kangban.kernel.clock import Clock, FixedClock
from kangban.ports.chat_model import ChatModel

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)


def memory_house(
    *, family_id: str = "home", model: ChatModel | None = None, host: str = "", clock: Clock | None = None
) -> House:
    """Stores that forget, the shipped corpus, the offline brain or the model given."""
    offline = OfflineBrain()
    audit, notices, accounts = MemoryAudit(), MemoryNotices(), MemoryAccounts()
    house = House(
        family_id=family_id, demo=False, store=MemoryRecordStore(audit=audit, notices=notices, accounts=accounts),
        blobs=MemoryBlobs(), search=search_index(), sections=corpus_sections(), model=model or offline,
        offline=offline, clock=clock or FixedClock(NOW), actor=nobody(family_id), accounts=accounts, audit=audit,
        notices=notices, model_host=host, library=Library(MemoryLibraryStore(), GramIndex),
    )  # fmt: skip
    return seen_by(house, nobody(family_id))


async def person_with_account(house: House, name: str, role: Role, member_id: str | None = None) -> Actor:
    """Somebody with an account and a place in the house's family; professionals have a licence that holds."""
    licence = Licence("110101", ("all",), date(2027, 1, 1)) if role in PROFESSIONS else None
    await house.accounts.add_account(Account(f"acc-{name}", name, name, created_at=house.clock.now()))
    place = Membership(f"place-{name}", f"acc-{name}", house.family_id, role, member_id, licence)
    await house.accounts.put_membership(place)
    return Actor(f"acc-{name}", name, house.family_id, role, member_id, licence, session_id=f"s-{name}")
