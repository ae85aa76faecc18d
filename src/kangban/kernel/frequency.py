"""How often, as people and labels write it: 每日三次, 每4-6小时一次, 3次/日, 每3天1次, 早晚各一片, bid, twice a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kangban.kernel.numbers import CN, number
from kangban.kernel.patterns import lazy_pattern

_N = rf"(?:\d{{1,2}}(?![\d.])|[{CN}]{{1,3}})"
_FEW = rf"(?:(?P<low>{_N})\s*[-~–—～至到]\s*)?(?P<count>{_N})\s*(?:次|回|顿|遍)"
_DAILY = r"(?:[每一1][日天]|每)?"
_HOURS = rf"(?:(?P<low>{_N})\s*[-~–—～至到]\s*)?(?P<hours>{_N})\s*个?(?:小时|h)"
# No length of a stay (共7天), no day among others (第3天, 昨天, 上周).
_OPEN = rf"(?<![\d.{CN}第昨今明前后上下本这])"
_VERBS = r"(?:口服|服用|服|吃|喝|用|打|最多|可|不(?:得|能|应|可)?超过|涂擦?|外用|点眼?|滴|喷|\s)*"
_COUNT = r"(?:(?P<low>\d)\s*(?:-|–|to|or)\s*)?(?P<count>once|twice|one|two|three|four|\d{1,2})(?:\s+times?)?"
# Where a code may begin; \b sees nothing between a Chinese word (布洛芬bid) or a unit (0.5gq12h) and the code.
_LATIN = r"(?:(?<![a-z])|(?<=\dg)|(?<=mg)|(?<=ml))"
_SPAN = r"(?P<span>日|天|周|星期|个?月)"
_DAYS = {"日": 1, "天": 1, "周": 7, "星期": 7, "月": 30, "个月": 30, "day": 1, "daily": 1, "week": 7, "weekly": 7}
_CODES = {"qd": 1.0, "qn": 1.0, "hs": 1.0, "qod": 0.5, "bid": 2.0, "tid": 3.0, "qid": 4.0, "qw": 1 / 7}
_ENGLISH = {"once": 1.0, "twice": 2.0, "three": 3.0, "four": 4.0, "one": 1.0, "two": 2.0}


class Frequency(NamedTuple):
    """Where a frequency stands in the text, and doses in 24 hours: the least and the most it allows, both above 0.

    `apart` is the shortest time between two doses in hours where that is how it is said (每4-6小时: 4).
    """

    start: int
    end: int
    low: float
    high: float
    apart: float | None


_Range = tuple[float | None, float | None]


def _counted(match: re.Match[str]) -> _Range:
    high = number(match["count"])
    return number(match["low"]) if match["low"] else high, high


def _in_span(match: re.Match[str]) -> _Range:
    low, high = _counted(match)
    days = _DAYS[match["span"]] * ((number(match["every"]) or 0) if match["every"] else 1)
    return (low / days, high / days) if low and high and days else (None, None)


def _apart(match: re.Match[str]) -> _Range:
    longest = number(match["hours"])
    shortest = number(match["low"]) if match["low"] else longest
    return (24 / longest, 24 / shortest) if longest and shortest else (None, None)


def _code(match: re.Match[str]) -> _Range:
    times = _CODES[match["code"].lower().replace(".", "")]
    return times, times


def _english(match: re.Match[str]) -> _Range:
    days = _DAYS[match["span"].lower()]
    high = _ENGLISH.get(match["count"].lower()) or number(match["count"])
    low = number(match["low"]) if match["low"] else high
    return (low / days, high / days) if low and high else (None, None)


def _always(times: float) -> Callable[[re.Match[str]], _Range]:
    return lambda _: (times, times)


# A number before the span is its length only after 每 (每3天1次); "共7天 1次1片" says how long, not how often.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Range]], ...] = tuple(
    (lazy_pattern(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (rf"每\s*(?P<every>{_N})\s*{_SPAN}\s*{_VERBS}{_FEW}", _in_span),
        (
            rf"(?:每|天(?=天)|(?<![\d.{CN}])[一1]\s*|{_OPEN})(?P<every>){_SPAN}{_VERBS}{_FEW}",
            _in_span,
        ),
        (rf"24小时(?:之?内)?{_VERBS}{_FEW}", _counted),
        (rf"{_FEW}\s*(?:[/每]|每[一1])\s*(?P<every>){_SPAN}", _in_span),
        (
            rf"(?:每隔?|间隔)\s*{_HOURS}(?:{_VERBS}[一1]\s*次)?",
            _apart,
        ),
        (
            rf"(?<![\d.]){_HOURS}{_VERBS}[一1]\s*次",
            _apart,
        ),
        (
            rf"(?:{_LATIN}q\s?|every\s+)(?:(?P<low>\d{{1,2}})\s*(?:-|–|to|or)\s*)?(?P<hours>\d{{1,2}})\s*(?:h(?![a-z])|hours?|hrs?)",
            _apart,
        ),
        (rf"{_LATIN}(?P<code>qod|qd|bid|tid|qid|qn|qw|hs|b\.i\.d|t\.i\.d|q\.d|q\.i\.d|q\.n)(?![a-z])\.?", _code),
        (rf"\b{_COUNT}\s*(?:a|per|every|each|/)\s*(?P<span>day|week)\b", _english),
        (rf"\b{_COUNT}\s*(?P<span>daily|weekly)\b", _english),
        (r"隔[日天](?:\s*[一1]\s*次)?|every other day", _always(0.5)),
        (rf"{_DAILY}早晚(?:各(?:[一1]次)?|[两2]次|(?=[饭餐服吃用，,、;；]|\s*$))", _always(2.0)),
        (rf"{_DAILY}(?:早中晚(?:各(?:[一1]次)?)?|三餐(?=[前后时]))", _always(3.0)),
        (
            (
                r"(?:[每一1][日天]|每)(?:晚上?|早上?|早晨|晨起?)(?:睡前)?(?:[一1]次)?(?![餐饭])|睡前(?:[一1]次)?|(?:每日|一日|每天|一天|1日)顿服"
                r"|(?:晚上|早上|早晨|晨起|晨服)(?:睡前|[一1]次|(?=\s*$))|every (?:night|morning|evening)|at bedtime"
            ),
            _always(1.0),
        ),
    )
)


# Every form holds one of these; most texts hold none, and one search is cheaper than thirteen.
_HINT = lazy_pattern(
    r"[次回顿遍晚早晨隔餐q]|小时|睡前|\dh|day|daily|week|hour|hr|night|morning|evening|bed|id|i\.d|hs", re.IGNORECASE
)


def frequencies(text: str) -> Iterator[Frequency]:
    """Every frequency in the text, first to last; of two that begin together the longer, none inside another."""
    if not _HINT.search(text):
        return
    found: list[Frequency] = []
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            low, high = read(match)
            if low and high:
                apart = 24 / high if read is _apart else None
                found.append(Frequency(match.start(), match.end(), min(low, high), max(low, high), apart))
    end = 0
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if one.start >= end:
            yield one
            end = one.end
