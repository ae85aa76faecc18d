"""Where Latin words stand, so that English patterns do not walk through Chinese text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LETTER = re.compile(r"[A-Za-z]")
Parts = list[tuple[int, int]]  # [start, end) of Latin stretches
_PART = re.compile(r"[\x20-\x7e\u00c0-\u024f\n]{4,}")


def latin_parts(text: str) -> Parts:
    """[start, end) of every stretch of at least four such characters that holds a letter."""
    return [part.span() for part in _PART.finditer(text) if _LETTER.search(part.group())]


def finds(pattern: re.Pattern[str], text: str, parts: Parts) -> Iterator[re.Match[str]]:
    """Every match within the parts."""
    for start, end in parts:
        yield from pattern.finditer(text, start, end)
