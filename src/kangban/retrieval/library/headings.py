"""Lines that head a part of a book, an insert or a leaflet, and how deep they stand."""

from __future__ import annotations

import re

import msgspec

from kangban.kernel.patterns import lazy_pattern

_CN = "一二三四五六七八九十百零〇\\d"
# Each with its depth; the first that fits wins. Text behind a bracketed heading belongs to the part it opens.
_FORMS: tuple[tuple[re.Pattern[str], int], ...] = (
    (lazy_pattern(rf"(?P<head>第[{_CN}]{{1,5}}[编篇部]分?(?:[\s　:：]\S.{{0,40}})?)$"), 1),
    (lazy_pattern(rf"(?P<head>第[{_CN}]{{1,5}}章(?:[\s　:：]?\S.{{0,40}})?)$"), 2),
    (lazy_pattern(r"(?P<head>(?:Part|Chapter|Appendix)\s+[\dIVXA-Z]{1,5}\b.{0,60})$"), 2),
    (lazy_pattern(rf"(?P<head>第[{_CN}]{{1,5}}节(?:[\s　:：]?\S.{{0,40}})?)$"), 3),
    (lazy_pattern(r"(?P<head>[【〖\[][^】〗\]\d]{1,20}[】〗\]])\s*(?P<rest>.*)$"), 4),
    (lazy_pattern(r"(?P<head>[一二三四五六七八九十]{1,3}、.{1,38})$"), 4),
    (lazy_pattern(r"(?P<head>[（(][一二三四五六七八九十]{1,3}[)）].{1,38})$"), 5),
    (lazy_pattern(r"(?P<head>\d{1,2}(?:\.\d{1,2}){1,3}[\s　]+[\u3400-\u9fffA-Za-z].{0,50})$"), 5),
)
_MARKDOWN = lazy_pattern(r"(?P<marks>#{1,6})\s+(?P<head>\S.{0,120})$")
_ENDS = tuple("。；;！!？?，,、…")
_DEEPEST = 6


class HeadingLine(msgspec.Struct, frozen=True):
    """A heading at a depth from 1, and what stands behind it on its line."""

    depth: int
    text: str
    rest: str = ""


def heading_of(line: str) -> HeadingLine | None:
    """The heading a line is, or None."""
    bare = line.strip()
    if marked := _MARKDOWN.match(bare):
        return HeadingLine(len(marked["marks"]), marked["head"].strip(" #"))
    for form, depth in _FORMS:
        found = form.match(bare)
        if found is None:
            continue
        rest = found.groupdict().get("rest") or ""
        if not rest and bare.endswith(_ENDS):
            continue  # a numbered sentence, not a heading
        return HeadingLine(depth, found["head"].strip("【】〖〗[] 　"), rest.strip())
    return None


class Trail:
    """The headings one stands under while reading on."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, heading: HeadingLine) -> None:
        """Go under a heading; those as deep or deeper are left."""
        self._open = [one for one in self._open if one[0] < heading.depth]
        self._open.append((heading.depth, heading.text))
        self._open = self._open[-_DEEPEST:]

    @property
    def path(self) -> str:
        """The way down, e.g. "第一章 感冒 › 治疗"."""
        return " › ".join(text for _, text in self._open)
