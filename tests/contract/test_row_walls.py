"""PostgreSQL's own walls between families, tried with raw SQL as the role the program runs as: no superuser."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from kangban.adapters.store import open_stores, sqlite_url
from kangban.adapters.store.tables import WALLED
from kangban.clinical.audit import AuditEvent
from kangban.clinical.library import LibraryDocument, Passage
from kangban.clinical.notice import Notice
from kangban.kernel.errors import Conflict
from kangban.ports.agents import AgentDefinition, AgentRun
from kangban.ports.durable import Claim
from kangban.ports.notes import AgentNote, Spent
from tests.support.outside import postgres_url
from tests.support.stores import DATABASES, START, address, fact

FAMILIES = ("home", "away")
# What an attacker may try to put into the setting: nothing, everything, a way out of the comparison.
FORGED = ["", " home", "HOME", "%", "*", "home,away", "home' OR '1'='1", "'; RESET ROLE; --", "NULL", "x" * 5000]


def event(family: str) -> AuditEvent:
    return AuditEvent(f"event-{family}", START, family, "gran", "elder", "page", "C", "entry.written")


def document(family: str) -> LibraryDocument:
    return LibraryDocument(
        f"document-{family}",
        family,
        "family",
        "Leaflet",
        "leaflet.txt",
        "text/plain",
        9,
        "a" * 64,
        "b" * 64,
        START,
        "gran",
    )


@pytest.fixture
async def raw(tmp_path: Path) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the program's own role, to a database where two families and the server keep something."""
    async with address("postgres", tmp_path) as url:
        stores = await open_stores(url)
        for family in FAMILIES:
            told = Notice(f"notice-{family}", family, "gran", "review.waiting", START)
            await stores.records.append([fact(family=family)], events=[event(family)], notices=[told])
            kept = document(family)
            await stores.library.put_document(kept)
            await stores.library.add_passages(kept, [Passage(f"passage-{family}", kept.id, 0, "an invented passage")])
            agents = stores.agents(family)
            await agents.save(AgentDefinition("weather"), "gran", START, None)
            await agents.put_run(AgentRun(f"run-{family}", "weather", 1, "asked", START, "gran"))
            await agents.claim(Claim(f"run-{family}", "gran", "a", START), START)
            await agents.say(f"run-{family}", "gran", "stop", "yes")
            await agents.put_note(AgentNote(f"note-{family}", "gran", "weather", "noted", START))
            await agents.add_spent(Spent("gran", "2026-05-01", "qwen", 1))
        await stores.audit.write([event("")])
        await stores.close()
        connection = await asyncpg.connect(url)
        yield connection
        await connection.close()


@contextlib.asynccontextmanager
async def in_view(connection: asyncpg.Connection, family: str | None) -> AsyncIterator[None]:
    transaction = connection.transaction()
    await transaction.start()
    if family is not None:
        await connection.execute("SELECT set_config('kangban.family', $1, true)", family)
    try:
        yield
    finally:
        await transaction.rollback()


async def counts(connection: asyncpg.Connection) -> dict[str, int]:
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in WALLED}


@pytest.mark.postgres
async def test_each_family_sees_its_own_rows_and_no_others(raw):
    for family in FAMILIES:
        async with in_view(raw, family):
            for name in WALLED:
                assert [row[0] for row in await raw.fetch(f"SELECT family_id FROM {name}")] == [family]
    async with in_view(raw, "-server-"):
        assert await counts(raw) == {name: int(name == "audit") for name in WALLED}


@pytest.mark.postgres
async def test_without_a_family_in_view_or_with_a_forged_one_nothing_is_there(raw):
    nothing = dict.fromkeys(WALLED, 0)
    assert await counts(raw) == nothing  # a connection that never set it: the setting reads as NULL
    async with in_view(raw, "home"):
        assert await counts(raw) == dict.fromkeys(WALLED, 1)
    assert await counts(raw) == nothing  # and one that did: it reads as ""
    for forged in FORGED:
        async with in_view(raw, forged):
            assert await counts(raw) == nothing, forged


@pytest.mark.postgres
@pytest.mark.parametrize("family", ["home", "", None])
async def test_another_familys_rows_cannot_be_changed_or_deleted(raw, family):
    async with in_view(raw, family):
        for name in WALLED:
            assert await raw.execute(f"DELETE FROM {name} WHERE family_id = 'away'") == "DELETE 0"
            assert await raw.execute(f"UPDATE {name} SET family_id = family_id WHERE family_id = 'away'") == "UPDATE 0"
            assert await raw.fetch(f"SELECT * FROM {name} WHERE family_id = 'away' FOR UPDATE") == []
    async with in_view(raw, "away"):
        assert await counts(raw) == dict.fromkeys(WALLED, 1)


@pytest.mark.postgres
@pytest.mark.parametrize("family", ["home", "", None])
@pytest.mark.parametrize("name", WALLED)
async def test_nothing_can_be_written_into_another_family(raw, family, name):
    async with in_view(raw, "away"):
        row = dict(await raw.fetchrow(f"SELECT * FROM {name}"))
    row |= {"id": "planted", "number": 9} if name == "audit" else {"id": "planted"}
    places = ", ".join(f"${n + 1}" for n in range(len(row)))
    insert = f"INSERT INTO {name} ({', '.join(row)}) VALUES ({places})"
    async with in_view(raw, family):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(insert, *row.values())
    async with in_view(raw, "away"):
        assert await raw.execute(insert, *row.values()) == "INSERT 0 1"


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["entry", "notice"])
async def test_a_row_cannot_be_moved_to_another_family_nor_an_id_be_taken_over(raw, name):
    async with in_view(raw, "home"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(f"UPDATE {name} SET family_id = 'away'")
    async with in_view(raw, "away"):
        taken = await raw.fetchval(f"SELECT id FROM {name}")
    async with in_view(raw, "home"):
        upsert = (
            f"INSERT INTO {name} SELECT (jsonb_populate_record({name}, jsonb_build_object('id', $1::text))).* "
            f"FROM {name} ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(upsert, taken)


@pytest.mark.postgres
async def test_the_role_cannot_lift_the_walls_for_one_statement_nor_read_around_them(raw):
    await raw.execute("SET row_security = off")  # this makes PostgreSQL refuse instead of filter, for an owner too
    for name in WALLED:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.fetch(f"SELECT * FROM {name}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(f"COPY {name} TO STDOUT")
    await raw.execute("SET row_security = on")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await raw.execute("ALTER ROLE CURRENT_USER BYPASSRLS")


def test_one_place_alone_brings_a_family_into_view():
    source = Path(open_stores.__code__.co_filename).parents[2]
    sets = {
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if re.search(r"set_config|FAMILY_SETTING|SET (LOCAL )?kangban|row_security\b", file.read_text())
    }
    assert sets == {"adapters/store/tables.py", "adapters/store/work.py"}


@pytest.mark.parametrize("kind", DATABASES)
async def test_an_id_of_another_family_is_a_conflict_that_tells_nothing(kind, tmp_path):
    from msgspec.structs import replace

    async with address(kind, tmp_path) as url:
        stores = await open_stores(url)
        mine, theirs = fact(), fact(51.0, family="away")
        await stores.records.append([mine, theirs])
        for attempt in (
            [replace(theirs, family_id="home")],
            [fact(70.0), replace(theirs, family_id="home", known_at=START)],
            [replace(fact(71.0), supersedes=theirs.id)],
            [replace(fact(72.0, family="away"), supersedes=mine.id)],
        ):
            with pytest.raises(Conflict) as refused:
                await stores.records.append(attempt, events=[event("home")])
            assert theirs.id not in str(refused.value)
            assert "away" not in str(refused.value)
        assert await stores.records.entries("home") == [mine]
        assert await stores.records.entries("away") == [theirs]
        assert await stores.audit.chain("home") == []
        await stores.close()


@pytest.mark.postgres
async def test_the_store_says_whether_its_walls_stand(tmp_path):
    async with address("postgres", tmp_path) as url:
        stores = await open_stores(url)
        assert await stores.walls() == "closed"
        as_superuser = make_url(postgres_url()).set(drivername="postgresql", database=make_url(url).database)
        above = await open_stores(as_superuser.render_as_string(hide_password=False))
        assert await above.walls() == "bypassed"
        await above.close()
        owner = await asyncpg.connect(url)
        await owner.execute("CREATE POLICY everybody ON notice USING (true)")
        assert await stores.walls() == "bypassed"
        await owner.execute("DROP POLICY everybody ON notice")
        assert await stores.walls() == "closed"
        await owner.execute("ALTER TABLE audit NO FORCE ROW LEVEL SECURITY")
        assert await stores.walls() == "bypassed"
        await owner.close()
        await stores.close()


async def test_a_file_has_no_walls_of_its_own(tmp_path):
    stores = await open_stores(sqlite_url(tmp_path / "record.sqlite"))
    assert await stores.walls() == "none"
    await stores.close()
