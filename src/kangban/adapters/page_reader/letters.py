"""Characters mended the same way wherever they come from a file and not from a photograph."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_RADICALS = ((0x2E80, 0x2FDF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
_WIDE = (0xFF01, 0xFF5E)
_LIGATURES = (0xFB00, 0xFB06)
# Radicals Unicode gives no decomposition, as PDF writers put them for the ordinary character.
_BARE_RADICALS = str.maketrans(
    "⺟⺠⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻩⻬⻮⻰⻳⺝⺫⻄⻙⻨",
    "母民见角贝车长门青页风飞食马骨鬼鱼鸟黄齐齿龙龟月目西韦麦",
)
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def mended(text: str) -> str:
    """Radicals as the characters they stand for, full-width letters, digits and brackets as ordinary ones.

    Full-width commas, colons and the like between Chinese words stay; soft hyphens and zero-width marks go.
    """
    return "".join(_one(c) for c in text)


def raised(text: str) -> str:
    """Digits and signs set above the line, as such."""
    return text.translate(_RAISED)


@lru_cache(maxsize=4096)
def _one(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return character
    if character in "\u00ad\u200b\u200c\u200d\u2060\ufeff":
        return ""
    if unicodedata.category(character) == "Zs":
        return " "
    if any(low <= code <= high for low, high in _RADICALS):
        return unicodedata.normalize("NFKC", character).translate(_BARE_RADICALS)
    if _LIGATURES[0] <= code <= _LIGATURES[1]:
        return unicodedata.normalize("NFKC", character)
    if _WIDE[0] <= code <= _WIDE[1] and character not in "，：；！？":
        return unicodedata.normalize("NFKC", character)
    return character


def is_garbled(text: str) -> bool:
    """Whether a text layer does not say what the page shows: glyphs without Unicode, or bytes in a wrong code page."""
    shown = [c for c in text if not c.isspace()]
    if not shown:
        return False
    strange = sum(c == "\ufffd" or unicodedata.category(c) in ("Co", "Cc", "Cn", "Cs") for c in shown)
    if strange > 0.05 * len(shown) or text.count("(cid:") >= 3:
        return True
    # GB bytes read as Latin-1 are pairs of accented letters and signs, with hardly a plain letter between them.
    latin = "".join(c for c in shown if "\xa1" <= c <= "\xff")
    if len(latin) < 8 or len(latin) < 0.3 * len(shown):
        return False
    try:
        chinese = latin.encode("latin-1").decode("gbk")
    except UnicodeDecodeError:
        return True
    return sum("一" <= c <= "鿿" for c in chinese) >= 0.3 * len(chinese)
