"""Reference ranges as printed: two-sided, one-sided, for one sex, in words."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from kangban.clinical.person import Sex
from kangban.perception.reports.characters import mend, mend_digits
from kangban.perception.reports.units import read_unit

SexRange = tuple[Sex, float | None, float | None]
_N = r"[+-]?[0-9OoQlI|]+(?:[.,][0-9OoQlI|]+)*"
_TO = r"\s*(?:-(?:\s*-){0,2}|~\s*~?|-~|至|到|to|一{1,2})\s*"
_BOTH = re.compile(rf"(?P<low>{_N}){_TO}(?P<high>{_N})")
_ONE = re.compile(
    rf"(?P<mark><|>|≤|≥|小于等于|大于等于|不超过|小于|大于|低于|高于|up to)\s*=?\s*(?P<n>{_N})", re.IGNORECASE
)
_BELOW = {"<", "≤", "小于", "小于等于", "低于", "不超过", "up to"}
_SEX: dict[str, Sex] = {"男": "male", "女": "female", "m": "male", "f": "female", "male": "male", "female": "female"}
_BY_SEX = re.compile(
    r"(?P<sex>男|女|(?<![a-z])(?:female|male)(?![a-z])|(?<![a-z/%])[mf](?=\s*[::)(]|\s+[\d<>≤≥]|$))性?\s*[::]?\s*",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"^\(?(?:阴性|阳性|正常|未见|未检出|无|淡?黄色?|清亮?|透明|黄褐色?|软便?|neg(?:ative)?|non-?reactive|normal|clear|yellow|absent"
    r"|not detected|nil|-|\(-\)|±|\+)\)?(?:\s*(?:\(-\)|\(\+\)|或弱?阳性|或微量|或±|~弱阳性|[~-]\s*±))*$",
    re.IGNORECASE,
)
# A range for a phase or an age holds only for whom we do not know to be in it.
_CONDITION = re.compile(r"期|孕|绝经|岁|月|周|天|儿|phase|weeks?|years?", re.IGNORECASE)
_PARTED = re.compile(r"(?<=[\d.])\s+(?=[\d.])")
_LONGEST = 400


class RangeRead(msgspec.Struct, frozen=True):
    """Limits as numbers, None for an open side; `unit` is one printed inside the range.

    `sure` is false where the text has more than the limits (ages, phases, two ranges) or cannot be read.
    """

    text: str
    low: float | None = None
    high: float | None = None
    by_sex: tuple[SexRange, ...] = ()
    unit: str = ""
    sure: bool = True
    decimals: int = 0


@lru_cache(maxsize=8192)
def read_range(text: str) -> RangeRead:
    """Read a whole cell; a cell that is empty, or in words only ("阴性"), is sure and has no limits."""
    shown = mend(text)[:_LONGEST]
    bare = shown
    while len(bare) > 2 and bare[0] in "([{【" and bare[-1] in ")]}】" and not _WORDS.match(bare):
        bare = bare[1:-1].strip()
    if not bare or _WORDS.match(bare) or re.fullmatch(r"-{1,4}|/+", bare):
        return RangeRead(shown)
    if _BY_SEX.search(bare):
        return _for_each_sex(shown, bare)
    limits = _limits(bare)
    if limits is None and _PARTED.search(bare):
        # "6.5~1 2.0": a digit the reader set apart. Two limits with as many decimals each say so together,
        # but a lone one before them may be an arrow.
        whole = _PARTED.sub("", bare)
        closed, both = _limits(whole), _BOTH.fullmatch(whole)
        alike = both is not None and number_of(both["low"])[2] == number_of(both["high"])[2]
        alike = alike and not re.match(r"[1lIT|] ", bare)
        limits = (*closed[:3], closed[3] and alike, closed[4]) if closed else None
    if limits is None:
        wordy = not any(c.isdigit() for c in bare)
        return RangeRead(shown, sure=wordy and bool(re.search(r"[\u4e00-\u9fff]{2}|[a-z]{4}", bare, re.IGNORECASE)))
    low, high, unit, sure, decimals = limits
    return RangeRead(shown, low, high, (), unit, sure, decimals)


def is_range(text: str) -> bool:
    """Whether a cell is certainly a range of two numbers, or ranges for the sexes."""
    read = read_range(text)
    return bool(read.by_sex) or (read.low is not None and read.high is not None)


def _for_each_sex(shown: str, bare: str) -> RangeRead:
    """As "男:130-175 女:115-150" or "130-175(男) 115-150(女)"; a rest that is not understood makes it unsure."""
    found = list(_BY_SEX.finditer(bare))
    after = not bare[: found[0].start()].strip(" (;,:")
    out: list[SexRange] = []
    sure, unit, decimals = True, "", 0
    for i, mark in enumerate(found):
        start, end = (mark.end(), found[i + 1].start() if i + 1 < len(found) else len(bare))
        if not after:
            start, end = (found[i - 1].end() if i else 0), mark.start()
        limits = _limits(bare[start:end].strip(" ;,/、。()[]:|"))
        if limits is None:
            sure = False
            continue
        out.append((_SEX[mark["sex"].lower()], limits[0], limits[1]))
        unit, sure, decimals = unit or limits[2], sure and limits[3], max(decimals, limits[4])
    sexes = [sex for sex, _, _ in out]
    if not after and bare[found[-1].end() :].strip(" )];,。"):
        sure = False
    if len(set(sexes)) != len(sexes):
        return RangeRead(shown, sure=False)
    return RangeRead(shown, by_sex=tuple(out), unit=unit, sure=sure and bool(out), decimals=decimals)


def _limits(text: str) -> tuple[float | None, float | None, str, bool, int] | None:
    """Low, high, unit inside, sure, decimals; None where there are no limits."""
    both = _BOTH.search(text)
    if both:
        low, sure_low, tens = number_of(both["low"])
        high, sure_high, more = number_of(both["high"])
        if low is None or high is None or low > high:
            return None
        before, rest = text[: both.start()].strip(" :("), text[both.end() :].strip(" )")
        if _BOTH.search(rest) or _ONE.search(rest):
            return None
        unit = _unit_of(rest)
        # A digit set apart ("0--30 0") may belong to the limit.
        if _CONDITION.search(before) or _digit_apart(before, rest):
            return None
        # "-3.0--1.0" may end at 1.0 or at -1.0.
        before += "-" if low < 0 and "--" in both.group().replace(" ", "") else ""
        sure = sure_low and sure_high and not before and (not rest or bool(unit))
        return low, high, unit, sure, max(tens, more)
    one = _ONE.search(text)
    if not one:
        return None
    limit, sure, tens = number_of(one["n"])
    if limit is None:
        return None
    before, rest = text[: one.start()].strip(" :("), text[one.end() :].strip(" )")
    if _digit_apart(before, rest):
        return None
    unit = _unit_of(rest)
    sure = sure and not before and (not rest or bool(unit))
    return (None, limit, unit, sure, tens) if one["mark"].lower() in _BELOW else (limit, None, unit, sure, tens)


def _digit_apart(before: str, rest: str) -> bool:
    return before[-1:].isdigit() or (rest[:1].isdigit() and not _unit_of(rest))


def _unit_of(rest: str) -> str:
    read = read_unit(rest) if rest else None
    return read[0] if read and read[1] else ""


_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def number_of(text: str) -> tuple[float | None, bool, int]:
    """A printed number, whether it is sure, and how many decimals it has; "1,234" is one thousand."""
    mended, sure = mend_digits(text.replace(" ", ""))
    plain = mended.replace(",", "") if _THOUSANDS.fullmatch(mended) else mended
    if not re.fullmatch(r"[+-]?\d{1,12}(?:\.\d{1,8})?", plain):
        return None, False, 0
    return float(plain), sure, len(plain.partition(".")[2])
