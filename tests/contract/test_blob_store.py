"""What the port promises, asked of the folder, plain and sealed, and of the fake; then what only a folder can get wrong."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from pathlib import Path

import pytest

from kangban.adapters.blob_files import FileBlobs, FileShelf, MemoryBlobs
from kangban.adapters.vault.sealed_blobs import SealedBlobs
from kangban.kernel.errors import Broken, NotFound, Unavailable

PHOTO = b"\xff\xd8" + bytes(range(256)) * 40
NAME = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture(params=["folder", "sealed", "memory"])
def blobs(request, tmp_path):
    if request.param == "sealed":
        return SealedBlobs(FileShelf(tmp_path / "blobs"), b"k" * 32)
    return FileBlobs(tmp_path / "blobs") if request.param == "folder" else MemoryBlobs()


@pytest.fixture(params=["folder", "sealed"])
def on_disk(request, tmp_path):
    """A store on a folder, plain or sealed."""
    return FileBlobs(tmp_path) if request.param == "folder" else SealedBlobs(FileShelf(tmp_path), b"k" * 32)


def files_under(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_bytes_are_kept_once_under_their_hash(blobs):
    assert await blobs.put(PHOTO) == NAME
    assert await blobs.put(PHOTO) == NAME
    assert await blobs.get(NAME) == PHOTO
    empty = await blobs.put(b"")
    assert await blobs.get(empty) == b""


async def test_erased_bytes_are_not_found_and_erasing_twice_is_harmless(blobs):
    await blobs.put(PHOTO)
    await blobs.delete(NAME)
    await blobs.delete(NAME)
    with pytest.raises(NotFound):
        await blobs.get(NAME)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "/" + "a" * 63, NAME + "\n", "a\0"])
async def test_a_name_that_is_no_hash_reaches_no_file(blobs, name):
    with pytest.raises(NotFound):
        await blobs.get(name)
    await blobs.delete(name)


async def test_the_same_bytes_from_many_at_once(blobs):
    assert set(await asyncio.gather(*(blobs.put(PHOTO) for _ in range(16)))) == {NAME}
    assert await blobs.get(NAME) == PHOTO


async def test_a_file_that_changed_on_the_disk_is_broken_until_put_again(tmp_path, on_disk):
    await on_disk.put(PHOTO)
    (kept,) = files_under(tmp_path)
    whole = kept.read_bytes()
    for changed in (whole[:-1], whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], b"", PHOTO[:-1]):
        kept.write_bytes(changed)
        with pytest.raises(Broken):
            await on_disk.get(NAME)
    await on_disk.put(PHOTO)
    assert await on_disk.get(NAME) == PHOTO


async def test_only_the_owner_can_read(tmp_path):
    await FileBlobs(tmp_path / "blobs").put(PHOTO)
    (kept,) = files_under(tmp_path)
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.parent.name == NAME[:2]


@pytest.mark.parametrize("step", ["fsync", "replace"])
async def test_a_full_disk_leaves_nothing_and_says_so(tmp_path, on_disk, monkeypatch, step):
    blobs = on_disk

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), full)
        with pytest.raises(Unavailable):
            await blobs.put(PHOTO)
    assert files_under(tmp_path) == []
    with pytest.raises(NotFound):
        await blobs.get(NAME)
    assert await blobs.put(PHOTO) == NAME


async def test_what_a_killed_writer_left_is_swept_at_the_next_start(tmp_path):
    await FileBlobs(tmp_path).put(b"first")
    old, young = tmp_path / "arriving" / "old", tmp_path / "arriving" / "young"
    for left in (old, young):
        left.write_bytes(b"half")
    long_ago = young.stat().st_mtime - 7200
    os.utime(old, (long_ago, long_ago))
    await FileBlobs(tmp_path).put(PHOTO)
    assert not old.exists()
    assert young.exists()


async def test_sealed_files_show_neither_bytes_nor_hash_and_open_with_their_key_only(tmp_path):
    sealed = SealedBlobs(FileShelf(tmp_path), b"k" * 32)
    await sealed.put(PHOTO)
    (kept,) = files_under(tmp_path)
    on_the_disk = kept.read_bytes() + str(kept).encode()
    for readable in (PHOTO[:32], PHOTO[-32:], NAME.encode(), bytes.fromhex(NAME)):
        assert readable not in on_the_disk
    with pytest.raises(NotFound):
        await SealedBlobs(FileShelf(tmp_path), b"j" * 32).get(NAME)
    assert "6b6b" not in repr(sealed)
    assert "kkkk" not in repr(sealed)


async def test_a_sealed_file_moved_under_another_name_does_not_open(tmp_path):
    sealed = SealedBlobs(FileShelf(tmp_path), b"k" * 32)
    other = await sealed.put(b"another file")
    await sealed.put(PHOTO)
    shelf = FileShelf(tmp_path)
    shelf.write(sealed.name_of(other), shelf.read(sealed.name_of(NAME)))
    with pytest.raises(Broken):
        await sealed.get(other)
    with pytest.raises(Broken):
        list(sealed.contents())
    assert await sealed.get(NAME) == PHOTO


async def test_the_same_bytes_are_sealed_differently_each_time(tmp_path):
    first, second = (SealedBlobs(FileShelf(tmp_path / name), b"k" * 32) for name in ("a", "b"))
    await first.put(PHOTO)
    await second.put(PHOTO)
    (one,), (two,) = files_under(tmp_path / "a"), files_under(tmp_path / "b")
    assert one.name == two.name
    assert one.read_bytes() != two.read_bytes()
