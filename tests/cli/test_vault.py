"""`kangban encrypt`, `rotate`, `backup`, `restore` and what `doctor` says of keys, as a person types them."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from kangban.adapters.dir_lock import DirectoryLock
from kangban.settings import Settings
from tests.cli.script import Script
from tests.support.outside import postgres_url
from tests.support.stores import address
from tests.support.vaults import fill, plain_words_in

KEY, NEW = "1a" * 32, "2b" * 32


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    return {"KANGBAN_KEY_DIR": str(tmp_path / "keys")}


@pytest.fixture
def own(tmp_path: Path) -> Script:
    return Script(tmp_path / "place")


def plain_directory(script: Script) -> None:
    asyncio.run(fill(Settings(data_dir=script.data_dir), plain=True))


def checks(script: Script, **env: str) -> dict[str, dict[str, str]]:
    ran = script.run("doctor", "--json", **env)
    return {row["name"]: row for row in json.loads(ran.out)["checks"]}


def test_a_new_directory_is_encrypted_and_doctor_says_where_the_key_lies(own, keys, tmp_path):
    rows = checks(own, **keys)
    (key,) = (tmp_path / "keys").iterdir()
    assert rows["encryption"]["state"] == "ok"
    assert str(key) in rows["key"]["what"]
    assert "copy" in rows["key"]["mend"]
    assert key.read_text().strip() not in json.dumps(rows)
    assert (own.data_dir / "home" / "record.sqlite3").read_bytes()[:6] != b"SQLite"
    key.chmod(0o644)
    assert checks(own, **keys)["key file"]["state"] == "missing"


def test_a_plain_directory_is_encrypted_by_one_command_and_again_changes_nothing(own, keys):
    plain_directory(own)
    assert checks(own, **keys)["encryption"]["state"] == "missing"
    serving = DirectoryLock(own.data_dir / "home")
    serving.take()
    refused = own.run("encrypt", "--json", **keys)
    assert refused.error == ("conflict", "data_dir")
    assert plain_words_in(own.data_dir)
    serving.release()
    done = own.run("encrypt", "--json", **keys)
    assert done.code == 0
    assert (done.answer["files"], done.answer["copies"], done.answer["already"]) == (4, 1, False)
    assert plain_words_in(own.data_dir) == []
    assert own.run("encrypt", "--json", **keys).answer["already"] is True
    assert checks(own, **keys)["encryption"]["state"] == "ok"
    assert "vault.encrypted" in audit_of(own, **keys)


def audit_of(script: Script, **env: str) -> str:
    """What the server's own chain holds, through the program's own store."""
    from kangban.app import open_stores
    from kangban.settings import read_settings

    async def read() -> str:
        stores = await open_stores(read_settings(data_dir=script.data_dir, environ=env))
        found = await stores.audit.chain("")
        await stores.close()
        return " ".join(link.event.what for link in found)

    return asyncio.run(read())


def test_a_lost_or_wrong_key_is_said_with_what_to_do_and_nothing_changes(own, keys, tmp_path):
    plain_directory(own)
    own.run("encrypt", **keys)
    before = {
        p: p.read_bytes()
        for p in (own.data_dir / "home").glob("*")
        if p.suffix in (".sqlite3", ".json", ".before-0002")
    }
    shutil.move(tmp_path / "keys", tmp_path / "away")
    for env in (keys, {**keys, "KANGBAN_KEY": KEY}, {**keys, "KANGBAN_KEY": "no key"}):
        for words in (("record", "show", "gran"), ("backup", str(tmp_path / "b.kb")), ("rotate",), ("encrypt",)):
            ran = own.run(*words, "--json", **env)
            assert ran.code in (6, 7), ran
            assert ran.answer["error"]["field"] == "KANGBAN_KEY"
            assert KEY not in ran.out.decode() + ran.err
    assert {p: p.read_bytes() for p in before} == before
    assert not (tmp_path / "keys").exists()
    shutil.move(tmp_path / "away", tmp_path / "keys")
    assert own.run("record", "show", "gran", "--json", **keys).code == 0


def test_rotation_with_a_key_in_the_environment_needs_the_new_one(own, tmp_path):
    env = {"KANGBAN_KEY": KEY}
    plain_directory(own)
    assert own.run("encrypt", **env).code == 0
    assert own.run("rotate", "--json", **env).error == ("unavailable", "new_key_file")
    (tmp_path / "new").write_text(NEW)
    done = own.run("rotate", "--data", "--new-key-file", str(tmp_path / "new"), "--json", **env)
    assert done.code == 0
    assert done.answer["renewed"]["files"] == 4
    assert NEW not in done.out.decode() + done.err
    assert own.run("record", "show", "gran", "--json", **env).code != 0
    assert own.run("record", "show", "gran", "--json", KANGBAN_KEY=NEW).code == 0
    assert "vault.rotated" in audit_of(own, KANGBAN_KEY=NEW)


def test_backup_and_restore_with_a_passphrase_on_another_machine(own, keys, tmp_path):
    plain_directory(own)
    backup, words = tmp_path / "b.kb", tmp_path / "words"
    assert own.run("backup", str(backup), "--json", **keys).code == 2  # plain: encrypt first
    own.run("encrypt", **keys)
    words.write_text("short\n")
    short = own.run("backup", str(backup), "--passphrase-file", str(words), "--json", **keys)
    assert short.error == ("invalid_input", "passphrase")
    words.write_text("一句很长的口令 with words\n")
    assert own.run("backup", str(backup), "--passphrase-file", str(words), "--json", **keys).answer["files"] == 4
    assert own.run("backup", str(backup), "--passphrase-file", str(words), "--json", **keys).code == 5
    assert "backup.made" in audit_of(own, **keys)
    there, other = tmp_path / "there", {"KANGBAN_KEY_DIR": str(tmp_path / "other-keys")}
    assert own.run("restore", str(backup), str(there), "--json", **other).error == ("invalid_input", "passphrase")
    done = own.run("restore", str(backup), str(there), "--passphrase-file", str(words), "--json", **other)
    assert done.code == 0
    assert done.answer["files"] == 4
    assert own.run("restore", str(backup), str(there), "--passphrase-file", str(words), "--json", **other).code == 5
    shown = Script(there).run("record", "show", "gran", "--json", **other)
    assert shown.answer == own.run("record", "show", "gran", "--json", **keys).answer


def test_a_backup_closed_with_the_master_key_opens_after_rotation_too(own, keys, tmp_path):
    plain_directory(own)
    own.run("encrypt", **keys)
    assert own.run("backup", str(tmp_path / "b.kb"), **keys).code == 0
    assert own.run("rotate", **keys).code == 0
    assert own.run("restore", str(tmp_path / "b.kb"), str(tmp_path / "there"), "--json", **keys).code == 0
    # The copy has a key of its own: rotating one leaves the other open.
    assert own.run("rotate", **keys).code == 0
    assert Script(tmp_path / "there").run("record", "show", "gran", "--json", **keys).code == 0


def test_the_demo_is_plain_and_needs_no_key(own, tmp_path):
    ran = own.run("doctor", "--demo", "--json", KANGBAN_KEY_DIR=str(tmp_path / "keys"))
    assert ran.code == 0
    assert not (tmp_path / "keys").exists()
    assert (own.data_dir / "demo" / "record.sqlite3").read_bytes()[:6] == b"SQLite"


@pytest.mark.postgres
async def test_doctor_says_that_a_database_server_is_not_encrypted_and_whether_its_walls_stand(own, keys, tmp_path):
    async with address("postgres", tmp_path) as url:
        rows = await asyncio.to_thread(checks, own, KANGBAN_DATABASE_URL=url, **keys)
        superuser = make_url(postgres_url()).set(drivername="postgresql", database=make_url(url).database)
        above = superuser.render_as_string(hide_password=False)
        over_the_walls = await asyncio.to_thread(checks, own, KANGBAN_DATABASE_URL=above, **keys)
        backup = await asyncio.to_thread(
            own.run, "backup", str(tmp_path / "b"), "--json", KANGBAN_DATABASE_URL=url, **keys
        )
    assert rows["database"]["state"] == "missing"
    assert rows["encryption"]["what"].startswith("kept files")
    assert rows["walls"]["state"] == "ok"
    assert over_the_walls["walls"]["state"] == "missing"
    assert backup.error == ("invalid_input", "KANGBAN_DATABASE_URL")
