"""Where a master key comes from, in which order, and what is said when it is lost, wrong or locked away."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from kangban.adapters.vault.key_ring import KEYS_FILE, make_ring, masters, open_or_make, open_ring
from kangban.adapters.vault.master_key import read_key
from kangban.kernel.errors import SettingsRefused, Unavailable
from kangban.ports.keys import KeyPlaces

KEY = bytes(range(32))


class Kept(KeyringBackend):
    """A keyring in memory; it can be locked, or only pretend to keep."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = self.forgets = False

    def get_password(self, service, username):
        if self.locked:
            raise KeyringLocked("no")
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        if self.locked:
            raise KeyringLocked("no")
        if not self.forgets:
            self.kept[service, username] = password

    def delete_password(self, service, username):
        self.kept.pop((service, username), None)


@pytest.fixture
def ring():
    """A machine with a keyring."""
    before, made = keyring.get_keyring(), Kept()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.mark.parametrize(
    "written",
    [KEY.hex(), KEY.hex().upper(), base64.b64encode(KEY).decode(), base64.urlsafe_b64encode(KEY).decode().rstrip("="),
     f"  {KEY.hex()}\n", KEY.hex().encode() + b"\r\n", KEY],
)  # fmt: skip
def test_a_key_is_read_as_hex_base64_or_bytes(written):
    assert read_key(written, "KANGBAN_KEY") == KEY


@pytest.mark.parametrize(
    "written", ["", "secret-word", KEY.hex()[:-1], KEY.hex() + "00", "=" * 44, b"\xff" * 40, "ä" * 64]
)
def test_what_is_no_key_is_refused_and_not_repeated(written):
    with pytest.raises(SettingsRefused) as refused:
        read_key(written, "KANGBAN_KEY")
    assert refused.value.field == "KANGBAN_KEY"
    assert "secret-word" not in refused.value.message


def test_without_a_keyring_a_file_outside_the_directory_is_made_for_its_owner_only(tmp_path):
    places = KeyPlaces(directory=tmp_path / "keys")
    (tmp_path / "home").mkdir()
    made = open_or_make(tmp_path / "home", places)
    assert made.custody.source == "made_file"
    assert made.custody.made_now
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home" / KEYS_FILE).stat().st_mode) == 0o600
    again = open_or_make(tmp_path / "home", places)
    assert (again.database_key, again.files_key) == (made.database_key, made.files_key)
    assert len({again.database_key, again.files_key.hex(), again.content_key.hex(), again.master.hex()}) == 4
    kept = (tmp_path / "home" / KEYS_FILE).read_text()
    for secret in (again.database_key, again.files_key.hex(), again.content_key.hex(), again.master.hex()):
        assert secret not in kept + repr(again) + repr(again.custody)


def test_the_order_is_environment_file_keyring(tmp_path, ring):
    (tmp_path / "file").write_text(KEY.hex())
    everything = KeyPlaces(text="11" * 32, file=tmp_path / "file", directory=tmp_path / "keys")
    sources = [
        make_ring(places).custody.source
        for places in (everything, KeyPlaces(file=tmp_path / "file"), KeyPlaces(directory=tmp_path / "keys"))
    ]
    assert sources == ["environment", "key_file", "keyring"]
    assert "1111" not in repr(everything)
    assert not (tmp_path / "keys").exists()


def test_a_keyring_that_forgets_is_found_out_before_anything_is_encrypted(tmp_path, ring):
    ring.forgets = True
    with pytest.raises(Unavailable):
        open_or_make(tmp_path, KeyPlaces(directory=tmp_path / "keys"))
    assert not (tmp_path / KEYS_FILE).exists()


def test_a_locked_keyring_is_unavailable_and_changes_nothing(tmp_path, ring):
    opened = open_or_make(tmp_path, KeyPlaces())
    before = (tmp_path / KEYS_FILE).read_bytes()
    ring.locked = True
    with pytest.raises(Unavailable):
        open_or_make(tmp_path, KeyPlaces())
    with pytest.raises(Unavailable):
        opened.rotate_master(tmp_path)
    assert (tmp_path / KEYS_FILE).read_bytes() == before
    ring.locked = False
    assert open_ring(tmp_path, KeyPlaces()).database_key == opened.database_key


def test_a_lost_or_wrong_key_is_refused_and_never_replaced(tmp_path):
    places = KeyPlaces(directory=tmp_path / "keys")
    folder = tmp_path / "home"
    folder.mkdir()
    opened = open_or_make(folder, places)
    before = (folder / KEYS_FILE).read_bytes()
    with pytest.raises(SettingsRefused) as wrong:
        open_or_make(folder, KeyPlaces(text="22" * 32))
    assert wrong.value.key == "vault.key_wrong"
    (file,) = (tmp_path / "keys").iterdir()
    copy = file.read_text()
    file.unlink()
    with pytest.raises(SettingsRefused) as lost:
        open_or_make(folder, places)
    assert lost.value.key == "vault.key_missing"
    assert (folder / KEYS_FILE).read_bytes() == before
    assert not list((tmp_path / "keys").iterdir())
    assert open_ring(folder, KeyPlaces(text=copy)).database_key == opened.database_key


@pytest.mark.parametrize("broken", [b"", b"{}", b"\xff", b'{"format":"kangban-keys/1"}', b"x" * 100_000])
def test_a_broken_keys_file_is_refused_and_stays(tmp_path, broken):
    (tmp_path / KEYS_FILE).write_bytes(broken)
    with pytest.raises((SettingsRefused, Unavailable)):
        open_or_make(tmp_path, KeyPlaces(text=KEY.hex()))
    assert (tmp_path / KEYS_FILE).read_bytes() == broken


def test_a_keys_file_of_another_directory_does_not_open(tmp_path):
    places = KeyPlaces(text=KEY.hex())
    open_or_make(tmp_path, places)
    text = (tmp_path / KEYS_FILE).read_text()
    (tmp_path / KEYS_FILE).write_text(text.replace('"generation": 1', '"generation": 2'))
    with pytest.raises(SettingsRefused):
        open_ring(tmp_path, places)


def test_a_key_file_that_is_not_there_is_refused_for_a_new_directory(tmp_path):
    with pytest.raises(SettingsRefused) as refused:
        open_or_make(tmp_path, KeyPlaces(file=tmp_path / "nothing"))
    assert refused.value.field == "KANGBAN_KEY_FILE"
    assert not (tmp_path / KEYS_FILE).exists()


@pytest.mark.parametrize("where", ["keyring", "made_file"])
def test_rotation_keeps_the_content_key_and_old_keys_open_old_backups_only(tmp_path, ring, where):
    if where == "made_file":
        keyring.set_keyring(keyring.backends.fail.Keyring())
    places = KeyPlaces(directory=tmp_path / "keys")
    folder = tmp_path / "home"
    folder.mkdir()
    first = open_or_make(folder, places)
    assert first.custody.source == where
    second = first.rotate_master(folder)
    third = open_ring(folder, places).rotate_master(folder)
    now = open_ring(folder, places)
    assert (now.master, now.database_key, now.generation) == (third.master, first.database_key, 3)
    assert masters(places, now.directory) == [third.master, second.master, first.master]
    with pytest.raises(SettingsRefused):
        open_ring(folder, KeyPlaces(text=first.master.hex()))


def test_a_key_in_the_environment_is_changed_by_giving_the_new_one(tmp_path):
    old = open_or_make(tmp_path, KeyPlaces(text=KEY.hex()))
    with pytest.raises(SettingsRefused):
        old.rotate_master(tmp_path)
    old.rotate_master(tmp_path, b"n" * 32)
    assert open_ring(tmp_path, KeyPlaces(text=(b"n" * 32).hex())).database_key == old.database_key
    with pytest.raises(SettingsRefused):
        open_ring(tmp_path, KeyPlaces(text=KEY.hex()))


@pytest.mark.parametrize("links", [True, False])
def test_of_two_first_starts_one_makes_the_keys_and_the_other_uses_them(tmp_path, monkeypatch, links):
    if not links:

        def none(*_):
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", none)
    places = KeyPlaces(directory=tmp_path / "keys")
    folder = tmp_path / "home"
    with ThreadPoolExecutor(8 if links else 1) as starts:
        rings = list(starts.map(lambda _: open_or_make(folder, places), range(8)))
    assert len({ring.database_key for ring in rings}) == 1
    assert open_ring(folder, places).database_key == rings[0].database_key
    assert len(list((tmp_path / "keys").iterdir())) == 1
