"""Doses a draft states: which medicine, how much at once or a day, how often, for whom."""

from __future__ import annotations

import re

import msgspec

from kangban.clinical.utterance import DrugMention
from kangban.guard import words as w
from kangban.guard.case import Case, Clause, Sentence, spans
from kangban.kernel.frequency import frequencies
from kangban.kernel.patterns import lazy_pattern
from kangban.retrieval.quantities import Quantity, find_quantities

DOSE_DIMS = frozenset({"mg", "ml", "iu", "unit", "mg/kg", "ml/kg"})
_DAILY = lazy_pattern(
    r"(?:一天|每天|每日|一日|全天|24\s*小时(?:内|里)?|日(?:总)?剂?量|合计|总共|每昼夜|总量|a day|per day|daily|in 24 hours|24 hours|each day|every day|total)[^，,。.;；]{0,12}$"
)
_DAILY_AFTER = lazy_pattern(
    r"^\s*(?:/\s*(?:天|日|d\b|day)|每天|一天|每日|a day|per day|daily|in (?:any )?24|in one day|(?:within|every|per) 24)"
)
_EACH = lazy_pattern(
    r"(?:一次|每次|每回|单次|一回|次服|at a time|each (?:time|dose)|per dose|single dose)[^，,。.;；]{0,10}$"
)
_INTERVAL = lazy_pattern(r"(?:每隔?|间隔|隔|相隔|every|each|\bq|apart|after)\s*(?:至少|不少于|不短于|at least)?\s*$")
_LIMIT = lazy_pattern(
    r"不(?:要|能|得|可|应|宜)?超过|最多|至多|最大|上限|以内|at most|no more than|maximum|\bmax\b|not (?:exceed|more)|up to|never (?:exceed|more)|limit"
)
_FORBIDS = lazy_pattern(
    r"不要|不能|别|切勿|不可|禁止|避免|千万|勿|\bnot\b|n't|\bnever\b|\bavoid|会(?:伤|中毒|导致|引起)|伤肝|中毒|过量|超量|危险|太多|overdose|toxic|too much|dangerous|harm"
)
_REPORTED = lazy_pattern(
    r"(?:您|你|他|她|孩子|宝宝|奶奶|爷爷)(?:说|刚才|刚|已经?|一共|之前|昨天|今天)*(?:吃|服|喝|用)(?:了|下|过)|已经?(?:吃|服|喝|误服)了?|误服|记录(?:里|中|上)|规格|每(?:片|粒|袋|支|毫升)(?:含|里|是)|含(?:有)?|you (?:have |already |just )*(?:took|taken|swallowed)|\bon record\b|contains?|(?:he|she) (?:took|has taken|swallowed)"
)
_EVERY_OTHER_DAY = 0.5


class Stated(msgspec.Struct, frozen=True):
    """One stated dose. `daily` = the amount is a day's total; hours = interval; age is the group it is for."""

    sentence: Sentence
    drugs: tuple[DrugMention, ...]
    quantity: Quantity | None
    words: str  # "400 mg", "2片"
    daily: bool
    per_day: float | None
    hours: float | None
    days: float | None
    age: float | None
    limit: bool
    clause: Clause


def stated(case: Case) -> list[Stated]:
    """Every dose of a draft that is not a warning or a report of what was taken."""
    found: list[Stated] = []
    for one in case.sentences:
        low = one.text.lower()
        quantities = find_quantities(low)
        stating = any(q.dim in DOSE_DIMS or q.dim in ("times", "time", "fold") for q in quantities)
        if not stating and _times(low) is None:
            continue
        clauses = [c for c in case.clauses if c.sentence == one.at]
        places = spans(low)
        named = tuple(d for c in clauses for d in c.drugs)
        carried = named or (clauses[0].carried if clauses else ())
        per_day, hours, days = _often(low, quantities)
        age = _whose(low, quantities)
        for q in quantities:
            at = next((n for n, (a, b) in enumerate(places) if a <= q.start < b), 0)
            clause = clauses[min(at, len(clauses) - 1)]
            text = low[places[at][0] : places[at][1]] if places else low
            limit = _LIMIT.search(text) is not None
            if q.dim not in DOSE_DIMS or _REPORTED.search(text):
                continue
            if not limit and _FORBIDS.search(w.SOOTHES.sub(" ", text)):
                continue
            drugs = _nearest(one, named, q) or carried
            own_age = _whose(text, find_quantities(text)) or age
            found.append(
                Stated(one, drugs, q, _words(low, q), _is_daily(low, q), per_day, hours, days, own_age, limit, clause)
            )
        if not any(s.sentence.at == one.at for s in found) and (hours or per_day or days) and carried and clauses:
            text = low
            if not _REPORTED.search(text) and (_LIMIT.search(text) or not _FORBIDS.search(w.SOOTHES.sub(" ", text))):
                found.append(
                    Stated(
                        one,
                        carried,
                        None,
                        "",
                        False,
                        per_day,
                        hours,
                        days,
                        age,
                        _LIMIT.search(text) is not None,
                        clauses[0],
                    )
                )
    return found


def _nearest(one: Sentence, named: tuple[DrugMention, ...], q: Quantity) -> tuple[DrugMention, ...]:
    if len(named) < 2:
        return named
    base = max(one.start, 0)
    before = [d for d in named if d.end - base <= q.start + 1]
    return (before[-1],) if before else (named[0],)


def _words(low: str, q: Quantity) -> str:
    """The dose as a medicine check reads it; a range counts with its upper end."""
    high = f"{q.high:g}"
    if q.dim == "mg":
        return f"{high} mg"
    if q.dim == "ml":
        return f"{high} ml"
    if q.dim == "iu":
        return f"{high} IU"
    unit = re.search(
        r"(片半|[片粒袋包支丸颗枚滴揿喷吸瓶]|tablets?|tabs?|pills?|capsules?|caps|sachets?|puffs?|drops?)\s*$",
        low[q.start : q.end],
    )
    word = unit.group(1) if unit else "片"
    return f"{q.raw_high:g} {word}" if word.isascii() else f"{q.raw_high:g}{'片' if word == '片半' else word}"


def _is_daily(low: str, q: Quantity) -> bool:
    before, after = low[max(0, q.start - 24) : q.start], low[q.end : q.end + 14]
    if _EACH.search(before):
        return False
    return _DAILY.search(before) is not None or _DAILY_AFTER.match(after) is not None


def _often(low: str, quantities: list[Quantity]) -> tuple[float | None, float | None, float | None]:
    """(times a day, longest stated interval in hours, days of use)."""
    times = hours = days = None
    for q in quantities:
        before, after = low[max(0, q.start - 16) : q.start], low[q.end : q.end + 12]
        if (
            q.dim == "times"
            and (
                re.search(r"(?:天|日|小时(?:内|里)?|24 hours|daily)[^，,。]{0,8}$", before)
                or re.match(r"\s*(?:/|a day|per day|daily|in 24|每天|一天|each day|every day)", after)
            )
        ) or (q.dim == "times" and "day" in after):
            times = q.raw_high
        elif (
            q.dim == "time"
            and q.high <= 24
            and (_INTERVAL.search(before) or re.match(r"\s*(?:一次|1次|吃一|服一|apart|各)", after))
            and q.bound != "down"
        ):
            hours = q.high
        elif (
            q.dim == "time"
            and q.low >= 24
            and re.search(r"(?:连(?:续)?(?:吃|用|服)?|吃|服|用|疗程|for|共|[×x*])\s*(?:够|满|完)?\s*$", before)
        ):
            days = q.high / 24
    return _times(low) if times is None else times, hours, days


def _times(low: str) -> float | None:
    """The most doses a day a sentence speaks of. Rarer than every other day is no dose: "weekly only" is the warning."""
    return max((one.high for one in frequencies(low) if one.high >= _EVERY_OTHER_DAY), default=None)


def _whose(text: str, quantities: list[Quantity]) -> float | None:
    """An age of the group a dose is said to be for."""
    ages = [
        q
        for q in quantities
        if q.dim == "age" or (q.dim == "time" and q.low >= 8760 and re.search(r"year", text[q.start : q.end]))
    ]
    if ages:
        years = ages[0].low if ages[0].dim == "age" else ages[0].low / 8760
        return (
            years + 0.5
            if ages[0].bound == "up"
            else max(years - 0.5, 0.1)
            if ages[0].bound == "down"
            else (years + 0.01)
        )
    if re.search(r"成人|成年|\badults?\b", text):
        return 30.0
    return None
