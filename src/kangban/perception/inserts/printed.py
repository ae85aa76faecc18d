"""Printed text without the marks of the printing: gaps, broken lines, full width and radicals, with a way back."""

from __future__ import annotations

import re
import unicodedata

import msgspec

# PDF fonts give radicals for characters; these have no compatibility form in Unicode.
_RADICALS = str.maketrans(
    "⺟⺠⻄⻅⻆⻉⻋⻓⻔⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⺝⻘", "母民西见角贝车长门韦页风飞食马骨鬼鱼鸟麦黄齐齿龙月青"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_GAP = re.compile(r"[\s\u200b-\u200f\ufeff]+")
# A line this long was broken by the page; a shorter one ended because its writer ended it.
_FULL_LINE = 16
_ENDS = "。；;：:！!？?】〗]）)、，,"


class Printed(msgspec.Struct, frozen=True):
    """`text` for matching; `back[i]` is where its character i stands in the source."""

    text: str
    back: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Source offsets of [start, end), which must not be empty."""
        return self.back[start], self.back[end - 1] + 1


def same_length(text: str) -> str:
    """Full width, radicals and capitals folded; every character stays one character in its place."""
    return "".join(_one(c) for c in text.translate(_RADICALS))


def _one(char: str) -> str:
    if char < "\x80":
        return char.lower()
    normal = unicodedata.normalize("NFKC", char).lower()
    return normal if len(normal) == 1 else char


def printed(source: str, start: int = 0, end: int | None = None) -> Printed:
    """Fold source[start:end]: gaps within Chinese go, also line breaks inside a full line; other gaps become one mark."""
    text = same_length(source[start:end])
    out: list[str] = []
    back: list[int] = []
    at = 0
    # A heading stands on the first line too.
    before = start - (source.rfind("\n", 0, start) + 1)
    for gap in _GAP.finditer(text):
        out += text[at : gap.start()]
        back += range(start + at, start + gap.start())
        mark = _instead(text, gap, before)
        if mark and out:
            out.append(mark)
            back.append(start + gap.start())
        at = gap.end()
    out += text[at:]
    back += range(start + at, start + len(text))
    return Printed("".join(out), tuple(back))


def _instead(text: str, gap: re.Match[str], indent: int) -> str:
    before, after = text[max(0, gap.start() - 1) : gap.start()], text[gap.end() : gap.end() + 1]
    if not before or not after:
        return ""
    latin = after.isascii() and after.isalnum() and not _HAN.match(before)
    joined = not latin and bool(_HAN.match(before) or _HAN.match(after) or before in _ENDS or after in _ENDS)
    if "\n" not in gap.group():
        wide = "\u3000" in gap.group() or len(gap.group()) > 3
        return "" if joined and not wide else " "
    if gap.group().count("\n") > 1:
        return "\n"
    first = text.rfind("\n", 0, gap.start()) + 1
    line = gap.start() - first + (0 if first else indent)
    if joined:
        return "" if line >= _FULL_LINE and before not in "。；;：:" else "\n"
    return " " if line >= 40 else "\n"
