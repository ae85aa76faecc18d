"""Patterns over several rows of a report: which hold, which cannot be told without a fact about the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from kangban.clinical.report_explanation import OpenQuestion, PatternFound
from kangban.clinical.urgency import Urgency, urgency_rank
from kangban.kernel.logic import Tri
from kangban.reasoning.labs.readings import Reading, Readings
from kangban.reasoning.medication.items import gather
from kangban.reasoning.medication.own_products import resolver_for
from kangban.reasoning.medication.person import PersonView, holds, view_of
from kangban.reasoning.medication.resolve import resolver
from kangban.rules.compiled import shipped
from kangban.rules.schema import Pattern, PatternWay, ValueIs

_WIDER: dict[str, tuple[str, ...]] = {"low": ("low", "critical_low"), "high": ("high", "critical_high")}
_NO = (Tri.NO, (), ())


class Patterns(msgspec.Struct, frozen=True):
    """Patterns that hold, the most urgent first, and the facts that are missing, the most urgent first."""

    found: tuple[PatternFound, ...]
    open: tuple[OpenQuestion, ...]


@lru_cache(maxsize=1)
def patterns_by_id() -> dict[str, Pattern]:
    """The shipped patterns."""
    return {p.id: p for p in shipped().packs.patterns}


def find_patterns(readings: Readings) -> Patterns:
    """Every pattern that holds for the readings; of one family only those of the highest rank."""
    view = view_for(readings)
    sure: dict[str, list[tuple[Pattern, tuple[int, ...]]]] = {}
    maybe: list[tuple[Pattern, tuple[str, ...]]] = []
    for pattern in patterns_by_id().values():
        tri, rows, missing = judge_pattern(pattern, readings, view)
        if tri is Tri.YES:
            sure.setdefault(pattern.family, []).append((pattern, rows))
        elif tri is Tri.UNKNOWN:
            maybe.append((pattern, missing))
    top = {family: max(p.rank for p, _ in some) for family, some in sure.items()}
    told = [(p, rows) for some in sure.values() for p, rows in some if p.rank == top[p.family]]
    told.sort(key=lambda found: (urgency_rank(found[0].level), found[0].borderline, found[0].id))
    waiting = [(p, missing) for p, missing in maybe if p.rank > top.get(p.family, -1)]
    return Patterns(
        tuple(PatternFound(p.id, p.version, p.family, p.level, p.borderline, rows) for p, rows in told),
        _open(waiting),
    )


def view_for(readings: Readings) -> PersonView:
    """The person in the vocabulary of the packs; a kidney value of this report stands before the record's."""
    person = readings.person
    items, _ = gather((), person.medicines or (), resolver_for(person))
    takes = frozenset[str]().union(*(i.keys for i in items)) if person.medicines is not None else None
    measured = readings.find("egfr").reading
    if measured is not None and measured.value is not None:
        person = msgspec.structs.replace(person, egfr=measured.value)
    return view_of(person, resolver().names, takes)


def judge_pattern(
    pattern: Pattern, readings: Readings, view: PersonView
) -> tuple[Tri, tuple[int, ...], tuple[str, ...]]:
    """Whether one pattern holds, by which rows, or without which facts it cannot be told."""
    missing: list[str] = []
    for way in pattern.way:
        tri, rows, lacks = _judge_way(way, readings, view)
        if tri is Tri.YES:
            return Tri.YES, rows, ()
        missing += lacks if tri is Tri.UNKNOWN else ()
    return (Tri.UNKNOWN, (), tuple(dict.fromkeys(missing))) if missing else _NO


def _judge_way(way: PatternWay, readings: Readings, view: PersonView) -> tuple[Tri, tuple[int, ...], tuple[str, ...]]:
    if any(readings.find(name).reading is not None for name in way.absent):
        return _NO
    rows: list[int] = []
    missing: list[str] = []
    for one in way.values:
        tri, used, lacks = _judge_value(one, readings)
        if tri is Tri.NO:
            return _NO
        rows += used
        missing += lacks
    if way.any:
        judged = [_judge_value(one, readings) for one in way.any]
        if all(tri is Tri.NO for tri, _, _ in judged):
            return _NO
        met = [n for tri, used, _ in judged if tri is Tri.YES for n in used]
        rows += met
        missing += [] if met else [fact for _, _, lacks in judged for fact in lacks]
    tri, lacks = holds(way.person, view, resolver().names)
    if tri is Tri.NO:
        return _NO
    missing += lacks
    if missing:
        return Tri.UNKNOWN, (), tuple(dict.fromkeys(missing))
    return Tri.YES, tuple(dict.fromkeys(rows)), ()


def _judge_value(one: ValueIs, readings: Readings) -> tuple[Tri, tuple[int, ...], tuple[str, ...]]:
    found = readings.find(one.of)
    if found.reading is None:
        return (Tri.UNKNOWN, (), found.missing) if found.missing else _NO
    if not meets(one, found.reading):
        return _NO
    if one.before_days is not None and not any(
        ago >= one.before_days and meets(one, then) for ago, then in readings.before(one.of)
    ):
        return _NO
    if one.rose is not None and not _rose(one, found.reading, readings):
        return _NO
    return Tri.YES, found.reading.rows, ()


def meets(one: ValueIs, reading: Reading) -> bool:
    """Whether a result is within everything a condition says; what is only known as "less than" must be so for sure."""
    if one.flag and reading.flag not in [wide for flag in one.flag for wide in _WIDER.get(flag, (flag,))]:
        return False
    if one.at_least is not None and not _at_least(reading, one.at_least):
        return False
    if one.below is not None and not _below(reading, one.below):
        return False
    times = reading.times_high
    if one.times_high is not None and (times is None or times < one.times_high or reading.comparator in ("<", "<=")):
        return False
    if one.below_times_high is not None and (
        times is None or times >= one.below_times_high or reading.comparator in (">", ">=")
    ):
        return False
    if one.positive is not None and _is_positive(reading, one.cut) is not one.positive:
        return False
    return one.plus is None or (reading.plus is not None and reading.plus >= one.plus)


def _at_least(reading: Reading, bound: float) -> bool:
    return reading.value is not None and reading.value >= bound and reading.comparator not in ("<", "<=")


def _below(reading: Reading, bound: float) -> bool:
    if reading.value is None or reading.comparator in (">", ">="):
        return False
    return reading.value < bound or (reading.comparator == "<" and reading.value <= bound)


def _is_positive(reading: Reading, cut: float | None) -> bool | None:
    """With a cut the number decides, whatever range the laboratory printed."""
    if cut is None or reading.value is None:
        return reading.positive
    if _at_least(reading, cut):
        return True
    return False if _below(reading, cut) else None


def _rose(one: ValueIs, reading: Reading, readings: Readings) -> bool:
    if one.rose is None or one.within_days is None or reading.value is None:
        return False
    before = [r.value for ago, r in readings.before(one.of) if ago <= one.within_days and r.value]
    return bool(before) and reading.value >= one.rose * min(before)


def _open(waiting: Sequence[tuple[Pattern, tuple[str, ...]]]) -> tuple[OpenQuestion, ...]:
    by_fact: dict[str, list[Pattern]] = {}
    for pattern, missing in waiting:
        for fact in missing:
            by_fact.setdefault(fact, []).append(pattern)
    asked = [OpenQuestion(fact, _worst(some), tuple(sorted(p.id for p in some))) for fact, some in by_fact.items()]
    return tuple(sorted(asked, key=lambda q: (urgency_rank(q.level), -len(q.patterns), q.fact)))


def _worst(patterns: Iterable[Pattern]) -> Urgency:
    levels: list[Urgency] = [p.level for p in patterns]
    return min(levels, key=urgency_rank)
