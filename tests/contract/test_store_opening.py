"""Opening a database: migrations, old and foreign databases, two programs at once, and what a start loads."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kangban.adapters.store import open_store, open_stores, sqlite_url
from kangban.adapters.store.engine import key_of, make_engine, read_url
from kangban.adapters.store.migrate import MIGRATIONS, bring_up_to_date
from kangban.adapters.store.tables import HEAD, VERSION_TABLE, entry, metadata
from kangban.clinical.account import Tenant
from kangban.clinical.record import Condition
from kangban.kernel.errors import SettingsRefused, Unavailable
from kangban.record.rows import row_of
from tests.support.stores import DATABASES, DAY, START, address, child_environment, fact

NEXT = """
import sqlalchemy as sa
from alembic import op
revision = "0006"
down_revision = "0005"
def upgrade():
    op.add_column("entry", sa.Column("weather", sa.Text, nullable=True))
    op.execute("UPDATE entry SET weather = 'rain'")
"""
OPEN = "import asyncio,sys\nfrom kangban.adapters.store import open_store\n"


def run_children(code: str, *arguments: str, count: int = 1) -> list[str]:
    """Run the same code in several processes at once; returns what each wrote."""
    children = [
        subprocess.Popen([sys.executable, "-c", code, *arguments], env=child_environment(), text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(count)
    ]  # fmt: skip
    outputs = [child.communicate() for child in children]
    assert [child.returncode for child in children] == [0] * count, outputs
    return [out for out, _ in outputs]


def with_next_version(folder: Path, text: str = NEXT) -> Path:
    migrations = folder / "migrations 100%"
    shutil.copytree(MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "versions" / "v0006_weather.py").write_text(text)
    return migrations


async def columns(url: str) -> set[str]:
    engine = make_engine(read_url(url))
    async with engine.connect() as connection:
        names = {c["name"] for c in await connection.run_sync(lambda c: sa.inspect(c).get_columns("entry"))}
    await engine.dispose()
    return names


async def migrate(url: str, migrations: Path, head: str = "0006") -> None:
    address = read_url(url)
    engine = make_engine(address)
    file = Path(address.database) if url.startswith("sqlite") else None
    try:
        await bring_up_to_date(engine, file, key=key_of(address), migrations=migrations, head=head)
    finally:
        await engine.dispose()


def test_the_newest_migration_is_the_version_the_program_asks_for():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


@pytest.mark.parametrize("kind", DATABASES)
async def test_migrations_make_the_tables_the_program_uses(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        await (await open_store(url)).close()
        engine = make_engine(read_url(url))
        async with engine.connect() as connection:

            def differences(sync):
                context = MigrationContext.configure(sync, opts={"version_table": VERSION_TABLE})
                return compare_metadata(context, metadata)

            assert await connection.run_sync(differences) == []
        await engine.dispose()


@pytest.mark.parametrize("kind", DATABASES)
async def test_an_older_database_is_migrated_with_what_it_holds(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        store = await open_store(url)
        await store.append([fact()])
        await store.close()
        await migrate(url, with_next_version(tmp_path))
        assert "weather" in await columns(url)
        with pytest.raises(SettingsRefused):  # this program knows no version 0006
            await open_store(url)


@pytest.mark.parametrize("kind", DATABASES)
async def test_a_database_of_before_the_doors_keeps_its_entries_and_its_families_become_tenants(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        await migrate(url, MIGRATIONS, "0001")
        said = [fact(known=3), fact(60.0, true=5), fact(family="away", true=2)]
        engine = make_engine(read_url(url))
        async with engine.begin() as connection:
            await connection.execute(sa.insert(entry), [msgspec.structs.asdict(row_of(each)) for each in said])
        await engine.dispose()
        stores = await open_stores(url)
        assert await stores.records.entries("home") == said[:2]
        assert await stores.records.entries("away") == said[2:]
        assert list(await stores.accounts.tenants()) == [
            Tenant("away", "family", "", START + 2 * DAY), Tenant("home", "family", "", START + 3 * DAY),
        ]  # fmt: skip
        assert await stores.records.append([said[0], fact(70.0)]) == 1
        await stores.close()
        assert len(list(tmp_path.glob("record.sqlite.before-0005"))) == (kind != "postgres")


async def test_a_copy_is_kept_before_an_existing_file_is_migrated_and_none_for_a_new_one(tmp_path):
    url = sqlite_url(tmp_path / "record.sqlite")
    store = await open_store(url)
    await store.append([fact()])
    copy = tmp_path / "record.sqlite.before-0006"
    assert list(tmp_path.glob("*before*")) == []
    await migrate(url, with_next_version(tmp_path))  # while the first program still has it open
    await store.close()
    assert "weather" not in await columns(sqlite_url(copy))
    assert copy.stat().st_mode & 0o077 == 0
    assert list(tmp_path.glob("*.part")) == []
    again = await open_store(sqlite_url(copy))
    assert await again.entries("home") == [fact()]
    await again.close()


async def test_a_deleted_member_leaves_the_copies_too(tmp_path):
    url = sqlite_url(tmp_path / "record.sqlite")
    store = await open_store(url)
    await store.append([fact(Condition("a very private matter " * 300)), fact(member="dad")])
    await migrate(url, with_next_version(tmp_path))
    copy = tmp_path / "record.sqlite.before-0006"
    assert b"private matter" in copy.read_bytes()
    await store.delete_member("home", "gran")
    assert b"private matter" not in b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    await store.close()
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT member_id FROM entry").fetchall() == [("dad",)]


@pytest.mark.parametrize("kind", DATABASES)
async def test_a_migration_that_fails_midway_leaves_the_database_as_it_was(kind, tmp_path):
    broken = with_next_version(tmp_path, NEXT + "    op.execute('SELECT * FROM nowhere')\n")
    async with address(kind, tmp_path) as url:
        store = await open_store(url)
        await store.append([fact()])
        await store.close()
        with pytest.raises(sa.exc.DBAPIError):
            await migrate(url, broken)
        assert "weather" not in await columns(url)
        store = await open_store(url)
        assert await store.entries("home") == [fact()]
        await store.close()


@pytest.mark.parametrize("kind", DATABASES)
async def test_programs_started_at_once_on_an_empty_database_all_open_it(kind, tmp_path):
    code = (
        OPEN
        + "async def go():\n s = await open_store(sys.argv[1])\n print(len(await s.families()))\n await s.close()\nasyncio.run(go())"
    )
    async with address(kind, tmp_path) as url:
        assert await asyncio.to_thread(run_children, code, url, count=4) == ["0\n"] * 4


async def test_an_up_to_date_database_is_opened_without_alembic_and_the_package_without_sqlalchemy(tmp_path):
    url = sqlite_url(tmp_path / "record.sqlite")
    await (await open_store(url)).close()
    code = (
        OPEN + "before = 'sqlalchemy' in sys.modules\n"
        "async def go(): await (await open_store(sys.argv[1])).close()\n"
        "asyncio.run(go())\nprint(before, 'alembic' in sys.modules, 'asyncpg' in sys.modules)"
    )
    assert run_children(code, url) == ["False False False\n"]


def test_a_program_that_forgets_to_close_still_ends(tmp_path):
    code = OPEN + "async def go():\n s = await open_store(sys.argv[1])\n print(await s.families())\nasyncio.run(go())"
    assert run_children(code, sqlite_url(tmp_path / "record.sqlite")) == ["[]\n"]


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense", ""])
async def test_an_address_that_is_neither_is_refused(url):
    with pytest.raises(SettingsRefused):
        await open_store(url)


async def test_a_file_that_is_no_database_of_ours_is_refused_and_left_alone(tmp_path):
    letter, foreign = tmp_path / "letter.txt", tmp_path / "foreign.sqlite"
    letter.write_text("Dear gran, " * 400)
    before = letter.read_bytes()
    with pytest.raises(SettingsRefused):
        await open_store(sqlite_url(letter))
    assert letter.read_bytes() == before
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE entry (title TEXT)")
    with pytest.raises(SettingsRefused):
        await open_store(sqlite_url(foreign))


async def test_a_place_where_no_file_can_be_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        await open_store(sqlite_url(tmp_path / "file" / "record.sqlite"))


async def test_the_record_file_can_be_read_by_its_owner_only(tmp_path):
    await (await open_store(sqlite_url(tmp_path / "house" / "record.sqlite"))).close()
    assert (tmp_path / "house" / "record.sqlite").stat().st_mode & 0o077 == 0


async def test_a_server_that_is_not_there_is_unavailable():
    with pytest.raises(Unavailable) as caught:
        await open_store("postgresql://nobody:secret-word@127.0.0.1:1/nothing")
    assert "secret-word" not in str(caught.value)


@pytest.mark.postgres
async def test_a_database_that_does_not_exist_is_a_wrong_setting(tmp_path):
    async with address("postgres", tmp_path) as url:
        with pytest.raises(SettingsRefused):
            await open_store(f"{url}_not")
