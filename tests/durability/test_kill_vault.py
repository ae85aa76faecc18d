"""kill -9 and a full disk at every step of encrypt, rotate, backup and restore: the old or the new, whole; then again."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kangban.adapters.vault.backup import back_up
from kangban.adapters.vault.layout import state_of
from kangban.kernel.errors import Conflict
from tests.durability.vault_worker import SECRET, do
from tests.support.stores import child_environment
from tests.support.vaults import fill, holds_everything, plain_words_in, settings_in, tools_of

ROOT = Path(__file__).parents[2]
KILLED = -9


async def in_children(how: str, work: str, template: Path, into: Path, *sizes: int) -> dict[str, int]:
    """Let the worker do it; returns step (or number of the size) → how it ended."""
    command = [sys.executable, "-m", "tests.durability.vault_worker", how, work, str(template), str(into)]
    done = await asyncio.to_thread(
        subprocess.run, [*command, *map(str, sizes)], env=child_environment(), cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def template(folder: Path, work: str) -> Path:
    """A directory the work can begin from."""
    made = folder / "template"
    settings = settings_in(made)
    if work == "restore":
        source = settings_in(made, "source")
        await fill(source, plain=False)
        back_up(source.house_dir, made / "in.kb", SECRET, tools_of(source))
    else:
        await fill(settings, plain=work == "encrypt")
    return made


def done_again(work: str, folder: Path) -> None:
    """Repeat it; what had been finished already may say so."""
    if work == "backup":
        (folder / "out.kb").unlink(missing_ok=True)
    try:
        do(work, folder, tools_of(settings_in(folder)))
    except Conflict:
        assert work == "restore"  # it was in its place already


@pytest.mark.parametrize("work", ["encrypt", "renew", "rotate"])
async def test_killed_at_any_step_everything_is_there_and_doing_it_again_ends_it(work, tmp_path):
    ended = await in_children("kill", work, await template(tmp_path, work), tmp_path)
    assert len(ended) >= (2 if work == "rotate" else 15)
    assert set(ended.values()) == {KILLED}
    for number, step in enumerate(ended):
        folder = tmp_path / str(number)
        settings = settings_in(folder)
        await holds_everything(settings)
        done_again(work, folder)
        await holds_everything(settings)
        assert state_of(settings.house_dir) == "encrypted"
        assert plain_words_in(folder) == []
        assert not list(settings.house_dir.glob(".next")) + list(settings.house_dir.glob(".switching"))
        keys = [key for key in (folder / "keys").iterdir() if not key.suffix]
        assert len(keys) == 1 or step == "staged#0"  # a key made in vain stays only where nothing named it yet


async def test_a_killed_backup_leaves_no_half_archive_and_the_next_one_is_whole(tmp_path):
    ended = await in_children("kill", "backup", await template(tmp_path, "backup"), tmp_path)
    assert set(ended.values()) == {KILLED}
    for number in range(len(ended)):
        folder = tmp_path / str(number)
        assert not (folder / "out.kb").exists()
        await holds_everything(settings_in(folder))
        done_again("backup", folder)
        (folder / "out.kb").rename(folder / "in.kb")
        (folder / "place").rename(folder / "was")
        done_again("restore", folder)
        await holds_everything(settings_in(folder))


async def test_a_killed_restore_is_nothing_or_everything(tmp_path):
    ended = await in_children("kill", "restore", await template(tmp_path, "restore"), tmp_path)
    assert set(ended.values()) == {KILLED}
    for number in range(len(ended)):
        folder = tmp_path / str(number)
        done_again("restore", folder)
        await holds_everything(settings_in(folder))
        assert plain_words_in(folder / "place") == []


@pytest.mark.parametrize("work", ["encrypt", "renew", "backup", "restore"])
async def test_a_disk_that_fills_up_is_said_and_nothing_is_lost(work, tmp_path):
    made = await template(tmp_path, work)
    sizes = [50, 300, 5_000, 60_000, 200_000]
    ended = await in_children("full", work, made, tmp_path, *sizes)
    assert ended["0"] != 0
    assert len({code for code in ended.values() if code}) == 1
    assert set(ended.values()) <= {0, 106}  # Unavailable
    for number in range(len(sizes)):
        folder = tmp_path / str(number)
        if work != "restore":
            await holds_everything(settings_in(folder))
        if ended[str(number)]:
            assert not (folder / "out.kb").exists()
            assert not list((folder / "place" / "home").glob(".next"))
        if work != "restore" or ended[str(number)]:
            done_again(work, folder)
        await holds_everything(settings_in(folder))
