"""Numbers as people write them: 3, 3.5, 三, 两, 半, 十二, 一百二, 三十九度五."""

from __future__ import annotations

import re

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_ENGLISH = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "half": 0.5, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3,
    "several": 3,
}  # fmt: skip

CN = "零〇一二两俩三四五六七八九十百千半"
NUMBER = rf"(?:\d+(?:\.\d+)?|[{CN}]+)"
EN_NUMBER = (
    r"(?:\d+(?:\.\d+)?|a couple of|couple of|a few|half an?|half|"
    + "|".join(w for w in _ENGLISH if " " not in w and w != "half")
    + ")"
)


def number(text: str) -> float | None:
    """Read one number; None when it is none. 几 is unknown and read as three."""
    text = text.strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if text in ("half a", "half an"):
        return 0.5
    if text in _ENGLISH:
        return float(_ENGLISH[text])
    return _chinese(text) if text and all(c in CN or c == "万" for c in text) else None


def _chinese(text: str) -> float | None:
    if text == "半":
        return 0.5
    half = 0.5 if text.endswith("半") else 0.0
    body = text.removesuffix("半")
    total, current, last_scale = 0, 0, 1
    for char in body:
        if char in _DIGITS:
            current = current * 10 + _DIGITS[char] if last_scale == 0 else _DIGITS[char]
        elif char in _SCALES:
            total += max(current, 1) * _SCALES[char]
            current, last_scale = 0, _SCALES[char]
        else:
            return None
    # 一百二 is 120, but 一百零二 is 102.
    if current and last_scale >= 100 and "零" not in body and body[-1] in _DIGITS and body[-2] in _SCALES:
        current *= last_scale // 10
    return float(total + current) + half
