"""A program that has the record open keeps its locks: another one that opens and closes it does not take itself for the
last, which would delete the log under the first.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from kangban.adapters.store import open_stores, sqlite_url
from kangban.app import close_house, open_doors, unlocked
from kangban.settings import Settings
from tests.support.stores import child_environment

ROOT = Path(__file__).parents[2]
OTHER = """
import sys
from pathlib import Path
from kangban.adapters.store.cipher import connect_file
connection = connect_file(Path(sys.argv[1]), sys.argv[2])
connection.execute("SELECT count(*) FROM entry").fetchall()
connection.close()
"""


@pytest.mark.parametrize("plain", [True, False])
async def test_another_program_leaves_the_log_alone(tmp_path, plain):
    settings = Settings(tmp_path)
    record = settings.house_dir / "record.sqlite3"
    if plain:
        await (await open_stores(sqlite_url(record))).close()
    else:
        await close_house((await open_doors(settings)).house)
    keys = unlocked(settings)
    opened = await open_doors(settings)
    shelf = opened.house.bench.shelf_of("home")
    await shelf.newest("local")
    opened.house.bench.durable()
    log = record.with_name("record.sqlite3-wal")
    assert log.exists()
    command = [sys.executable, "-c", OTHER, str(record), keys.database_key if keys else ""]
    await asyncio.to_thread(subprocess.run, command, check=True, cwd=ROOT, env=child_environment())
    assert log.exists()
    await shelf.say("run-1", "local", "stop", "yes")
    assert await shelf.words("run-1", "local") == {"stop": "yes"}
    await close_house(opened.house)
