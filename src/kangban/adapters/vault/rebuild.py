"""A directory written anew under another content key: from plain to encrypted, or from an old key to a new one.

Copy, compare every row and file, switch, overwrite the old. Stopped anywhere, the directory is the old one or the
new one, whole; done again, it ends as if it had never been stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Generator, Iterator
from pathlib import Path

import msgspec

from kangban.adapters.vault.instruments import Instruments
from kangban.adapters.vault.key_ring import KeyRing, is_there, make_ring, open_ring
from kangban.adapters.vault.layout import FILES, RECORD, RUNS, state_of
from kangban.adapters.vault.sealed_blobs import SealedBlobs
from kangban.adapters.vault.switch import commit, finish, fresh_stage, give_up, is_unfinished, stage_of
from kangban.kernel.errors import Broken, Conflict, InvalidInput, SettingsRefused
from kangban.ports.blobs import Shelf
from kangban.ports.keys import KeyCustody


class Moved(msgspec.Struct, frozen=True):
    """What was written anew. `already` where nothing was left to do."""

    custody: KeyCustody
    rows: int = 0
    files: int = 0
    copies: int = 0
    already: bool = False


@contextlib.contextmanager
def had_alone(folder: Path, tools: Instruments) -> Generator[None]:
    """Nobody else has the directory open, no server and no command; raises Conflict."""
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is not there", field="data_dir")
    serving = tools.serving(folder)
    try:
        held = tools.database.alone(folder / RECORD)
        try:
            yield
        finally:
            held.release()
    finally:
        serving.release()


def settle(folder: Path, tools: Instruments) -> None:
    """Finish a move that was broken off, before anybody opens the directory; raises Conflict while others hold it."""
    if not is_unfinished(folder):
        return
    held = tools.database.alone(folder / RECORD)
    try:
        finish(folder, tools.passed)
    finally:
        held.release()


def encrypt(folder: Path, tools: Instruments) -> Moved:
    """Make a plain directory an encrypted one. Raises Conflict, Unavailable, SettingsRefused, Broken."""
    with had_alone(folder, tools):
        finish(folder, tools.passed)
        state = state_of(folder)
        if state == "encrypted":
            give_up(folder)  # what an attempt before the one that succeeded may have left
            return Moved(open_ring(folder, tools.places).custody, already=True)
        if state == "new":
            raise InvalidInput("there is nothing to encrypt: a new directory is encrypted from its start")
        ring = _ring_of_earlier_attempt(folder, tools) or make_ring(tools.places)
        try:
            moved = _write_anew(folder, None, ring, fresh_stage(folder), tools)
        except BaseException:
            give_up(folder)
            ring.forget_master()
            raise
        commit(folder, tools.passed)
        return moved


def renew(folder: Path, tools: Instruments) -> Moved:
    """Write an encrypted directory anew under a new content key."""
    with had_alone(folder, tools):
        finish(folder, tools.passed)
        if state_of(folder) != "encrypted":
            raise Conflict("the directory is not encrypted: run kangban encrypt", key="vault.not_encrypted")
        old = open_ring(folder, tools.places)
        try:
            moved = _write_anew(folder, old, old.with_new_content_key(), fresh_stage(folder), tools)
        except BaseException:
            give_up(folder)
            raise
        commit(folder, tools.passed)
        return moved


def _ring_of_earlier_attempt(folder: Path, tools: Instruments) -> KeyRing | None:
    """Keys an attempt that was killed had made already: used again, or each attempt would leave one in the keyring."""
    try:
        return open_ring(stage_of(folder), tools.places) if is_there(stage_of(folder)) else None
    except SettingsRefused:
        return None


def _write_anew(folder: Path, old: KeyRing | None, new: KeyRing, stage: Path, tools: Instruments) -> Moved:
    tools.passed("staged")
    new.write(stage)
    tools.passed("keys")
    database, old_key = tools.database, old.database_key if old else ""
    record, rows = folder / RECORD, 0
    found = [record, *database.copies_of(record)] if record.exists() and record.stat().st_size else []
    copies = max(0, len(found) - 1)
    journal = folder / RUNS
    if journal.exists() and journal.stat().st_size:
        found.append(journal)
    for file in found:
        database.copy(file, old_key, stage / file.name, new.database_key)
        tools.passed(f"copied-{file.name}")
        before = database.fingerprint(file, old_key)
        if before != database.fingerprint(stage / file.name, new.database_key):
            raise Broken("the copy of the record is not the same; nothing was changed")
        database.check(stage / file.name, new.database_key)
        if file == record:
            rows = sum(int(told.split()[0]) for table, told in before.items() if table)
    files = _seal_files(folder / FILES, old, stage / FILES, new, tools)
    tools.passed("verified")
    return Moved(new.custody, rows, files, copies)


def _seal_files(source: Path, old: KeyRing | None, to: Path, new: KeyRing, tools: Instruments) -> int:
    to.mkdir(mode=0o700)
    sealed = SealedBlobs(tools.shelf_at(to), new.files_key)
    hashes: set[str] = set()
    for content in contents_of(tools.shelf_at(source), old):
        hashes.add(sealed.put_now(content))
        tools.passed("sealed-a-file")
    # Read back from the disk: what is about to be the only copy has been opened once.
    if hashes != {hashlib.sha256(content).hexdigest() for content in sealed.contents()}:
        raise Broken("the copies of the files are not the same; nothing was changed")
    return len(hashes)


def contents_of(shelf: Shelf, ring: KeyRing | None) -> Iterator[bytes]:
    """Every file of a directory, one after the other; raises Broken at one that went bad, naming where it lies."""
    if ring is not None:
        yield from SealedBlobs(shelf, ring.files_key).contents()
        return
    for name in shelf.names():
        content = shelf.read(name)
        if hashlib.sha256(content).hexdigest() != name:
            raise Broken(f"files/{name[:2]}/{name[2:4]}/{name} went bad: take it out first; nothing was changed")
        yield content
