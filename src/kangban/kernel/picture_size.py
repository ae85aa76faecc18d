"""How large a PNG or JPEG is, by its header alone: nothing is unpacked."""

from __future__ import annotations

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})  # JPEG marks without a length


def picture_size(content: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels as stored, EXIF not looked at; None for anything else or a broken header."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR" and len(content) >= 24:
        found = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
        return found if min(found) > 0 else None
    return _jpeg(content) if content.startswith(b"\xff\xd8") else None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        mark = content[at + 1]
        if mark in _FRAMES:
            high, wide = (int.from_bytes(content[at + n : at + n + 2], "big") for n in (5, 7))
            return (wide, high) if wide and high else None
        if mark == 0xFF:  # a sign that fills
            at += 1
        elif mark in _ALONE:
            at += 2
        else:
            length = int.from_bytes(content[at + 2 : at + 4], "big")
            if length < 2:
                return None
            at += 2 + length
    return None
