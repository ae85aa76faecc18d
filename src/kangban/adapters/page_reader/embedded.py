"""Photographs put into a PDF as they came from the camera: what they tell beside their pixels is blanked."""

from __future__ import annotations

import re

_PICTURE = re.compile(rb"stream\r?\n(?=\xff\xd8\xff)")
_TOLD = frozenset({0xE1, 0xED, 0xFE})  # APP1 (Exif, XMP), APP13 (Photoshop, IPTC), a comment
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN, _END = 0xDA, 0xD9


def without_told(content: bytes) -> bytes:
    """The PDF with those segments of its JPEG streams full of zeros; every length and offset stays.

    A reader of PDF files turns no picture by its Exif, so it looks the same. Streams packed a second time are not
    looked into.
    """
    made = bytearray(content)
    for found in _PICTURE.finditer(content):
        _blank(made, found.end())
    return bytes(made)


def _blank(made: bytearray, start: int) -> None:
    at = start + 2
    while at + 4 <= len(made) and made[at] == 0xFF:
        marker = made[at + 1]
        if marker in _STANDALONE or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(made[at + 2 : at + 4], "big")
        if marker in (_SCAN, _END) or length < 2 or at + 2 + length > len(made):
            return
        if marker in _TOLD:
            made[at + 4 : at + 2 + length] = bytes(length - 2)
        at += 2 + length
