"""Kept files in folders, and the in-memory fake. A file is there whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kangban.kernel.errors import Broken, NotFound, Unavailable

_NAME = re.compile(r"[0-9a-f]{64}")
_STALE_SECONDS = 3600


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class FileShelf:
    """A `Shelf` on `root`: `root/ab/cd/<name>`, written beside the shelves and moved there when complete."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arrivals = root / "arriving"
        self._swept = False

    def _place(self, name: str) -> Path | None:
        # The pattern is also what keeps "../" out.
        if not _NAME.fullmatch(name):
            return None
        return self._root / name[:2] / name[2:4] / name

    def write(self, name: str, content: bytes) -> None:
        """See Shelf.write."""
        place = self._place(name)
        if place is None:
            raise Broken("the name of a file is not 64 hex digits")
        try:
            for folder in (place.parent, self._arrivals):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            self._write(content, place)
        except OSError as error:
            raise Unavailable("the file cannot be kept: the disk is full or refuses") from error

    def _write(self, content: bytes, place: Path) -> None:
        descriptor, part = tempfile.mkstemp(dir=self._arrivals)  # readable by the owner only
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(place)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(part).unlink()
            raise
        for folder in (place.parent, place.parent.parent, self._root):
            _sync_folder(folder)

    def _sweep(self) -> None:
        """Once per start: remove what a killed writer left, judged by the disk's own clock."""
        if self._swept:
            return
        self._swept = True
        with tempfile.NamedTemporaryFile(dir=self._arrivals) as fresh:
            newest = Path(fresh.name).stat().st_mtime
        for part in self._arrivals.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if newest - part.stat().st_mtime > _STALE_SECONDS:
                    part.unlink()

    def read(self, name: str) -> bytes:
        """See Shelf.read."""
        place = self._place(name)
        if place is None:
            raise NotFound("no such file", field="sha256")
        try:
            return place.read_bytes()
        except FileNotFoundError as error:
            raise NotFound("no such file", field="sha256") from error
        except OSError as error:
            raise Unavailable("the file cannot be read") from error

    def remove(self, name: str) -> None:
        """See Shelf.remove; raises Unavailable when the disk refuses."""
        place = self._place(name)
        if place is None:
            return
        try:
            place.unlink(missing_ok=True)
            if place.parent.is_dir():
                _sync_folder(place.parent)
        except OSError as error:
            raise Unavailable("the file cannot be erased") from error

    def names(self) -> Iterator[str]:
        """See Shelf.names."""
        yield from sorted(path.name for path in self._root.glob("??/??/*") if _NAME.fullmatch(path.name))


class FileBlobs:
    """A `BlobStore` of plain files: the name on the shelf is the SHA-256 itself."""

    def __init__(self, root: Path) -> None:
        self._shelf = FileShelf(root)

    async def put(self, content: bytes) -> str:
        """See BlobStore.put."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, sha256: str) -> bytes:
        """See BlobStore.get."""
        return await asyncio.to_thread(self._get, sha256)

    async def delete(self, sha256: str) -> None:
        """See BlobStore.delete; raises Unavailable when the disk refuses."""
        await asyncio.to_thread(self._shelf.remove, sha256)

    def _put(self, content: bytes) -> str:
        name = _sha256(content)
        # Read, not only looked at: a copy gone bad is replaced by the good one in hand.
        with contextlib.suppress(NotFound, Broken):
            self._get(name)
            return name
        self._shelf.write(name, content)
        return name

    def _get(self, sha256: str) -> bytes:
        content = self._shelf.read(sha256)
        if _sha256(content) != sha256:
            raise Broken("a kept file no longer matches its SHA-256")
        return content


class MemoryBlobs:
    """A `BlobStore` that forgets everything when the program ends."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    async def put(self, content: bytes) -> str:
        """See BlobStore.put."""
        name = _sha256(content)
        self._kept[name] = bytes(content)
        return name

    async def get(self, sha256: str) -> bytes:
        """See BlobStore.get."""
        if sha256 not in self._kept:
            raise NotFound("no such file", field="sha256")
        return self._kept[sha256]

    async def delete(self, sha256: str) -> None:
        """See BlobStore.delete."""
        self._kept.pop(sha256, None)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
