"""Printed characters made ordinary: full width, radicals, dashes, micro signs, superscripts. Meaning never changes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# PDF fonts give radicals for characters; these have no compatibility form in Unicode.
_RADICALS = str.maketrans(
    "⺟⺠⻄⻅⻆⻉⻋⻓⻔⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⺝⻘⻐⻔⻤⻘⻡⻙⻱⺫⺮⺶⺼⻖⺍",
    "母民西见角贝车长门韦页风飞食马骨鬼鱼鸟麦黄齐齿龙月青钅门鬼青首韦龟罒竹羊月阝小",
)
_VARIANTS = str.maketrans("黃淸靑硏", "黄清青研")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = re.compile(r"([0-9)])([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)")
_KEPT = {"²", "³", "±", "×", "℃", "·", "°", "…"}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-") | dict.fromkeys("～〜∼", "~") | {"﹤": "<", "﹥": ">"})
_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_SET_APART = re.compile(r"(?<![\u3400-\u9fff])[\u3400-\u9fff](?: [\u3400-\u9fff](?![\u3400-\u9fff]))+")


@lru_cache(maxsize=16384)
def mend(text: str) -> str:
    """The text in ordinary characters: half width, one kind of dash, of micro sign and of "≤", single gaps, trimmed.

    A power of ten becomes "10^9"; "²" and "³" of an area or volume stay. Chinese marks of the sentence stay Chinese.
    """
    text = _RAISED.sub(_power, text.translate(_RADICALS).translate(_VARIANTS))
    out = "".join(_plain(c) for c in text).translate(_DASHES)
    out = out.replace("<=", "≤").replace(">=", "≥").replace("≦", "≤").replace("≧", "≥").replace("⩽", "≤")
    return _BLANK.sub(" ", out.replace("⩾", "≥")).strip()


def _power(found: re.Match[str]) -> str:
    raised = found.group(2).translate(_SUPERSCRIPTS)
    before = found.string[max(0, found.start() - 1) : found.start() + 1]
    if before.endswith("10") or len(raised) > 1:
        return f"{found.group(1)}^{raised}"
    return found.group()


def _plain(char: str) -> str:
    if char < "\x80" or char in _KEPT or char in "、。，；？！“”":
        return {"，": ",", "；": ";", "！": "!"}.get(char, char)
    return unicodedata.normalize("NFKC", char)


def closed(text: str) -> str:
    """Chinese words set apart letter by letter put together: "项 目" → "项目"; "表面抗原 阴性" stays two words."""
    return _SET_APART.sub(lambda m: m.group().replace(" ", ""), text)


def display_width(text: str) -> int:
    """Columns a monospaced printer needs: two for a Chinese character, one for others."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


_DIGIT_LIKE = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1"})
_LETTER_INSIDE = re.compile(r"(?<=[0-9.])[OoQlI|](?=[0-9.])")
_LETTER_AT_AN_END = re.compile(r"^[OoQlI|](?=[0-9.])|(?<=[0-9.])[OoQlI|]$")


def mend_digits(text: str) -> tuple[str, bool]:
    """Letters that look like digits inside a number, and whether the number is sure.

    Between two digits a letter can only be a digit; at either end it may be an arrow or a unit: mended but not sure.
    """
    inside = _LETTER_INSIDE.sub(lambda m: m.group().translate(_DIGIT_LIKE), text)
    ends = _LETTER_AT_AN_END.sub(lambda m: m.group().translate(_DIGIT_LIKE), inside)
    return ends, ends == inside
