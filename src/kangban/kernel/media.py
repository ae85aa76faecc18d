"""What kind of file some bytes are: told by the bytes alone, never by a name."""

from __future__ import annotations

import io
import zipfile

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNKNOWN = "application/octet-stream"

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
)
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_TEXT_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SEEN = 4096  # bytes looked at to tell text from anything else
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)


def sniff(content: bytes) -> str:
    """The media type by content: UNKNOWN for nothing known, "text/plain" for UTF-8, marked UTF-16 or GB 18030."""
    for magic, media_type in _MAGIC:
        if content.startswith(magic) and (magic != b"BM" or _is_bmp(content)):
            return DOCX if media_type == "application/zip" and _is_docx(content) else media_type
    if b"%PDF-" in content[:1024]:
        return "application/pdf"  # readers take a PDF with something before its header, so we do
    if content[:4] == b"RIFF" and content[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if content[8:12] == b"WEBP" else "audio/wav"
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:12] in _HEIC else "audio/mp4"
    return "text/plain" if _is_text(content) else UNKNOWN


def _is_bmp(content: bytes) -> bool:
    return len(content) > 18 and int.from_bytes(content[14:18], "little") in _BMP_HEADERS


def _is_docx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {"[Content_Types].xml", "word/document.xml"} <= set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def _is_text(content: bytes) -> bool:
    seen = content[:_SEEN]
    if seen.startswith(_TEXT_MARKS):
        return True
    if any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in seen):
        return False
    # The cut may fall inside a character: up to three bytes at its end are let go.
    return any(_decodes(seen, encoding, len(content) > _SEEN) for encoding in ("utf-8", "gb18030"))


def _decodes(seen: bytes, encoding: str, is_cut: bool) -> bool:
    for short in range(4 if is_cut else 1):
        try:
            seen[: len(seen) - short].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
