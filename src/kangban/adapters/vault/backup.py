"""One encrypted file with everything of a directory: the record, its copies' worth of history, the kept files.

The record and the files go in as they lie on the disk, encrypted; the content key goes with them, inside the archive's
own encryption. So a backup closed with a passphrase opens on a new machine even when the master key is lost.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
import secrets
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

import msgspec

from kangban import __version__
from kangban.adapters.vault.archive import ArchiveReader, ArchiveWriter, Master, Passphrase
from kangban.adapters.vault.files import shred, sync_folder
from kangban.adapters.vault.instruments import Instruments
from kangban.adapters.vault.key_ring import KeyRing, open_ring
from kangban.adapters.vault.layout import FILES, RECORD, state_of
from kangban.adapters.vault.rebuild import settle
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable
from kangban.ports.blobs import Shelf

CONTENTS: Final = "contents.json"
MANIFEST: Final = "manifest.json"
FORMAT: Final = "kangban-backup/1"
_BLOCK: Final = 1 << 20


class Contents(msgspec.Struct, frozen=True):
    """The first member: what this is, and the key of what follows. Stands only inside the encryption."""

    format: str
    version: str
    directory: str
    content_key: str

    def __repr__(self) -> str:
        return f"Contents(format={self.format!r}, version={self.version!r}, directory={self.directory!r})"


class Manifest(msgspec.Struct, frozen=True):
    """The last member: name → SHA-256 of every member before it."""

    members: dict[str, str]


class Written(msgspec.Struct, frozen=True):
    """A backup that was read back and found whole."""

    file: str
    bytes: int
    files: int
    closed_with: str


def back_up(folder: Path, to: Path, secret: Passphrase | None, tools: Instruments) -> Written:
    """Write a backup while others read and write; with no passphrase it is closed with the master key.

    Raises Conflict where `to` exists, InvalidInput for a plain or empty directory, Unavailable for a full disk.
    """
    settle(folder, tools)
    if state_of(folder) != "encrypted":
        raise InvalidInput(
            "only an encrypted directory is backed up: run kangban encrypt first", key="vault.not_encrypted"
        )
    if to.exists():
        raise Conflict(f"{to} is there already: give another name", field="file")
    ring = open_ring(folder, tools.places)
    closing = secret or Master(ring.master, ring.directory)
    part = to.with_name(f".{to.name}.{secrets.token_hex(8)}")
    aside = folder / ".backup"
    one_at_a_time = tools.database.alone(aside)
    try:
        shred(aside)  # left by a backup that was killed
        aside.mkdir(mode=0o700)
        members = _write(folder, aside, part, ring, closing, tools)
        tools.passed("written")
        if hashes_in(part, closing) != members:
            raise Unavailable("the backup does not read back as it was written; the disk may be failing")
        size = part.stat().st_size
        part.rename(to)
        sync_folder(to.parent.resolve())
    except OSError as error:
        raise Unavailable(f"{to} cannot be written: {error.strerror or type(error).__name__}", field="file") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        shred(aside)
        one_at_a_time.release()
    files = sum(name.startswith(f"{FILES}/") for name in members)
    return Written(str(to), size, files, "passphrase" if secret else "master key")


def _write(
    folder: Path, aside: Path, part: Path, ring: KeyRing, secret: Passphrase | Master, tools: Instruments
) -> dict[str, str]:
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        archive = ArchiveWriter(file, secret)
        with tarfile.open(fileobj=cast("IO[bytes]", archive), mode="w|", format=tarfile.PAX_FORMAT) as tar:
            members = _Members(tar)
            contents = Contents(FORMAT, __version__, ring.directory, base64.b64encode(ring.content_key).decode())
            members.add_bytes(CONTENTS, msgspec.json.encode(contents))
            if (folder / RECORD).exists():
                tools.database.snapshot(folder / RECORD, aside / RECORD, ring.database_key)
                members.add_file(RECORD, aside / RECORD)
            # Files after the record: every file the record names was there before it, so none is missing.
            _add_files(members, tools.shelf_at(folder / FILES))
            members.add_bytes(MANIFEST, msgspec.json.encode(Manifest(members.hashes)), counted=False)
        archive.close()
        file.flush()
        os.fsync(file.fileno())
    return members.hashes


def _add_files(members: _Members, shelf: Shelf) -> None:
    for name in shelf.names():
        # Erased a moment ago, with whatever named it.
        with contextlib.suppress(NotFound):
            members.add_bytes(f"{FILES}/{name}", shelf.read(name))


class _Members:
    """What goes into the archive, hashed on its way."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.hashes: dict[str, str] = {}

    def add_bytes(self, name: str, content: bytes, *, counted: bool = True) -> None:
        """One small member."""
        self._add(name, io.BytesIO(content), len(content))
        if counted:
            self.hashes[name] = hashlib.sha256(content).hexdigest()

    def add_file(self, name: str, file: Path) -> None:
        """One member from the disk, piece by piece."""
        with file.open("rb") as opened:
            self.hashes[name] = hashlib.file_digest(opened, "sha256").hexdigest()
            opened.seek(0)
            self._add(name, opened, file.stat().st_size)

    def _add(self, name: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)


def members_of(file: Path, secret: Passphrase | Master) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of every member, in order; raises InvalidInput for an archive that is not whole."""
    try:
        with file.open("rb") as opened:
            reader = ArchiveReader(opened, secret)
            with tarfile.open(fileobj=cast("IO[bytes]", reader), mode="r|") as tar:
                for member in tar:
                    content = tar.extractfile(member) if member.isreg() else None
                    if content is None:
                        raise InvalidInput("the archive holds something that is no file", field="file")
                    yield member.name, content
            reader.read()  # to the last piece: an archive cut off behind its tar is noticed here
    except (tarfile.TarError, EOFError):
        raise InvalidInput("the archive was changed or cut off", field="file", key="vault.archive_broken") from None
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror or type(error).__name__}", field="file") from None


def hashes_in(file: Path, secret: Passphrase | Master) -> dict[str, str]:
    """Read a whole archive back; raises InvalidInput where a member is not what the manifest says."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    for name, content in members_of(file, secret):
        if name == MANIFEST:
            manifest = read_manifest(content.read())
            continue
        digest = hashlib.sha256()
        while block := content.read(_BLOCK):
            digest.update(block)
        found[name] = digest.hexdigest()
    if manifest is None or manifest.members != found:
        raise InvalidInput("the archive does not hold what its list says", field="file", key="vault.archive_broken")
    return found


def read_manifest(raw: bytes) -> Manifest:
    """Decode the list of members; raises InvalidInput."""
    try:
        return msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, UnicodeError):
        raise InvalidInput("the archive's list cannot be read", field="file", key="vault.archive_broken") from None
