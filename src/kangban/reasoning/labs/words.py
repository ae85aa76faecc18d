"""Results that are words: negative, trace, positive; and what a range in words expects."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Grade = Literal["negative", "trace", "positive"]

# Compared with every blank and bracket taken out.
_NEGATIVE = re.compile(
    r"^(?:阴性?-*|未检出|未检测到|未见(?:异常)?|未查见|未找到|未发现|无|没有"
    r"|neg(?:ative)?|non-?reactive|notdetected|absent|none|nil|notseen|nd|-+)$"
)
_TRACE = re.compile(
    r"^(?:±|\+/?-|-/\+|弱阳性?[±+]?|可疑|灰区|trace|tr|weak(?:ly)?positive|equivocal|borderline|indeterminate)$"
)
_POSITIVE = re.compile(
    r"^(?:阳性?\+{0,4}|强阳性?\+{0,4}|检出|查见|可见|见到|找到|发现|有|少量|少许|偶见|中量|大量"
    r"|pos(?:itive)?|reactive|detected|present|few|moderate|many|\+{1,4}|[1-4]\+|\+[1-4])$"
)
_GRADES: tuple[tuple[re.Pattern[str], Grade], ...] = (
    (_NEGATIVE, "negative"),
    (_TRACE, "trace"),
    (_POSITIVE, "positive"),
)
_BRACKETS = str.maketrans("", "", "()（）[]【】 ")
_SIMPLE = str.maketrans("陰陽黃無檢見紅綠", "阴阳黄无检见红绿")
_SPLIT = re.compile(r"[/、,，;；或~～]|\bor\b|\bto\b|至|-(?=[\u3400-\u9fff])")


@lru_cache(maxsize=4096)
def plain_words(text: str) -> str:
    """A result in words for comparison: one width, lower case, no brackets or blanks."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("−", "-").replace("—", "-").replace("一", "-")
    return folded.translate(_SIMPLE).translate(_BRACKETS).strip(".:：↑↓*")


@lru_cache(maxsize=4096)
def grade_of(text: str) -> Grade | None:
    """Negative, trace or positive; None where the words say none of these.

    A number behind the word does not change it ("阴性(0.02)", "1+(0.3g/L)").
    """
    said = plain_words(text)
    for pattern, grade in _GRADES:
        if pattern.match(said):
            return grade
    headed = re.match(
        r"^(弱阳性?|阴性?|阳性?|negative|positive|[1-4]\+|\+{1,4}|\+-|±|-)(?=[\d<>.=])", said.replace("+/-", "+-")
    )
    return grade_of(headed[1]) if headed else None


def expected_words(range_text: str) -> tuple[str, ...]:
    """The words a printed range allows: "阴性", "淡黄色/黄色" → each; empty where the range is numbers or nothing."""
    text = unicodedata.normalize("NFKC", range_text).strip()
    if not text or re.search(r"\d\s*[-~～]\s*\d|[<>≤≥]\s*\d", text):
        return ()
    whole = plain_words(text)
    if grade_of(whole) is not None:
        return (whole,)
    return tuple(w for w in (plain_words(p) for p in _SPLIT.split(text)) if w)
