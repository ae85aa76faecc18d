"""Zip files: what is in them is counted before anything is unpacked, and counted again while it is."""

from __future__ import annotations

import io
import zipfile
import zlib
from itertools import pairwise

from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.settings import ReaderSettings

MOST_FILES = 1000  # entries of any kind
_MOST_RATIO = 120  # unpacked over packed; text of a report reaches about 30
_SMALL = 1024 * 1024  # below this a high ratio harms nobody
_UNPACKED = 4  # times the largest file taken


def checked(content: bytes, settings: ReaderSettings) -> zipfile.ZipFile:
    """The archive; raises InvalidInput for a locked or broken one, a bomb, or one with too many entries."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise refused("broken") from error
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise refused("too_many_files")
    if any(one.flag_bits & 1 for one in entries):
        raise refused("encrypted")
    if sum(one.file_size for one in entries) > _most(settings):
        raise refused("bomb")
    if any(one.file_size > max(_SMALL, _MOST_RATIO * one.compress_size) for one in entries):
        raise refused("bomb")
    spans = sorted((one.header_offset, one.compress_size) for one in entries)
    # Entries that share their bytes unpack to many times the file.
    if any(begin + size > after for (begin, size), (after, _) in pairwise(spans)):
        raise refused("bomb")
    return archive


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, settings: ReaderSettings) -> bytes:
    """One entry, never more bytes than it said it has; raises InvalidInput for a lying or damaged one."""
    most = min(entry.file_size, _most(settings))
    try:
        with archive.open(entry) as file:
            content = file.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError) as error:
        raise refused("broken") from error
    if len(content) > most:
        raise refused("bomb")
    return content


def name_of(entry: zipfile.ZipInfo) -> str:
    """The last part of an entry's name; names written by Chinese Windows without a mark are GB 18030."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = entry.filename
    return "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())[:120]


def _most(settings: ReaderSettings) -> int:
    return _UNPACKED * settings.megabytes * 1024 * 1024
