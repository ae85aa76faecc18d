"""What a house keeps, on SQLite or PostgreSQL, chosen by one URL. Importing this package loads no database library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kangban.adapters.store.accounts import SqlAccountStore
    from kangban.adapters.store.agents import SqlAgentShelf
    from kangban.adapters.store.audit import SqlAudit
    from kangban.adapters.store.library import SqlLibraryStore
    from kangban.adapters.store.notices import SqlNoticeStore
    from kangban.adapters.store.records import SqlRecordStore
    from kangban.adapters.store.work import Work


@dataclass(frozen=True)
class Stores:
    """All stores over one database. Closing one of them closes all."""

    records: SqlRecordStore
    accounts: SqlAccountStore
    audit: SqlAudit
    notices: SqlNoticeStore
    work: Work
    library: SqlLibraryStore

    def agents(self, family_id: str) -> SqlAgentShelf:
        """What one family's people made in the workshop."""
        # Loaded with the first look at the workshop.
        from kangban.adapters.store.agents import SqlAgentShelf

        return SqlAgentShelf(self.work, family_id)

    async def close(self) -> None:
        """Release connections; safe to call twice."""
        await self.work.close()

    async def walls(self) -> Literal["closed", "bypassed", "none"]:
        """Whether the database itself keeps families apart: "none" on SQLite, "bypassed" where our role ignores it."""
        from kangban.adapters.store.walls import state_of_walls

        return await state_of_walls(self.work)


async def open_stores(url: str, *, key: bytes | None = None) -> Stores:
    """Open `sqlite:///PATH` or `postgresql://…`, migrating it to this version first.

    `key` is the raw key of an encrypted SQLite file; a server has its own encryption and takes none.
    Raises Unavailable when the server or disk is not there, SettingsRefused for an address that is
    neither of the two, a file that is no database, or a database of a newer version.
    """
    from kangban.adapters.store.accounts import SqlAccountStore
    from kangban.adapters.store.audit import SqlAudit
    from kangban.adapters.store.engine import read_url
    from kangban.adapters.store.library import SqlLibraryStore
    from kangban.adapters.store.notices import SqlNoticeStore
    from kangban.adapters.store.records import SqlRecordStore
    from kangban.adapters.store.work import Work

    address = read_url(url)
    if key is not None and address.get_backend_name() == "sqlite":
        address = address.set(username="key", password=key.hex())
    work = await Work.open(address)
    return Stores(
        SqlRecordStore(work), SqlAccountStore(work), SqlAudit(work), SqlNoticeStore(work), work, SqlLibraryStore(work)
    )


async def open_store(url: str) -> SqlRecordStore:
    """The record alone; see `open_stores`."""
    return (await open_stores(url)).records


def sqlite_url(path: Path, key: str = "") -> str:
    """The URL of a SQLite file; `key` (64 hex digits) makes it an encrypted one, and the URL a secret."""
    return f"sqlite://key:{key}@/{path.resolve()}" if key else f"sqlite:///{path.resolve()}"
