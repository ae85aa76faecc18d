"""Somebody with the database in their hands: the database refuses, and what is forced past it is named by verify."""

from __future__ import annotations

import contextlib
import sqlite3

import asyncpg
import pytest

from kangban.adapters.store import open_stores
from kangban.journeys.auditing.verifying import advanced, heads, verify, verify_all
from kangban.record.chain import Head, extend
from kangban.record.links import link_row
from tests.support.chains import happened
from tests.support.stores import address, sqlite_url

REFUSED = [
    "UPDATE audit SET body = replace(body, 'acc-mum', 'acc-dad') WHERE number = 3",
    "DELETE FROM audit WHERE number = 3",
    "DELETE FROM audit",
    "UPDATE audit SET number = number + 100",
    "INSERT OR REPLACE INTO audit SELECT family_id, number, id, at, 'x', previous, hash FROM audit WHERE number = 3",
    "DELETE FROM audit_head; DELETE FROM audit",
]
# statement → the first number that is wrong, and why
FORCED = [
    ("UPDATE audit SET body = replace(body, 'acc-mum', 'acc-dad') WHERE number = 3", 3, "hash"),
    ("UPDATE audit SET body = substr(body, 1, length(body) - 1) || ',\"x\":1}' WHERE number = 4", 4, "hash"),
    ("UPDATE audit SET body = 'not json' WHERE number = 4", 4, "hash"),
    ("UPDATE audit SET at = at + 1 WHERE number = 4", 4, "hash"),
    ("UPDATE audit SET hash = upper(hash) WHERE number = 4", 4, "hash"),
    ("UPDATE audit SET previous = hash WHERE number = 5", 5, "previous"),
    ("DELETE FROM audit WHERE number = 2", 2, "number"),
    ("DELETE FROM audit WHERE number <= 2", 2, "start"),
    ("DELETE FROM audit WHERE number >= 5", 5, "end"),
    ("DELETE FROM audit", 1, "end"),
    ("UPDATE audit SET number = 9 WHERE number = 3", 3, "number"),
    ("UPDATE audit_head SET number = 5", 5, "anchor"),
    ("UPDATE audit_head SET number = 5, hash = (SELECT hash FROM audit WHERE number = 5)", 6, "head"),
    ("DELETE FROM audit_head", 1, "head"),
]


async def filled(folder):
    stores = await open_stores(sqlite_url(folder / "record.sqlite"))
    await stores.audit.write([happened(number) for number in range(1, 7)])
    return stores


@pytest.mark.parametrize("statement", REFUSED)
async def test_the_database_refuses_to_rewrite(statement, tmp_path):
    stores = await filled(tmp_path)
    before = await stores.audit.chain("home")
    with contextlib.closing(sqlite3.connect(tmp_path / "record.sqlite")) as raw:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.executescript(f"BEGIN; {statement}; COMMIT")
        raw.rollback()
    assert await stores.audit.chain("home") == before
    await stores.close()


@pytest.mark.parametrize(("statement", "number", "why"), FORCED)
async def test_what_is_forced_past_the_triggers_is_named(statement, number, why, tmp_path):
    stores = await filled(tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "record.sqlite")) as raw:
        for trigger in ("audit_stays", "audit_dropped", "audit_new"):
            raw.execute(f"DROP TRIGGER {trigger}")
        raw.execute(statement)
        raw.commit()
    report = await verify(stores.audit, "home")
    assert (report.ok, report.broken, report.why) == (False, number, why)
    await stores.close()


async def test_a_whole_new_chain_is_seen_by_whoever_wrote_the_end_down(tmp_path):
    stores = await filled(tmp_path)
    seen = await heads(stores.audit)
    forged = extend(Head(), [happened(n, member="dad") for n in range(1, 7)])
    with contextlib.closing(sqlite3.connect(tmp_path / "record.sqlite")) as raw:
        raw.executescript("DROP TRIGGER audit_stays; DROP TRIGGER audit_dropped; DROP TRIGGER audit_new")
        raw.execute("DELETE FROM audit")
        for link in forged:
            row = link_row(link)
            raw.execute(
                "INSERT INTO audit (family_id, number, id, at, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row.family_id, row.number, row.id, row.at, row.body, row.previous, row.hash),
            )
        raw.execute("UPDATE audit_head SET hash = ?", (forged[-1].hash,))
        raw.commit()
    assert (await verify(stores.audit, "home")).ok
    [report] = await verify_all(stores.audit, {family: (head,) for family, head in seen.items()})
    assert (report.ok, report.broken, report.why) == (False, 6, "anchor")
    # The evidence is not written over, however long the new chain grows.
    await stores.audit.write([happened(number) for number in range(20, 30)])
    assert await advanced(stores.audit, seen) == seen
    await stores.close()


async def test_a_chain_that_vanished_altogether_is_missed(tmp_path):
    stores = await filled(tmp_path)
    seen = await heads(stores.audit)
    with contextlib.closing(sqlite3.connect(tmp_path / "record.sqlite")) as raw:
        raw.executescript("DROP TRIGGER audit_dropped; DELETE FROM audit; DELETE FROM audit_head")
    assert await verify_all(stores.audit) == []
    [report] = await verify_all(stores.audit, {family: (head,) for family, head in seen.items()})
    assert (report.ok, report.length, report.why) == (False, 0, "end")
    await stores.close()


@pytest.mark.postgres
@pytest.mark.parametrize("statement", [*REFUSED[:4], "TRUNCATE audit", "DELETE FROM audit WHERE number < 3"])
async def test_a_server_refuses_its_own_owner(statement, tmp_path):
    async with address("postgres", tmp_path) as url:
        stores = await open_stores(url)
        await stores.audit.write([happened(number) for number in range(1, 7)])
        raw = await asyncpg.connect(url)
        await raw.execute("SELECT set_config('kangban.family', 'home', false)")
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await raw.execute(statement)
        await raw.close()
        assert (await verify(stores.audit, "home")).length == 6
        await stores.close()
