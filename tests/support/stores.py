"""Record stores for tests: every kind opened the same way, PostgreSQL in a database made for the test and dropped."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from kangban.adapters.memory_audit import MemoryAudit
from kangban.adapters.memory_doors import MemoryAccounts, MemoryNotices
from kangban.adapters.memory_store import MemoryRecordStore
from kangban.adapters.store import open_store, open_stores, sqlite_url
from kangban.clinical.record import Body, Entry, Observation, Provenance
from kangban.kernel.ids import new_id
from kangban.ports.accounts import AccountStore
from kangban.ports.audit import AuditTrail
from kangban.ports.notices import NoticeStore
from kangban.ports.records import RecordStore
from kangban.record.merge import fact_entry
from tests.support.outside import postgres_url

POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
DATABASES = ["sqlite", "sqlcipher", POSTGRES]
KEY = "5a" * 32  # of the encrypted databases
STORES = ["memory", *DATABASES]

DAY = timedelta(days=1)
START = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
SAID = Provenance(actor="gran", source="person")


@contextlib.asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[RecordStore]:
    """An empty store of one kind."""
    if kind == "memory":
        store: RecordStore = MemoryRecordStore()
        yield store
        await store.close()
        return
    async with address(kind, folder) as url:
        store = await open_store(url)
        yield store
        await store.close()


class Doors(NamedTuple):
    """The four stores of one house, whatever they are made of."""

    records: RecordStore
    accounts: AccountStore
    audit: AuditTrail
    notices: NoticeStore


@contextlib.asynccontextmanager
async def opened_doors(kind: str, folder: Path) -> AsyncIterator[Doors]:
    """Empty stores of one kind, all over the same database."""
    if kind == "memory":
        audit, notices, accounts = MemoryAudit(), MemoryNotices(), MemoryAccounts()
        yield Doors(MemoryRecordStore(audit=audit, notices=notices, accounts=accounts), accounts, audit, notices)
        return
    async with address(kind, folder) as url:
        stores = await open_stores(url)
        yield Doors(stores.records, stores.accounts, stores.audit, stores.notices)
        await stores.close()


@contextlib.asynccontextmanager
async def address(kind: str, folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database. On PostgreSQL its owner is no superuser, so that the walls between families stand."""
    if kind in ("sqlite", "sqlcipher"):
        yield sqlite_url(folder / "record.sqlite", KEY if kind == "sqlcipher" else "")
        return
    server = make_url(postgres_url()).set(drivername="postgresql")
    name = new_id("kangban_test").replace("-", "_")
    superuser = await asyncpg.connect(server.render_as_string(hide_password=False))
    await superuser.execute(f"CREATE ROLE \"{name}\" LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{name}'")
    await superuser.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
    try:
        as_owner = server.set(username=name, password=name, database=name)
        yield as_owner.render_as_string(hide_password=False)
    finally:
        await superuser.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await superuser.execute(f'DROP ROLE "{name}"')
        await superuser.close()


def fact(
    body: Body | float = 50.0,
    *,
    true: int = 0,
    known: int | None = None,
    family: str = "home",
    member: str = "gran",
    **more: Any,
) -> Entry:
    """An entry that is true on day `true` of May 2026 + 1 and known on day `known` (default: the same)."""
    return fact_entry(
        family,
        member,
        Observation("weight", body, "kg") if isinstance(body, float) else body,
        true_at=START + true * DAY,
        known_at=START + (true if known is None else known) * DAY,
        provenance=SAID,
        **more,
    )


def child_environment() -> dict[str, str]:
    """The environment in which a child process finds what this process imports."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
