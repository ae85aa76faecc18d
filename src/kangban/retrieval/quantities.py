"""Numbers with units in a sentence, Chinese or English, in one base per dimension, with their bound."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from kangban.kernel.patterns import lazy_pattern

Bound = Literal["up", "down", ""]

_CN = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_EN = {
    "half": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "once": 1, "twice": 2, "a": 1, "an": 1, "double": 2,
}  # fmt: skip
_NUM = r"(?:\d+(?:,\d{3})+|\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千半]+|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"

# Unit words → (dimension, factor to the base: mg, mL, IU, %, hours, years of age, kg, ℃ …). The first that fits wins.
_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"(?:mg|毫克)\s*(?:/|每|per\s+)\s*(?:kg|公斤|千克)", "mg/kg", 1.0),
    (r"(?:ml|毫升)\s*(?:/|per\s+)\s*(?:kg|公斤|千克)", "ml/kg", 1.0),
    (r"mmol\s*/\s*l|毫摩尔(?:/升|每升)", "mmol/l", 1.0),
    (r"[uµμ]mol\s*/\s*l|微摩尔(?:/升|每升)", "umol/l", 1.0),
    (r"mg\s*/\s*dl", "mg/dl", 1.0),
    (r"mg\s*/\s*l", "mg/l", 1.0),
    (r"g\s*/\s*l|克/升", "g/l", 1.0),
    (r"(?:n|p)g\s*/\s*ml", "ng/ml", 1.0),
    (r"(?:iu|u)\s*/\s*l|单位/升", "u/l", 1.0),
    (r"(?:x|×|\*)?\s*10\s*(?:\^|\*\*)?\s*(?:9|12)\s*/\s*l", "cells", 1.0),
    (r"ml\s*/\s*min(?:\s*/\s*1\.73\s*m(?:2|²))?", "ml/min", 1.0),
    (r"mm\s*hg|毫米汞柱", "mmhg", 1.0),
    (r"kg\s*/\s*m(?:2|²)", "kg/m2", 1.0),
    (r"(?:次\s*/\s*分|次每分|bpm|beats per minute|/\s*min)", "bpm", 1.0),
    (r"℃|°c|摄氏度|度|degrees?(?: c(?:elsius)?)?", "cel", 1.0),
    (r"°f|℉|degrees? f(?:ahrenheit)?", "fahr", 1.0),
    (r"%|％|percent|成(?=的?(?:人|病|患))", "%", 1.0),
    (r"kg|公斤|千克|kilograms?|kilos?", "kg", 1.0),
    (r"斤", "kg", 0.5),
    (r"mg|毫克|milligrams?", "mg", 1.0),
    (r"[uµμ]g|mcg|微克|micrograms?", "mg", 0.001),
    (r"g(?![a-z])|克|grams?", "mg", 1000.0),
    (r"ml|毫升|millilit(?:er|re)s?|cc", "ml", 1.0),
    (r"万\s*(?:单位|iu|u)", "iu", 10000.0),
    (r"iu|国际单位|单位|units?", "iu", 1.0),
    (r"l(?![a-z])|升(?!高)|lit(?:er|re)s?", "ml", 1000.0),
    (r"(?:周岁|岁)(?:半)?|years?[\s-]*old|y/?o\b|years? of age", "age", 1.0),
    (r"个?月(?=大|龄|的?宝宝|的?婴儿|以[下上内]的?婴)|months?[\s-]*old|months? of age", "age", 1 / 12),
    (r"分钟|minutes?|mins?\b", "time", 1 / 60),
    (r"个?(?:小时|钟头)|hours?|hrs?\b|h(?![a-z])", "time", 1.0),
    (r"天|日(?!本)|days?", "time", 24.0),
    (r"个?(?:周(?!岁)|星期|礼拜)|weeks?|wks?\b", "time", 168.0),
    (r"个?月|months?", "time", 720.0),
    (r"年(?!龄|代)|years?", "time", 8760.0),
    (r"(?:片半|片|粒|袋|包|支|丸|颗|枚|滴|揿|喷|吸|瓶|盒|板|把)|tablets?|tabs?|pills?|capsules?|caps\b|sachets?|puffs?|drops?|bottles?|boxes", "unit", 1.0),
    (r"次|回|遍|times?", "times", 1.0),
    (r"倍|-?fold|times (?:the|as)", "fold", 1.0),
)  # fmt: skip
_UNIT = "|".join(f"(?P<u{n}>{pattern})" for n, (pattern, _, _) in enumerate(_UNITS))
_QUANTITY = lazy_pattern(
    rf"(?<![a-z\d.零〇一二两三四五六七八九十百千半])(?P<low>{_NUM})\s*(?:(?:mg|g|ml|毫克|克|片|岁|小时|天|周|℃|度|%|hours?|days?|years?)?\s*(?:[-–—~～至到]|\bto\b|\bor\b|或)\s*(?P<high>{_NUM})\s*)?(?:[多余来]\s*)?-?\s*(?:{_UNIT})"
    r"|(?<![a-z\d.])(?P<alone>\d+(?:\.\d+)?(?:\s*[-–—~～至到/]\s*\d+(?:\.\d+)?)?)(?![\d.]*\d|[a-z])"
    r"|\b(?P<word>twice|thrice)\b|(?P<half>半)(?=[片粒袋包支丸])"
)
# "not above 20" is no lower bound, "不少于" no upper one: said before the plain words are looked for.
_NOT_ABOVE = lazy_pattern(
    r"(?:(?:not|never|nor)\s+(?:be\s+)?(?:above|over|beyond)|(?:没有?|未)超过)\s*(?:\S{0,2}|[a-z]{2,12}\s*)$"
)
# Of ages the same words name who is left out: "not over 18" is not for those over 18.
_LEFT_OUT = lazy_pattern(r"\b(?:not|nor)\s+over\s*$")
_MONTH = 720.0
_NOT_BELOW = lazy_pattern(r"(?:no less than|not less than|不(?:少于|低于|小于|短于))\s*(?:\S{0,2}|[a-z]{2,12}\s*)$")
_UP = lazy_pattern(
    r"(?:满|≥|>|＞|⩾|超过|大于|高于|多于|至少|起码|最少|over|above|at least|older than|more than|greater than|exceed(?:s|ing)?|from|minimum|⩾)\s*(?:\S{0,2}|[a-z]{2,12}\s*)$"
)
_DOWN = lazy_pattern(
    r"(?:未满|不满|不足|<|＜|≤|不超过|不要超过|不能超过|别超过|不得超过|不可超过|最多|至多|最大|小于|低于|少于|不到|under|below|less than|at most|no more than|not exceed(?:ing)?|up to|younger than|maximum(?: of)?|max|within|not more than|never more than|fewer than)\s*(?:\S{0,2}|[a-z]{2,12}\s*)$"
)
_UP_AFTER = lazy_pattern(
    r"^\s*(?:\)|）)?(?:或|及|和|以)?(?:以上|及以上|起|and (?:over|above|up|older)|or (?:more|older|over|above)|\+)"
)
_DOWN_AFTER = lazy_pattern(
    r"^\s*(?:或|及|和|以)?(?:以下|以内|之内|内(?!部|科)|or (?:less|younger|under|below)|and under)"
)


class Quantity(msgspec.Struct, frozen=True):
    """`low` ≤ `high` in the base of `dim`; `raw` is the low number as written; dim "" = no unit."""

    start: int
    end: int
    low: float
    high: float
    dim: str
    bound: Bound
    raw: float
    raw_high: float
    ranged: bool = False  # written with two ends


def read_number(text: str) -> float | None:
    """Digits, English words, or Chinese numerals below 10 000; None when it is none."""
    word = text.strip().lower().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", word):
        return float(word)
    if word in _EN:
        return float(_EN[word])
    if word == "半":
        return 0.5
    total, current = 0.0, 0.0
    for char in word:
        if char in _CN:
            current = _CN[char]
        elif char in "十百千":
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            current = 0
        elif char == "半":
            current += 0.5
        else:
            return None
    return total + current


def _bound(text: str, start: int, end: int) -> Bound:
    before, after = text[max(0, start - 16) : start], text[end : end + 12]
    if _NOT_BELOW.search(before):
        return "up"
    if _NOT_ABOVE.search(before) or _DOWN.search(before) or _DOWN_AFTER.match(after):
        return "down"
    if _UP.search(before) or _UP_AFTER.match(after):
        return "up"
    return ""


def find_quantities(text: str) -> list[Quantity]:
    """Every number with a unit, and numbers without one; "一天" and "一次" say how often and are left out."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text
    found: list[Quantity] = []
    for match in _QUANTITY.finditer(lowered):
        one = _quantity(lowered, match)
        if one is not None:
            found.append(one)
    return found


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    start, end = match.span()
    bound = _bound(text, start, end)
    if match["word"]:
        value = 2.0 if match["word"] == "twice" else 3.0
        return Quantity(start, end, value, value, "times", bound, value, value)
    if match["half"]:
        return Quantity(start, end, 0.5, 0.5, "unit", bound, 0.5, 0.5)
    if match["alone"]:
        parts = [float(p) for p in re.split(r"\s*[-–—~～至到/]\s*", match["alone"])]
        if _LEFT_OUT.search(text[max(0, start - 12) : start]):
            bound = "up"
        return Quantity(start, end, parts[0], parts[-1], "", bound, parts[0], parts[-1], len(parts) > 1)
    low, high = read_number(match["low"]), read_number(match["high"] or match["low"])
    if low is None or high is None:
        return None
    at = next(n for n in range(len(_UNITS)) if match[f"u{n}"])
    _, dim, factor = _UNITS[at]
    unit = match[f"u{at}"]
    if (
        match["high"] is None
        and low == 1
        and (
            unit in ("天", "日", "次", "回", "day", "time", "遍")
            or (not match["low"][0].isdigit() and dim in ("time", "times"))
        )
    ):
        return None
    if "半" in unit:
        low, high = low + 0.5, high + 0.5
    ends = round(low * factor, 6), round(high * factor, 6)
    if _LEFT_OUT.search(text[max(0, start - 12) : start]) and (dim == "age" or (dim == "time" and ends[0] >= _MONTH)):
        bound = "up"
    return Quantity(start, end, *ends, dim, bound, low, high, match["high"] is not None)


def same(first: Quantity, second: Quantity) -> bool:
    """Whether a number says the same as a source's: the same amount or range, or an end of the source's range, within 0.4 %.

    An age alone is no end of an age range: "12" is not what "6 to 12" says.
    """
    if {first.dim, second.dim} == {"age", "time"}:  # "from 12 years" is an age in one text and a time in another
        first, second = _as_hours(first), _as_hours(second)
    if first.dim == second.dim:
        mine, ends = (first.low, first.high), (second.low, second.high)
    elif "" in (first.dim, second.dim):
        mine, ends = (first.raw, first.raw_high), (second.raw, second.raw_high)
    else:
        return False
    if first.ranged and _near(*mine) and not _near(*ends):
        return False  # "2 to 2" is not what "2 to 4" says
    years = first.dim == "age" or (first.dim == "time" and first.low >= 8760)
    if years and _near(*mine) and not _near(*ends) and not first.bound:
        return False
    return all(any(_near(x, y) for y in ends) for x in mine)


def _as_hours(one: Quantity) -> Quantity:
    if one.dim == "time":
        return one
    return msgspec.structs.replace(one, low=one.low * 8760, high=one.high * 8760, dim="time")


def _near(first: float, second: float) -> bool:
    return abs(first - second) <= 0.004 * max(abs(first), abs(second), 1e-6)
