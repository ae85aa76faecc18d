"""`kangban encrypt`, `rotate`, `backup` and `restore`: what is kept, kept unreadable for others and kept twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.options import DataDir, Json, Lang, Nothing, language, run

if TYPE_CHECKING:
    from kangban.adapters.vault.archive import Passphrase
    from kangban.settings import Settings

File = Annotated[Path, typer.Argument(help="The backup.")]
Dir = Annotated[Path, typer.Argument(help="A new or empty data directory.")]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="A file whose first line is the passphrase; - is stdin.")
]
NewKeyFile = Annotated[Path | None, typer.Option("--new-key-file", help="A file with the new master key.")]
AllAnew = Annotated[bool, typer.Option("--data", help="Also write the record and files anew under a new content key.")]

_MOST_BYTES = 4096


def _done(
    work: Callable[[], tuple[msgspec.Struct, Settings, str]], show: Callable[[dict[str, Any]], str], *, json: bool
) -> None:
    """Do `work` and note it in the audit of the directory it gives back, under the code it gives back."""

    async def at_work(_: Nothing) -> dict[str, Any]:
        import asyncio

        done, settings, what = await asyncio.to_thread(work)
        await _note(settings, what)
        return msgspec.to_builtins(done)

    run(Nothing, at_work, words={}, source=None, jsonl=False, show=None if json else show)


def encrypt(json: Json = False, data_dir: DataDir = None, lang: Lang = "zh") -> None:
    """Make a plain data directory an encrypted one. Safe to break off and to repeat."""
    shown = language(lang)

    def work() -> tuple[msgspec.Struct, Settings, str]:
        from kangban.adapters.vault.rebuild import encrypt as encrypt_directory
        from kangban.app import vault_tools

        settings = _own(data_dir)
        return encrypt_directory(settings.house_dir, vault_tools(settings)), settings, "vault.encrypted"

    def show(done: dict[str, Any]) -> str:
        from kangban.kernel.texts import t

        first = t("vault.already", shown) if done["already"] else t("vault.encrypted", shown, **done)
        return "\n".join([first, *_custody(done, shown)])

    _done(work, show, json=json)


def rotate(
    all_anew: AllAnew = False,
    new_key_file: NewKeyFile = None,
    json: Json = False,
    data_dir: DataDir = None,
    lang: Lang = "zh",
) -> None:
    """Change the master key; with --data everything is written anew under a new content key too."""
    shown = language(lang)

    def work() -> tuple[msgspec.Struct, Settings, str]:
        from kangban.adapters.vault.master_key import read_key
        from kangban.adapters.vault.rotate import rotate as rotate_keys
        from kangban.app import vault_tools
        from kangban.ports.keys import KeyPlaces

        settings = _own(data_dir)
        given = None if new_key_file is None else read_key(_read(new_key_file, "new_key_file"), "new_key_file")
        done = rotate_keys(settings.house_dir, vault_tools(settings), given=given, all_anew=all_anew)
        if given is not None:
            # What the settings name opens nothing any more.
            settings = msgspec.structs.replace(settings, keys=KeyPlaces(text=given.hex()))
        return done, settings, "vault.rotated"

    def show(done: dict[str, Any]) -> str:
        from kangban.kernel.texts import t

        lines = [t("vault.rotated", shown, generation=done["custody"]["generation"])]
        if done["renewed"]:
            lines.append(t("vault.renewed", shown, rows=done["renewed"]["rows"], files=done["renewed"]["files"]))
        return "\n".join([*lines, t("vault.old_backups", shown), *_custody(done, shown)])

    _done(work, show, json=json)


def backup(
    file: File, passphrase_file: PassphraseFile = None, json: Json = False, data_dir: DataDir = None, lang: Lang = "zh"
) -> None:
    """Write one encrypted file with everything, while the server runs, and read it back."""
    shown = language(lang)

    def work() -> tuple[msgspec.Struct, Settings, str]:
        from kangban.adapters.vault.backup import back_up
        from kangban.app import vault_tools

        settings = _own(data_dir)
        _refuse_a_server(settings)
        done = back_up(settings.house_dir, file, _passphrase(passphrase_file), vault_tools(settings))
        return done, settings, "backup.made"

    def show(done: dict[str, Any]) -> str:
        from kangban.kernel.texts import t

        return t("vault.backed_up", shown, **done)

    _done(work, show, json=json)


def restore(file: File, to: Dir, passphrase_file: PassphraseFile = None, json: Json = False, lang: Lang = "zh") -> None:
    """Put a backup back into a new or empty data directory, every hash checked."""
    shown = language(lang)

    def work() -> tuple[msgspec.Struct, Settings, str]:
        from kangban.adapters.vault.restore import restore as put_back
        from kangban.app import vault_tools

        settings = _own(to)
        done = put_back(file, to, settings.house_dir.name, _passphrase(passphrase_file), vault_tools(settings))
        return done, settings, "backup.restored"

    def show(done: dict[str, Any]) -> str:
        from kangban.kernel.texts import t

        return "\n".join([t("vault.restored", shown, **done), *_custody(done, shown)])

    _done(work, show, json=json)


def _own(data_dir: Path | None) -> Settings:
    from kangban.settings import read_settings

    return read_settings(data_dir=data_dir)


def _refuse_a_server(settings: Settings) -> None:
    from kangban.kernel.errors import InvalidInput

    if settings.database_url:
        raise InvalidInput(
            "the record is in a database of its own: back it up with its own tools (pg_dump), and unset "
            "KANGBAN_DATABASE_URL to back up a directory",
            field="KANGBAN_DATABASE_URL",
        )


def _passphrase(file: Path | None) -> Passphrase | None:
    from kangban.adapters.vault.archive import checked_passphrase
    from kangban.kernel.errors import InvalidInput

    if file is None:
        return None
    try:
        text = _read(file, "passphrase").decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("the passphrase is not text in UTF-8", field="passphrase") from None
    lines = text.splitlines()
    return checked_passphrase(lines[0] if lines else "")


def _read(file: Path, field: str) -> bytes:
    import sys

    from kangban.kernel.errors import InvalidInput

    try:
        if str(file) == "-":
            return sys.stdin.buffer.readline(_MOST_BYTES)
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {type(error).__name__}", field=field) from None


async def _note(settings: Settings, what: str) -> None:
    """One line in the server's own chain: whoever keeps the keys and the copies is answerable too."""
    from kangban.app import HOME_FAMILY, open_stores
    from kangban.journeys.accounts.local import local_actor
    from kangban.journeys.auditing.recording import event
    from kangban.kernel.clock import SystemClock

    stores = await open_stores(msgspec.structs.replace(settings, database_url=None))
    try:
        who = local_actor(HOME_FAMILY, "cli")
        await stores.audit.write([event(who, what, at=SystemClock().now(), purpose="administer", family_id="")])
    finally:
        await stores.close()


def _custody(done: dict[str, Any], lang: str) -> list[str]:
    from kangban.kernel.texts import t

    custody = done["custody"]
    return [t("vault.key_made_file", lang, place=custody["place"])] if custody["source"] == "made_file" else []
