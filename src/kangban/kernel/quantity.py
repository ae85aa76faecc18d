"""Amounts with UCUM units: parsing what people and packs write, and exact-enough conversion.

Only mass, volume, counts of international units and percent are convertible here; laboratory units
go through the labs pack, because they need the molar mass of the analyte.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from kangban.kernel.errors import InvalidInput

# unit spelling → (UCUM unit, dimension, factor to the dimension's base unit: mg, mL, IU, mmol, %)
_UNITS: dict[str, tuple[str, str, float]] = {}


def _register(dimension: str, ucum: str, factor: float, *spellings: str) -> None:
    for spelling in (ucum, *spellings):
        _UNITS[spelling.casefold()] = (ucum, dimension, factor)


_register("mass", "kg", 1e6, "千克", "公斤", "kilogram", "kilograms")
_register("mass", "g", 1e3, "克", "gram", "grams")
_register("mass", "mg", 1.0, "毫克", "milligram", "milligrams")
_register("mass", "ug", 1e-3, "µg", "μg", "mcg", "微克", "microgram", "micrograms")
_register("mass", "ng", 1e-6, "纳克")
_register("volume", "L", 1e3, "升", "litre", "liter")
_register("volume", "mL", 1.0, "毫升", "ml", "cc", "millilitre", "milliliter")
_register("units", "[IU]", 1.0, "IU", "iu", "国际单位", "单位", "units", "unit", "U")
_register("units", "10*4.[IU]", 1e4, "万单位", "万IU")
_register("amount", "mmol", 1.0, "毫摩尔", "meq")
_register("percent", "%", 1.0, "％")

_AMOUNT = re.compile(
    r"^\s*(?P<low>\d+(?:[.,]\d+)?)\s*(?:[-–—~～至到]\s*(?P<high>\d+(?:[.,]\d+)?)\s*)?(?P<unit>[^\d\s/]+)"
    r"(?:\s*/\s*(?P<per>[^\d\s/]+))?\s*$"
)


_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2},\d{3}(?!\d)")


class Amount(msgspec.Struct, frozen=True):
    """A quantity or a range of one: `low` ≤ `high` in `unit` (UCUM), optionally per something (`kg`)."""

    low: float
    high: float
    unit: str
    dimension: str
    base_low: float
    base_high: float
    per: str = ""


def parse_amount(text: str, *, field: str | None = None) -> Amount:
    """Read "400 mg", "10-15 mg/kg", "0.5 g"; raises InvalidInput naming `field` when it is no amount."""
    found = find_amount(text)
    if found is None:
        raise InvalidInput("not an amount with a known unit", field=field)
    return found


@lru_cache(maxsize=4096)
def find_amount(text: str) -> Amount | None:
    """Like `parse_amount`, but None when the text is no amount."""
    match = _AMOUNT.match(text)
    if match is None:
        return None
    known = _UNITS.get(match["unit"].casefold())
    if known is None:
        return None
    ucum, dimension, factor = known
    if _THOUSANDS.search(text):
        return None  # 1,000 mg is a thousand to one reader and one to another
    low = float(match["low"].replace(",", "."))
    high = float(match["high"].replace(",", ".")) if match["high"] else low
    if high < low:
        return None
    per = (match["per"] or "").casefold()
    if per in {"千克", "公斤"}:
        per = "kg"
    return Amount(low, high, ucum, dimension, round(low * factor, 9), round(high * factor, 9), per)


def plain_number(value: float) -> str:
    """Write a number as people do: no trailing zeros, no exponent for ordinary sizes."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text or "0"


def show_base(value: float, dimension: str) -> str:
    """Write a base value (mg, mL, IU) in its handiest unit, e.g. 2000 mg → "2 g", 0.05 mg → "50 µg"."""
    if dimension == "mass":
        if value >= 1000 and abs(value / 100 - round(value / 100)) < 1e-6:
            return f"{plain_number(value / 1000)} g"
        if 0 < value < 0.1:
            return f"{plain_number(value * 1000)} µg"
        return f"{plain_number(value)} mg"
    unit = {"volume": "mL", "units": "IU", "amount": "mmol", "percent": "%"}.get(dimension, "")
    return f"{plain_number(value)} {unit}".strip()
