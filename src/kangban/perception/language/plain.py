"""Plain text for matching, with a way back to the original character offsets."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from kangban.kernel.patterns import lazy_pattern

MOST_CHARACTERS = 200_000

_CJK = r"\u3400-\u9fff"
# Gaps, apostrophes inside a word (isn't is isnt, but i'll is not ill), and every way to say "can't".
_GAPS = lazy_pattern(
    rf"(?<=[{_CJK}])[\s\u200b-\u200f\ufeff]+(?=[{_CJK}])|[\u200b-\u200f\ufeff]+|(?<!\n)[^\S\n]{{2,}}"
    r"|(?P<cant>\b(?:can(?: ?no|['\u2018\u2019\u02bc\u0060\u00b4])t|could(?:n['\u2018\u2019\u02bc\u0060\u00b4]?| no)t|(?:unable|not able) to|(?:isn|wasn|aren)['\u2018\u2019]?t able to)\b)"
    r"|(?<=[a-z])['\u2018\u2019\u02bc\u0060\u00b4](?=[a-z])(?!(?:ll|re|d)\b)"
)
# No number, word or pause is this long; patterns that begin with one would cost its length squared.
_ENDLESS = lazy_pattern(r"\d{25,}|[零〇一二两俩三四五六七八九十百千半]{25,}|[a-z]{81,}|\n{41,}")


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    # Full width forms, CJK radicals (PDF text holds ⻔ for 门) and compatibility forms that stay one character.
    for start, end in (
        (0xFF01, 0xFF5F),
        (0x2E80, 0x2FE0),
        (0x3000, 0x3001),
        (0x2070, 0x20A0),
        (0x2460, 0x2474),
        (0xF900, 0xFB00),
        (0xFE50, 0xFE6C),
        (0xFF61, 0xFF66),
    ):
        for code in range(start, end):
            normal = unicodedata.normalize("NFKC", chr(code))
            if len(normal) == 1 and normal != chr(code):
                table[code] = normal
    table |= {0x2EA0: "民", 0x2ED4: "门", 0x2EC4: "西", 0x2EDB: "风", 0x2ECB: "车", 0x2ED8: "青", 0x2EE3: "鬼"}
    return table


_TABLE = _table()


class Plain(msgspec.Struct, frozen=True):
    """`text` is lower-case, half-width, without gaps inside Chinese and apostrophes; `back` maps its offsets (None = the same)."""

    text: str
    original: str
    back: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of a plain [start, end)."""
        if self.back is None:
            return start, end
        return self.back[start], self.back[end - 1] + 1 if end > start else self.back[start]


def plain(text: str) -> Plain:
    """Make text plain. A character stays one, but gaps and apostrophes go, and "cannot" and its like are "cant"."""
    lowered = text.translate(_TABLE)
    folded = lowered.lower()
    if len(folded) != len(lowered):  # İ and its like grow when lowered
        folded = "".join(c.lower() if len(c.lower()) == 1 else c for c in lowered)
    folded = _ENDLESS.sub(lambda run: "\ufffd" * len(run.group()), folded)
    if _GAPS.search(folded) is None:
        return Plain(folded, text, None)
    back: list[int] = []
    parts: list[str] = []
    at = 0
    for gap in _GAPS.finditer(folded):
        parts.append(folded[at : gap.start()])
        back += range(at, gap.start())
        at = gap.end()
        if gap["cant"]:
            parts.append("cant")
            back += (gap.start(), gap.start() + 1, gap.start() + 2, gap.end() - 1)
        elif _parts_words(folded, gap):
            parts.append(" ")
            back.append(gap.start())
    parts.append(folded[at:])
    back += range(at, len(folded))
    return Plain("".join(parts), text, tuple(back))


def _parts_words(text: str, gap: re.Match[str]) -> bool:
    """Whether a gap stands for punctuation, and not inside a word: 布 洛 芬 is one word, 双侧脉搏不对称 大汗 are two."""
    if not any(c.isspace() for c in gap.group()):
        return False
    before, after = gap.start(), gap.end()
    if before == 0 or after >= len(text):
        return False
    if not ("\u3400" <= text[before - 1] <= "\u9fff" and "\u3400" <= text[after] <= "\u9fff"):
        return True
    lonely_before = before < 2 or text[before - 2].isspace()
    lonely_after = after + 1 >= len(text) or text[after + 1].isspace()
    return not (lonely_before or lonely_after)


def is_word(char: str) -> bool:
    """Whether a character continues a Latin word."""
    return char.isascii() and char.isalnum()
