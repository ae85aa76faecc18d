"""Files as they come in: zips opened within bounds, halves of one set put together."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence

import msgspec

from kangban.journeys.attachments import Upload, safe_name
from kangban.kernel.errors import InvalidInput
from kangban.kernel.media import sniff
from kangban.retrieval.library.sources.dialogues import is_half, joined
from kangban.retrieval.library.sources.texts import csv_rows, decoded

MOST_BYTES = 256 * 1024 * 1024  # one file
MOST_FILES, MOST_UNPACKED, MOST_RATIO = 2000, 512 * 1024 * 1024, 200
ZIP = "application/zip"
_READ_AT_ONCE = 1024 * 1024
_NOT_MEANT = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def unpacked(uploads: Sequence[Upload]) -> Iterator[Upload]:
    """Every file to read: zips opened, and cMedQA's two tables as one.

    Raises InvalidInput for an empty or oversized file, an encrypted, broken or endless zip, and a zip in a zip.
    """
    halves: dict[str, Upload] = {}
    for upload in _opened(uploads):
        half = _half(upload)
        if not half:
            yield upload
            continue
        if half in halves:
            yield halves.pop(half)
        halves[half] = upload
    if len(halves) == 2:
        rows = joined(decoded(halves["questions"].content), decoded(halves["answers"].content))
        lines = b"\n".join(msgspec.json.encode(row) for row in rows)
        if lines:
            yield Upload(f"{halves['answers'].name.rpartition('.')[0]}.jsonl", lines)
            return
    yield from halves.values()


def _opened(uploads: Sequence[Upload]) -> Iterator[Upload]:
    for upload in uploads:
        if not upload.content:
            raise InvalidInput("a file is empty", field="file", key="error.bad_file")
        if len(upload.content) > MOST_BYTES:
            raise InvalidInput("a file is too big", field="file", key="error.too_big")
        if sniff(upload.content) == ZIP:
            yield from _members(upload)
        else:
            yield upload


def _half(upload: Upload) -> str:
    """Which of cMedQA's two tables a file is, if any."""
    if not upload.name.lower().endswith(".csv"):
        return ""
    try:
        rows = csv_rows(decoded(upload.content))
    except InvalidInput:
        return ""
    first = next(rows, None) if rows is not None else None
    return is_half(first) if first is not None else ""


def _members(upload: Upload) -> Iterator[Upload]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(upload.content))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise _refused("broken") from None
    with archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not any(n in m.filename for n in _NOT_MEANT)]
        if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_UNPACKED:
            raise _refused("endless")
        left = MOST_UNPACKED
        for member in members:
            if member.flag_bits & 1:
                raise _refused("encrypted")
            content = _content(archive, member, left)
            left -= len(content)
            if content:
                inner = Upload(_name(member), content)
                if sniff(inner.content) == ZIP:
                    raise _refused("nested")
                yield inner


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    """The bytes of one member, read in pieces: what the archive says about its size is not believed."""
    allowed = min(left, MOST_BYTES, max(_READ_AT_ONCE, member.compress_size * MOST_RATIO))
    out = bytearray()
    try:
        with archive.open(member) as file:
            while piece := file.read(_READ_AT_ONCE):
                out += piece
                if len(out) > allowed:
                    raise _refused("endless")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise _refused("broken") from None
    return bytes(out)


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; without the UTF-8 mark it is in the old Chinese encoding as often as in DOS's."""
    if not member.flag_bits & 0x800:
        try:
            return safe_name(member.filename.encode("cp437").decode("gb18030"))
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass
    return safe_name(member.filename)


def _refused(why: str) -> InvalidInput:
    return InvalidInput(f"the zip is refused: {why}", field="file", key=f"library.zip_{why}")
