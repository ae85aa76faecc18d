"""Bring a database to this program's version, once, whoever comes first."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from kangban.adapters.store.copies import copy_file
from kangban.adapters.store.engine import WRITES
from kangban.adapters.store.tables import HEAD, VERSION_TABLE
from kangban.kernel.errors import SettingsRefused

MIGRATIONS = Path(__file__).parent / "migrations"
_STORED_VERSION = sa.select(sa.column("version_num", sa.Text)).select_from(sa.table(VERSION_TABLE))
_LOCK = 7_025_133_901  # any number, the same in every process


async def bring_up_to_date(
    engine: AsyncEngine, file: Path | None, *, key: str = "", migrations: Path = MIGRATIONS, head: str = HEAD
) -> None:
    """Migrate to `head` in one transaction; a SQLite file that holds an older version is copied first.

    Raises SettingsRefused when the database
    is newer than this program or holds foreign tables of the same name.
    """
    async with engine.connect() as connection:
        if await connection.run_sync(_version) == head:
            return
    async with engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        # Asked again: another process may have migrated while this one waited for the lock.
        version = await connection.run_sync(_version)
        if version != head:
            await connection.run_sync(_upgrade, version, head, file, key, migrations)


def _version(connection: sa.Connection) -> str | None:
    inspector = sa.inspect(connection)
    if inspector.has_table(VERSION_TABLE):
        found = connection.execute(_STORED_VERSION).scalar()
        if found is not None:
            return str(found)
    if inspector.has_table("entry"):
        raise SettingsRefused("the database has an entry table that is not Kangban's", field="database")
    return None


def _upgrade(
    connection: sa.Connection, version: str | None, head: str, file: Path | None, key: str, migrations: Path
) -> None:
    # Slow to load, and needed once in a version's life.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise SettingsRefused("the database was written by a newer version of Kangban", field="database")
    if file is not None and version is not None:
        copy_file(file, head, key)
    config.attributes["connection"] = connection
    command.upgrade(config, head)
