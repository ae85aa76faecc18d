"""Dose words → amounts of an ingredient."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from kangban.kernel.numbers import number
from kangban.kernel.quantity import Amount, find_amount
from kangban.rules.catalogue import Named

_COUNT = re.compile(
    r"^\s*(?P<number>\d+\s*/\s*\d+|\d+(?:\.\d+)?(?:\s*[-–~～至到]\s*\d+(?:\.\d+)?)?|[一二两三四五六七八九十]?半|[一二两三四五六七八九十]+|half a|half|a|one|two|three)\s*"
    r"(?P<unit>片半|片|粒|袋|包|支|丸|颗|枚|瓶|揿|喷|滴|吸|块|贴|tablets?|tabs?|pills?|capsules?|caps?|sachets?|bags?|drops?|puffs?)\s*$",
    re.IGNORECASE,
)
_EN_NUMBER = {"half a": 0.5, "half": 0.5, "a": 1.0, "one": 1.0, "two": 2.0, "three": 3.0}
_UNIT_WORDS = {
    "tablet": "片", "tablets": "片", "tab": "片", "tabs": "片", "pill": "片", "pills": "片", "capsule": "粒", "capsules": "粒",
    "cap": "粒", "caps": "粒", "sachet": "袋", "sachets": "袋", "bag": "袋", "bags": "袋", "包": "袋", "颗": "粒",
    "drop": "滴", "drops": "滴", "puff": "揿", "puffs": "揿", "喷": "揿", "吸": "揿", "枚": "粒",
}  # fmt: skip


class Count(msgspec.Struct, frozen=True):
    """A number of units: 半片 → low = high = 0.5, unit 片."""

    low: float
    high: float
    unit: str


@lru_cache(maxsize=4096)
def find_count(text: str) -> Count | None:
    """Read "2片", "半片", "1/2片", "一片半", "1-2 tablets"; None when it is no count."""
    match = _COUNT.match(text)
    if match is None:
        return None
    unit = match["unit"].casefold()
    extra = 0.5 if unit == "片半" else 0.0
    unit = "片" if unit == "片半" else _UNIT_WORDS.get(unit, unit)
    low, high = _number(match["number"].casefold())
    # Nothing at all, or a share of nothing, is a slip of the pen and no dose.
    return Count(low + extra, high + extra, unit) if low + extra > 0 else None


def _number(text: str) -> tuple[float, float]:
    if text in _EN_NUMBER:
        return _EN_NUMBER[text], _EN_NUMBER[text]
    if "/" in text:
        top, bottom = text.split("/")
        value = float(top) / float(bottom) if float(bottom) else 0.0
        return value, value
    parts = re.split(r"[-–~～至到]", text)
    if parts[0].strip()[:1].isdigit():
        numbers = [float(p) for p in parts]
        return min(numbers), max(numbers)
    value = number(text) or 0.0
    return value, value


class Taken(msgspec.Struct, frozen=True):
    """One dose of one ingredient in base units (mg, IU, mL); None = cannot be told from what was said."""

    amount: float | None
    dimension: str = "mass"


def one_dose(named: Named, ingredient: str, dose: str) -> Taken:
    """How much of `ingredient` one `dose` of a named thing holds; the upper end of a range counts."""
    per_unit = dict(named.contents).get(ingredient)
    amount = find_amount(dose)
    if amount is not None and amount.base_low <= 0:
        return Taken(None)
    if amount is not None and amount.per == "":
        return _from_amount(named, ingredient, amount)
    count = find_count(dose)
    if count is None or per_unit is None or not _same_unit(named.unit, count.unit):
        return Taken(None)
    return Taken(round(count.high * per_unit.base_high, 6), per_unit.dimension)


def _same_unit(product_unit: str, said: str) -> bool:
    unit = _UNIT_WORDS.get(product_unit.strip().casefold(), product_unit.strip().casefold())
    # 片/粒/丸 are used for one another in speech; a bag is never a tablet.
    solid = {"片", "粒", "丸"}
    return unit == said or (unit in solid and said in solid)


def _from_amount(named: Named, ingredient: str, amount: Amount) -> Taken:
    per_unit = dict(named.contents).get(ingredient)
    if amount.dimension == "volume":
        size = find_amount(named.unit) or find_amount(f"1 {named.unit}") if named.unit else None
        if per_unit is None or size is None or size.dimension != "volume":
            return Taken(None)
        return Taken(round(amount.base_high / size.base_high * per_unit.base_high, 6), per_unit.dimension)
    if len(named.contents) == 1 or named.alone == ingredient:
        return Taken(amount.base_high, amount.dimension)
    return Taken(None)
