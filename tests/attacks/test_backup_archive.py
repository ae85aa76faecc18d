"""Backups somebody made up or changed: each is refused, nothing is written beside the place, nothing is left in it."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.vault.archive import MAGIC, PIECE, ArchiveReader, ArchiveWriter, Master, Passphrase
from kangban.adapters.vault.backup import CONTENTS, FORMAT, MANIFEST, Contents, Manifest, back_up, hashes_in
from kangban.adapters.vault.restore import restore
from kangban.kernel.errors import Conflict, InvalidInput, KangbanError, SettingsRefused
from tests.support.vaults import fill, holds_everything, plain_words_in, settings_in, tools_of

# scrypt takes a third of a second a try; a master key opens at once and reads the same pieces.
SECRET = Master(b"m" * 32, "dir-somebody")
WORDS = Passphrase("correct horse battery")


def forged(file: Path, members: list[tuple[tarfile.TarInfo, bytes]], *, listed: dict[str, str] | None = None) -> Path:
    """An archive whose encryption is right and whose content is hostile: somebody had the passphrase."""
    hashes = {name.name: hashlib.sha256(content).hexdigest() for name, content in members}
    with file.open("wb") as opened:
        archive = ArchiveWriter(opened, WORDS)
        with tarfile.open(fileobj=archive, mode="w|") as tar:
            for info, content in members:
                tar.addfile(info, io.BytesIO(content))
            content = msgspec.json.encode(Manifest(hashes if listed is None else listed))
            info = tarfile.TarInfo(MANIFEST)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        archive.close()
    return file


def member(name: str, content: bytes = b"x", **more) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in more.items():
        setattr(info, field, value)
    return info, content


def contents(**more) -> tuple[tarfile.TarInfo, bytes]:
    told = {
        "format": FORMAT,
        "version": "1",
        "directory": "d",
        "content_key": base64.b64encode(b"k" * 32).decode(),
    } | more
    return member(CONTENTS, msgspec.json.encode(Contents(**told)))


def refused(file: Path, tmp_path: Path) -> KangbanError:
    """Restoring it is refused and leaves nothing, neither in the place nor anywhere beside it."""
    settings = settings_in(tmp_path, "to")
    before = set(tmp_path.rglob("*"))
    with pytest.raises(InvalidInput) as caught:
        restore(file, settings.data_dir, "home", WORDS, tools_of(settings))
    assert set(tmp_path.rglob("*")) - before <= {settings.data_dir, tmp_path / "keys"}
    assert not list(settings.data_dir.iterdir())
    return caught.value


@pytest.mark.parametrize(
    "name",
    ["../outside", "/tmp/outside-kangban", "files/../../outside", "files/" + "a" * 63 + "/", "keys.json", "record.sqlite3-wal",
     "files/..", "..\\outside", "files\\" + "a" * 64, "files/" + "A" * 64, "files/" + "a" * 64 + "\n", ".serving", "C:x"],
)  # fmt: skip
def test_a_name_that_leaves_the_place_or_is_none_of_ours(name, tmp_path):
    refused(forged(tmp_path / "b.kb", [contents(), member(name)]), tmp_path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_what_is_no_file(kind, tmp_path):
    bad = member("files/" + "a" * 64, b"", type=kind, linkname="/etc/passwd")
    refused(forged(tmp_path / "b.kb", [contents(), bad]), tmp_path)


def test_a_member_twice_a_list_that_lies_and_no_key(tmp_path):
    name = "files/" + "a" * 64
    refused(forged(tmp_path / "1.kb", [contents(), member(name), member(name, b"other")]), tmp_path)
    refused(forged(tmp_path / "2.kb", [contents(), member(name)], listed={}), tmp_path)
    refused(forged(tmp_path / "3.kb", [member(name)]), tmp_path)
    refused(forged(tmp_path / "4.kb", [contents(content_key="short")]), tmp_path)
    refused(forged(tmp_path / "5.kb", [contents(format="kangban-backup/9")]), tmp_path)
    refused(forged(tmp_path / "6.kb", [member(CONTENTS, b"{")]), tmp_path)


def test_a_file_that_is_not_sealed_with_the_key_it_comes_with(tmp_path):
    settings = settings_in(tmp_path, "to")
    file = forged(tmp_path / "b.kb", [contents(), member("files/" + "a" * 64, b"plain bytes")])
    with pytest.raises(KangbanError):
        restore(file, settings.data_dir, "home", WORDS, tools_of(settings))
    assert not list(settings.data_dir.iterdir())
    assert not list((tmp_path / "keys").glob("*"))  # the key made for it went with it


def pieces_of(size: int) -> bytes:
    out = io.BytesIO()
    writer = ArchiveWriter(out, SECRET)
    writer.write(b"0123456789" * (size // 10))
    writer.close()
    return out.getvalue()


def read_all(raw: bytes, secret: Passphrase | Master = SECRET) -> bytes:
    return ArchiveReader(io.BytesIO(raw), secret).read()


@pytest.mark.parametrize("size", [0, 10, PIECE - 6, 2 * PIECE, 3 * PIECE + 50])
def test_pieces_come_back_and_every_cut_flip_and_addition_is_noticed(size):
    raw = pieces_of(size)
    assert read_all(raw) == b"0123456789" * (size // 10)
    cuts = sorted({*range(len(MAGIC), len(raw), max(1, len(raw) // 60)), len(raw) - 1})
    for cut in cuts:
        with pytest.raises(InvalidInput):
            read_all(raw[:cut])
    for at in range(0, len(raw), max(1, len(raw) // 120)):
        with pytest.raises((InvalidInput, SettingsRefused)):
            read_all(raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :])
    with pytest.raises(InvalidInput):
        read_all(raw + b"x")


def test_pieces_in_another_order_dropped_or_from_another_archive_are_noticed():
    raw, other = pieces_of(3 * PIECE), pieces_of(3 * PIECE)
    start = raw.index(b"\n", len(MAGIC)) + 1
    length = 4 + PIECE + 16
    pieces = [raw[at : at + length] for at in range(start, len(raw), length)]
    theirs = other[start : start + length]
    for order in (
        [pieces[1], pieces[0], *pieces[2:]],
        [pieces[0], *pieces[2:]],
        pieces[:-1],
        [pieces[0], *pieces],
        [pieces[0], theirs, *pieces[2:]],
    ):
        with pytest.raises(InvalidInput):
            read_all(raw[:start] + b"".join(order))


@pytest.mark.parametrize("n", [1 << 40, 3, 0, -8, 1 << 21])
def test_a_header_that_would_take_all_memory_is_refused_at_once(n):
    header = {"kind": "passphrase", "salt": base64.b64encode(b"s" * 16).decode(),
              "prefix": base64.b64encode(b"p" * 7).decode(), "n": n}  # fmt: skip
    with pytest.raises(InvalidInput):
        ArchiveReader(io.BytesIO(MAGIC + msgspec.json.encode(header) + b"\n"), WORDS)


async def test_a_backup_says_nothing_to_whoever_has_no_key_and_goes_nowhere_but_into_an_empty_place(tmp_path):
    settings = settings_in(tmp_path)
    await fill(settings, plain=False)
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "b.kb"
    back_up(settings.house_dir, file, WORDS, tools_of(settings))
    assert plain_words_in(tmp_path / "out") == []
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(InvalidInput):
        hashes_in(file, Passphrase("correct horse batterz"))
    with pytest.raises(InvalidInput):
        hashes_in(file, SECRET)
    with pytest.raises(Conflict):
        back_up(settings.house_dir, file, WORDS, tools_of(settings))
    with pytest.raises(Conflict):
        restore(file, settings.data_dir, "home", WORDS, tools_of(settings))
    await holds_everything(settings)
    # On another machine, which has none of the keys.
    elsewhere = settings_in(tmp_path / "elsewhere")
    restore(file, elsewhere.data_dir, "home", WORDS, tools_of(elsewhere))
    await holds_everything(elsewhere)
    assert plain_words_in(tmp_path / "elsewhere") == []
