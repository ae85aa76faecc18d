"""The journal of durable runs on every database: kept once, found by name, sealed, erased, moved with the vault."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import pickle
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kangban.adapters.durable_runs import DbosRuns
from kangban.adapters.store import sqlite_url
from kangban.adapters.store.journal_engine import journal_engine
from kangban.adapters.vault.rebuild import encrypt
from kangban.adapters.vault.rotate import rotate
from kangban.app.kept import RunJournals
from kangban.kernel.errors import Conflict, NotFound, SettingsRefused, Unavailable
from tests.support.stores import DATABASES, KEY, address
from tests.support.vaults import fill, settings_in, tools_of

NEEDLE = "独一无二的一句：外婆的血压"


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[DbosRuns]:
    runs = DbosRuns(url, lambda: journal_engine(url))
    try:
        yield runs
    finally:
        await runs.close()


class Planted:
    """A pickle that leaves a file where it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


class Work:
    """Counts how often it is done."""

    def __init__(self) -> None:
        self.done = 0

    async def __call__(self) -> str:
        self.done += 1
        await asyncio.sleep(0)
        return f"{NEEDLE} {self.done}"


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with address(request.param, tmp_path) as url:
        yield url


async def test_an_effect_is_done_once_over_all_attempts_and_programs(url):
    work = Work()
    async with opened(url) as runs, runs.attempt("run-1", "papers") as journal:
        assert (journal.attempt, journal.knows("a")) == (1, False)
        assert await journal.once("a", work) == f"{NEEDLE} 1"
    async with opened(url) as runs:
        assert await runs.papers_of("run-1") == "papers"
        async with runs.attempt("run-1", "papers") as journal:
            assert (journal.attempt, journal.knows("a"), journal.knows("b")) == (2, True, False)
            assert await journal.once("a", work) == f"{NEEDLE} 1"
            await journal.once("b", work)
        async with runs.attempt("run-10", "other") as journal:
            assert (journal.attempt, journal.knows("a")) == (1, False)
    assert work.done == 2


async def test_effects_side_by_side_are_each_kept_whatever_their_order(url):
    async with opened(url) as runs:
        async with runs.attempt("run-1", "papers") as journal:
            gates = [asyncio.Event() for _ in range(5)]

            async def slow(number: int) -> str:
                await gates[number].wait()
                return str(number)

            tasks = [asyncio.create_task(journal.once(f"k{n}", lambda n=n: slow(n))) for n in range(5)]
            for number in (3, 0, 4, 1, 2):
                gates[number].set()
                await tasks[number]
        async with runs.attempt("run-1", "papers") as journal:
            for number in (2, 4, 1, 3, 0):
                assert await journal.once(f"k{number}", Work()) == str(number)


async def test_what_fails_or_is_broken_off_is_not_kept(url):
    async def fails() -> str:
        raise LookupError(NEEDLE)

    async with opened(url) as runs:
        async with runs.attempt("run-1", "papers") as journal:
            with pytest.raises(LookupError):
                await journal.once("bad", fails)
            hanging = asyncio.create_task(journal.once("hung", lambda: asyncio.sleep(3600, "never")))
            await asyncio.sleep(0.05)
            hanging.cancel()
            with pytest.raises(asyncio.CancelledError):
                await hanging
        async with runs.attempt("run-1", "papers") as journal:
            assert not journal.knows("bad")
            assert not journal.knows("hung")


async def test_a_forgotten_run_begins_anew_and_its_words_are_gone(tmp_path):
    for key, readable in (("", True), (KEY, False)):
        folder = tmp_path / (key[:2] or "plain")
        folder.mkdir()
        async with opened(sqlite_url(folder / "runs.sqlite3", key)) as runs:
            async with runs.attempt("run-1", NEEDLE) as journal:
                await journal.once("a", Work())
            words = [NEEDLE.encode() in file.read_bytes() for file in folder.iterdir()]
            assert any(words) == readable
            await runs.forget("run-1")
            await runs.forget("run-1")
            with pytest.raises(NotFound):
                await runs.papers_of("run-1")
            async with runs.attempt("run-1", "papers") as journal:
                assert (journal.attempt, journal.knows("a")) == (1, False)
            await runs.forget("run-1")
        assert not any(NEEDLE.encode() in file.read_bytes() for file in folder.iterdir())


async def test_one_program_has_one_database_open_and_several_users_of_it(tmp_path):
    first, second = (sqlite_url(tmp_path / name) for name in ("one.sqlite3", "two.sqlite3"))
    async with opened(first) as one, opened(first) as again, opened(second) as other:
        async with one.attempt("run-1", "papers") as journal:
            await journal.once("a", Work())
        with pytest.raises(Conflict):
            await other.papers_of("run-1")
        assert await again.papers_of("run-1") == "papers"
        await one.close()
        await one.close()
        assert await again.papers_of("run-1") == "papers"
    assert await asyncio.to_thread(lambda: "threads are back") == "threads are back"


async def test_a_database_that_is_not_there_or_of_another_key_is_unavailable_and_tells_no_secret(tmp_path):
    async with opened(sqlite_url(tmp_path / "runs.sqlite3", KEY)) as runs:
        await runs.forget("run-1")
    for url in (sqlite_url(tmp_path / "runs.sqlite3", "6b" * 32), "postgresql://me:geheim@127.0.0.1:1/none"):
        async with opened(url) as runs:
            with pytest.raises(Unavailable) as refused:
                await runs.forget("run-1")
            assert "geheim" not in refused.value.message
            assert "6b" * 32 not in refused.value.message
    (tmp_path / "plain.sqlite3").write_bytes(b"SQLite format 3\0" + b"\0" * 84)
    async with opened(sqlite_url(tmp_path / "plain.sqlite3", KEY)) as runs:
        with pytest.raises(SettingsRefused):
            await runs.forget("run-1")


async def test_the_cloud_of_the_library_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("DBOS__CLOUD", "true")
    async with opened(sqlite_url(tmp_path / "runs.sqlite3")) as runs:
        with pytest.raises(SettingsRefused):
            await runs.forget("run-1")


async def test_a_planted_pickle_is_not_run(tmp_path):
    url = sqlite_url(tmp_path / "runs.sqlite3")
    async with opened(url) as runs:
        async with runs.attempt("run-1", "papers") as journal:
            await journal.once("a", Work())
        planted = base64.b64encode(pickle.dumps(Planted(tmp_path / "ran"))).decode()
        with contextlib.closing(sqlite3.connect(tmp_path / "runs.sqlite3")) as raw, raw:
            raw.execute("UPDATE operation_outputs SET serialization = 'py_pickle', output = ?", (planted,))
            raw.execute("UPDATE workflow_status SET serialization = 'py_pickle', inputs = ?", (planted,))
        async with runs.attempt("run-1", "papers") as journal:
            assert not journal.knows("a")
        with pytest.raises(NotFound):
            await runs.papers_of("run-1")
    assert not (tmp_path / "ran").exists()
    pickle.loads(base64.b64decode(planted))
    assert (tmp_path / "ran").exists(), "the plant itself works"


async def test_the_journal_goes_through_encryption_and_a_new_content_key(tmp_path):
    settings = settings_in(tmp_path)
    await fill(settings, plain=True)
    for move in (None, encrypt, lambda folder, tools: rotate(folder, tools, all_anew=True)):
        if move is not None:
            await asyncio.to_thread(move, settings.house_dir, tools_of(settings))
        journals = RunJournals(settings)
        async with journals().attempt("run-1", NEEDLE) as journal:
            assert await journal.once("a", Work()) == f"{NEEDLE} 1"
            assert journal.knows("a") == (move is not None)
        await journals.close()
        readable = any(NEEDLE.encode() in f.read_bytes() for f in settings.house_dir.glob("runs.sqlite3*"))
        assert readable == (move is None)


def test_nobody_pays_for_the_library_before_the_first_durable_run():
    import subprocess

    code = "import kangban.cli.main, kangban.app, kangban.adapters.durable_runs, sys; print('dbos' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
