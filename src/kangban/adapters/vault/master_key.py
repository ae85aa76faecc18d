"""Where a master key lies: an environment variable, a file, the system keyring, or a file Kangban made itself.

A source Kangban can write to keeps two keys while it rotates: the one in use and, as NAME.next, the one about to be.
Whichever opens `keys.json` is the right one, so a rotation broken off anywhere leaves a directory that opens.
Earlier keys stay as NAME.old: they open nothing but the backups that were closed with them.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import Final, Protocol

from kangban.adapters.vault.files import read_small, write_whole
from kangban.kernel.errors import SettingsRefused, Unavailable
from kangban.ports.keys import KeyPlaces, KeySource

KEY_BYTES: Final = 32
SERVICE: Final = "kangban"
_MOST_BYTES: Final = 4096
_MOST_EARLIER: Final = 8
_HOW = "it must be 32 bytes as 64 hex digits or base64, e.g. from: openssl rand -hex 32"


class Source(Protocol):
    """One place of a master key."""

    @property
    def kind(self) -> KeySource:
        """Which kind of place."""
        ...

    @property
    def place(self) -> str:
        """What to tell a person about where it is; never the key."""
        ...

    def candidates(self) -> list[bytes]:
        """The key in use, then the one about to be; [] where there is none. Raises Unavailable, SettingsRefused."""
        ...

    def earlier(self) -> list[bytes]:
        """Keys that were in use before, newest first; only backups are opened with them."""
        ...

    def put_next(self, key: bytes) -> None:
        """Keep durably the key about to be used; raises SettingsRefused where Kangban cannot write."""
        ...

    def promote(self) -> None:
        """The key about to be used is the one in use, and the one in use an earlier one; idempotent."""
        ...

    def forget(self) -> None:
        """Remove a key that was made and never used."""
        ...


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def read_key(text: str | bytes, field: str) -> bytes:
    """A key written as hex or base64, or as 32 bare bytes; raises SettingsRefused naming the setting."""
    if isinstance(text, bytes):
        if len(text) == KEY_BYTES:
            return text
        try:
            text = text.decode("ascii")
        except UnicodeDecodeError:
            raise SettingsRefused(f"{field} holds no key: {_HOW}", field=field, key="vault.key_unreadable") from None
    bare = "".join(text.split())
    for decode in (bytes.fromhex, _base64):
        try:
            key = decode(bare)
        except (ValueError, binascii.Error):
            continue
        if len(key) == KEY_BYTES:
            return key
    raise SettingsRefused(f"{field} holds no key: {_HOW}", field=field, key="vault.key_unreadable")


def _base64(text: str) -> bytes:
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    return base64.b64decode(padded, validate=True)


class Environment:
    """KANGBAN_KEY."""

    kind: KeySource = "environment"
    place = "KANGBAN_KEY"

    def __init__(self, text: str) -> None:
        self._text = text

    def candidates(self) -> list[bytes]:
        """See Source.candidates."""
        return [read_key(self._text, "KANGBAN_KEY")]

    def earlier(self) -> list[bytes]:
        """See Source.earlier."""
        return []

    def put_next(self, key: bytes) -> None:  # noqa: ARG002
        """See Source.put_next."""
        raise SettingsRefused(
            "KANGBAN_KEY is yours to change: give the new key with --new-key-file, then set KANGBAN_KEY to it",
            field="new_key_file",
            key="vault.new_key_needed",
        )

    def promote(self) -> None:
        """See Source.promote."""

    def forget(self) -> None:
        """See Source.forget."""


class KeyFile:
    """A file with the key: yours (KANGBAN_KEY_FILE), or one Kangban made."""

    def __init__(self, file: Path, *, made: bool) -> None:
        self._file = file
        self._next, self._old = (file.with_name(f"{file.name}.{when}") for when in ("next", "old"))
        self.kind: KeySource = "made_file" if made else "key_file"

    @property
    def place(self) -> str:
        """See Source.place."""
        return str(self._file)

    def candidates(self) -> list[bytes]:
        """See Source.candidates."""
        found = [read_small(file, _MOST_BYTES) for file in (self._file, self._next)]
        return [read_key(text, "KANGBAN_KEY_FILE") for text in found if text is not None]

    def earlier(self) -> list[bytes]:
        """See Source.earlier."""
        return _earlier(read_small(self._old, _MOST_BYTES) or b"")

    def put_next(self, key: bytes) -> None:
        """See Source.put_next."""
        write_whole(self._next, _as_text(key))

    def promote(self) -> None:
        """See Source.promote."""
        if not self._next.exists():
            return
        used = self.candidates()[0]
        if self._file.exists():
            write_whole(self._old, _with_earlier(used, self.earlier()))
        self._next.replace(self._file)

    def forget(self) -> None:
        """See Source.forget."""
        for file in (self._file, self._next, self._old):
            file.unlink(missing_ok=True)


class Keyring:
    """An entry of the system keyring (Keychain, Credential Locker, Secret Service)."""

    kind: KeySource = "keyring"

    def __init__(self, entry: str) -> None:
        self._entry = entry

    @property
    def place(self) -> str:
        """See Source.place."""
        return f"{SERVICE}/{self._entry}"

    def candidates(self) -> list[bytes]:
        """See Source.candidates."""
        found = [_keyring_get(entry) for entry in (self._entry, f"{self._entry}.next")]
        return [read_key(text, "keyring") for text in found if text]

    def earlier(self) -> list[bytes]:
        """See Source.earlier."""
        return _earlier((_keyring_get(f"{self._entry}.old") or "").encode())

    def put_next(self, key: bytes) -> None:
        """See Source.put_next; raises Unavailable also for a keyring that only pretends to keep."""
        _keyring_set(f"{self._entry}.next", key.hex())

    def promote(self) -> None:
        """See Source.promote."""
        waiting = _keyring_get(f"{self._entry}.next")
        if waiting:
            used = _keyring_get(self._entry)
            if used and used != waiting:
                earlier = _with_earlier(read_key(used, "keyring"), self.earlier())
                _keyring_set(f"{self._entry}.old", earlier.decode())
            _keyring_set(self._entry, waiting)
            _keyring_delete(f"{self._entry}.next")

    def forget(self) -> None:
        """See Source.forget."""
        for entry in (self._entry, f"{self._entry}.next", f"{self._entry}.old"):
            _keyring_delete(entry)


def configured(places: KeyPlaces) -> Source | None:
    """The source the operator named, if any."""
    if places.text:
        return Environment(places.text)
    return KeyFile(places.file, made=False) if places.file is not None else None


def usual_source(places: KeyPlaces, directory: str, kind: KeySource) -> Source:
    """Where the key of an existing directory lies when the operator names nothing."""
    return Keyring(directory) if kind == "keyring" else made_file(places, directory)


def source_for_new(places: KeyPlaces, directory: str) -> Source:
    """A source that holds a key for a new directory: the operator's, or a new key in the keyring or a file."""
    named = configured(places)
    if named is not None:
        if not named.candidates():
            raise SettingsRefused(
                "KANGBAN_KEY_FILE names no file: make one with: openssl rand -hex 32 > FILE",
                field="KANGBAN_KEY_FILE",
                key="vault.key_file_missing",
            )
        return named
    source: Source = Keyring(directory) if keyring_works() else made_file(places, directory)
    source.put_next(new_key())
    source.promote()
    return source


def made_file(places: KeyPlaces, directory: str) -> KeyFile:
    """The file Kangban makes outside of the data directory."""
    return KeyFile((places.directory or usual_key_folder()) / directory, made=True)


def usual_key_folder() -> Path:
    """The platform's place for keys Kangban makes itself."""
    import platformdirs

    return Path(platformdirs.user_config_dir("kangban", appauthor=False)) / "keys"


def keyring_works() -> bool:
    """Whether this machine has a keyring that keeps things: `fail` has none, `null` forgets."""
    import keyring

    return not type(keyring.get_keyring()).__module__.endswith((".fail", ".null"))


def _keyring_get(entry: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError, NoKeyringError

    try:
        return keyring.get_password(SERVICE, entry)
    except NoKeyringError:
        return None
    except KeyringError as error:
        raise _locked(error) from None


def _keyring_set(entry: str, text: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, entry, text)
        kept = keyring.get_password(SERVICE, entry)
    except KeyringError as error:
        raise _locked(error) from None
    if kept != text:
        raise Unavailable("the system keyring does not keep keys: set KANGBAN_KEY_FILE", key="vault.keyring_locked")


def _keyring_delete(entry: str) -> None:
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(SERVICE, entry)
    except PasswordDeleteError:
        return
    except KeyringError as error:
        raise _locked(error) from None


def _locked(error: Exception) -> Unavailable:
    return Unavailable(
        f"the system keyring does not answer ({type(error).__name__}): unlock it, or set KANGBAN_KEY_FILE",
        key="vault.keyring_locked",
    )


def _as_text(key: bytes) -> bytes:
    return key.hex().encode() + os.linesep.encode()


def _earlier(lines: bytes) -> list[bytes]:
    return [read_key(line, "KANGBAN_KEY_FILE") for line in lines.split()]


def _with_earlier(key: bytes, earlier: list[bytes]) -> bytes:
    kept = [key, *(each for each in earlier if each != key)]
    return b"".join(each.hex().encode() + b"\n" for each in kept[:_MOST_EARLIER])
