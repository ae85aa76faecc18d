"""Measurements said in words ("早上空腹血糖6.8", "血压 138/85 左臂 坐位") → values, how they were taken, and when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal, TypeVar

import msgspec

from kangban.kernel.numbers import NUMBER, number
from kangban.perception.language.read import read

Position = Literal["", "sitting", "lying", "standing"]
Site = Literal["", "left_arm", "right_arm", "left_wrist", "right_wrist", "axilla", "ear", "forehead", "mouth", "rectum"]
Meal = Literal["", "fasting", "before_meal", "after_meal", "bedtime", "random"]
_T = TypeVar("_T", bound=str)

MOST_CHARACTERS: Final = 2000
LEAST_CM: Final = 3.0  # nobody is that short: metres were meant
_CODES: Final = {
    "sbp": "sbp", "dbp": "dbp", "hr": "hr", "spo2": "spo2", "rr": "rr", "temp": "temp", "weight_kg": "weight",
    "glucose": "glucose", "lab:glucose": "glucose", "lab:glucose_2h": "glucose", "lab:glucose_blood": "glucose",
    "lab:height": "height",
}  # fmt: skip
_POSITIONS: Final[tuple[tuple[Position, str], ...]] = (
    ("sitting", r"坐位|坐姿|坐着|坐下|sitting|seated"),
    ("lying", r"卧位|平卧|仰卧|躺着|躺下|lying|supine"),
    ("standing", r"立位|站立|站着|起立|standing"),
)
_SITES: Final[tuple[tuple[Site, str], ...]] = (
    ("left_wrist", r"左手?腕|left wrist"), ("right_wrist", r"右手?腕|right wrist"),
    ("left_arm", r"左(?:上)?(?:臂|胳膊|手(?!腕)|侧)|left (?:upper )?arm|\blt arm"),
    ("right_arm", r"右(?:上)?(?:臂|胳膊|手(?!腕)|侧)|right (?:upper )?arm|\brt arm"),
    ("axilla", r"腋|胳肢窝|夹着|armpit|axilla"), ("ear", r"耳温|耳朵|耳道|\bear\b|tympanic"),
    ("forehead", r"额温|额头|forehead"), ("mouth", r"口温|口腔|舌下|\boral|mouth"),
    ("rectum", r"肛温|肛门|直肠|rectal"),
)  # fmt: skip
_MEALS: Final[tuple[tuple[Meal, str], ...]] = (
    ("fasting", r"空腹|空肚|没吃早饭|fasting|before breakfast|早餐前|早饭前"),
    ("after_meal", r"(?:餐|饭)后|吃完饭|after (?:a )?(?:meal|breakfast|lunch|dinner|eating)|post-?prandial"),
    ("before_meal", r"(?:餐|饭)前|before (?:a )?(?:meal|lunch|dinner|eating)|pre-?prandial"),
    ("bedtime", r"睡前|临睡|bedtime|before (?:bed|sleep)"),
    ("random", r"随机|random"),
)
_CLAUSES: Final = re.compile(r"[，,；;。\n]|(?<![\d.])\s{2,}")
_MEAL_VALUE: Final = re.compile(
    r"(?:空腹|[餐饭]后(?:两小时|2小时|2h)?|[餐饭]前|睡前|随机)\s*[:：是为]?\s*(?P<v>\d{1,2}(?:\.\d+)?)(?!\d|/)"
)
_TWO_HOURS: Final = re.compile(r"(?:两|二|2)\s*(?:个)?小时|2\s*h\b|2 hours")
_DAYS_AGO: Final = (
    (2, r"前天|前晚|day before yesterday"), (1, r"昨天|昨日|昨晚|昨夜|yesterday|last night"),
    (0, r"今天|今日|今早|今晚|今晨|today|this morning|tonight"),
)  # fmt: skip
_PARTS: Final = (
    (time(7), False, r"早上|早晨|清晨|今早|今晨|起床|晨起|morning"), (time(10), False, r"上午"),
    (time(12), True, r"中午|noon"), (time(15), True, r"下午|afternoon"), (time(18), True, r"傍晚"),
    (time(20), True, r"晚上|今晚|昨晚|前晚|夜里|昨夜|evening|tonight|last night"), (time(22), True, r"睡前|bedtime"),
)  # fmt: skip
_CLOCK: Final = re.compile(
    rf"(?<![\d/.])(?P<h>[01]?\d|2[0-3])[:：](?P<m>[0-5]\d)(?!\d)|(?P<ch>{NUMBER})\s*点(?:钟)?(?P<half>半)?(?:(?P<cm>\d{{1,2}})分)?"
)


class Circumstances(msgspec.Struct, frozen=True):
    """How a measurement was taken; "" is not said."""

    body_position: Position = ""
    body_site: Site = ""
    meal: Meal = ""


class Measured(msgspec.Struct, frozen=True):
    """One value: code of the labs pack, number in `unit` (UCUM), how it was taken."""

    code: str
    value: float
    unit: str
    how: Circumstances


def circumstances_of(text: str) -> Circumstances:
    """Posture, place on the body and relation to meals, as far as a text tells."""
    lowered = text.lower()
    return Circumstances(_first(_POSITIONS, lowered), _first(_SITES, lowered), _first(_MEALS, lowered))


def _first(table: Sequence[tuple[_T, str]], text: str) -> _T | Literal[""]:
    return next((word for word, pattern in table if re.search(pattern, text)), "")


def read_measurements(text: str) -> tuple[Measured, ...]:
    """Values in the order said, one of a kind a clause. What has no number or no name is left out; never raises."""
    text = text[:MOST_CHARACTERS]
    lowered = text.lower()
    # What is said once holds for all of it; where two are said, each clause has its own.
    whole = Circumstances(_only(_POSITIONS, lowered), _only(_SITES, lowered), _only(_MEALS, lowered))
    found: list[Measured] = []
    for clause in _CLAUSES.split(text):
        here = circumstances_of(clause)
        how = Circumstances(
            here.body_position or whole.body_position, here.body_site or whole.body_site, here.meal or whole.meal
        )
        values: dict[str, tuple[float, str]] = {}
        for m in sorted(read(clause).measures, key=lambda m: (m.start, m.code == "dbp")):
            if m.code in _CODES:
                values.setdefault(_CODES[m.code], (m.value, m.unit))
        bare = _MEAL_VALUE.search(clause)
        if bare is not None and not values and any(one.code.startswith("glucose") for one in found):
            values["glucose"] = (float(bare["v"]), "mmol/L")
        found += [_measured(code, value, unit, how, clause) for code, (value, unit) in values.items()]
    return tuple(dict.fromkeys(found))


def _only(table: Sequence[tuple[_T, str]], text: str) -> _T | Literal[""]:
    said = [word for word, pattern in table if re.search(pattern, text)]
    return said[0] if len(said) == 1 else ""


def _measured(code: str, value: float, unit: str, how: Circumstances, clause: str) -> Measured:
    if code == "height":
        in_metres = unit == "m" or (unit == "" and value < LEAST_CM)
        return Measured(code, round(value * 100, 1) if in_metres else value, "cm", Circumstances())
    if code != "glucose":
        kept = msgspec.structs.replace(how, meal="")
        if code not in ("sbp", "dbp", "hr", "temp"):
            kept = Circumstances()
        return Measured(code, value, unit, kept)
    # Each has its own range; where nothing or something else is said, none of the two fits.
    code = "glucose" if how.meal == "fasting" else "glucose_blood"
    if how.meal == "after_meal" and _TWO_HOURS.search(clause):
        code = "glucose_2h"
    return Measured(code, value, unit or "mmol/L", Circumstances(meal=how.meal))


def said_at(text: str, now: datetime) -> datetime | None:
    """When it was, in the zone of `now`; None where nothing is said. Never ahead of `now`."""
    lowered = text[:MOST_CHARACTERS].lower()
    ago = next((days for days, pattern in _DAYS_AGO if re.search(pattern, lowered)), None)
    part = next(((at, late) for at, late, pattern in _PARTS if re.search(pattern, lowered)), None)
    clock = _clock(lowered, late=part is not None and part[1])
    if ago is None and part is None and clock is None:
        return None
    at = clock or (part[0] if part else None)
    day = (now - timedelta(days=ago or 0)).date()
    if at is None:
        return now if not ago else datetime.combine(day, time(12), now.tzinfo)
    return min(datetime.combine(day, at, now.tzinfo), now)


def _clock(text: str, *, late: bool) -> time | None:
    m = _CLOCK.search(text)
    if m is None:
        return None
    if m["h"]:
        hour, minute = int(m["h"]), int(m["m"])
    else:
        said = number(m["ch"])
        if said is None or said > 24:
            return None
        hour, minute = int(said), 30 if m["half"] else int(m["cm"] or 0)
    if late and hour < 12:
        hour += 12
    return time(hour % 24, min(minute, 59))
