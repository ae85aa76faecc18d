"""The text between headings."""

from __future__ import annotations

from kangban.clinical.insert import Section
from kangban.perception.inserts.headings import find_headings


def find_sections(source: str) -> tuple[Section, ...]:
    """Sections in order; words before the first heading are the preface, a text without headings is all preface."""
    headings = find_headings(source)
    found: list[Section] = []
    first = headings[0].start if headings else len(source)
    start, end = _trimmed(source, 0, first)
    if end > start:
        found.append(Section("", "preface", source[start:end], (start, end), (start, start)))
    for at, one in enumerate(headings):
        stop = headings[at + 1].start if at + 1 < len(headings) else len(source)
        start, end = _trimmed(source, one.end, stop)
        found.append(Section(one.name, one.key, source[start:end], (start, end), (one.start, one.end)))
    return tuple(found)


def _trimmed(source: str, start: int, end: int) -> tuple[int, int]:
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    return start, end
