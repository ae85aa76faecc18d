"""A row's flag, always from its result and a range; what is printed as an arrow is only compared with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from kangban.clinical.report import Comparator, PrintedRow, RowFlag
from kangban.reasoning.labs.words import expected_words, grade_of, plain_words

Limits = tuple[float | None, float | None]

_UP = re.compile(r"↑|⬆|▲|△|^h{1,2}\*?$|^hi(?:gh)?$|偏?高|增高|升高", re.IGNORECASE)
_DOWN = re.compile(r"↓|⬇|▼|▽|^l{1,2}\*?$|^low?$|偏?低|降低|减低", re.IGNORECASE)
_ODD = re.compile(r"\*|异常|阳性|^a$|^abn|\+|positive|危急|critical", re.IGNORECASE)
_LESS = re.compile(r"^\s*[<＜](?!\s*=)")
_MORE = re.compile(r"^\s*[>＞](?!\s*=)")


class Derived(msgspec.Struct, frozen=True):
    """A flag with the range that decided, in the printed unit."""

    flag: RowFlag
    low: float | None = None
    high: float | None = None


UNDECIDED = Derived("unknown")


def by_limits(
    value: float, comparator: Comparator | None, limits: Limits, *, low_counts: bool = True, high_counts: bool = True
) -> RowFlag:
    """Low, normal or high of a value or a bound ("<0.5") against a range; unknown where a bound straddles it.

    The edges belong to the range unless `low_counts` or `high_counts` says that the print excludes them ("<5.2").
    """
    low, high = limits
    if low is None and high is None:
        return "unknown"
    if comparator in ("<", "<="):
        return _below(value, low, high, open_=comparator == "<")
    if comparator in (">", ">="):
        return _above(value, low, high, open_=comparator == ">")
    if low is not None and (value < low or (value == low and not low_counts)):
        return "low"
    if high is not None and (value > high or (value == high and not high_counts)):
        return "high"
    return "normal"


def _below(value: float, low: float | None, high: float | None, *, open_: bool) -> RowFlag:
    # A range from zero is of a quantity that is never below it, so "<0.5" cannot cross it.
    if low is not None and low != 0:
        return "low" if value < low or (open_ and value == low) else "unknown"
    return "normal" if high is not None and value <= high else "unknown"


def _above(value: float, low: float | None, high: float | None, *, open_: bool) -> RowFlag:
    if high is not None:
        return "high" if value > high or (open_ and value == high) else "unknown"
    return "normal" if low is not None and value >= low else "unknown"


def by_print(row: PrintedRow, limits: Limits) -> Derived:
    """The flag of a printed number against the printed range."""
    if row.value is None:
        return UNDECIDED
    low, high = limits
    if low is not None and high is not None and low > high:
        return UNDECIDED
    flag = by_limits(
        row.value, row.comparator, limits,
        low_counts=not (high is None and _MORE.match(row.range_text)),
        high_counts=not (low is None and _LESS.match(row.range_text)),
    )  # fmt: skip
    return Derived(flag, low, high)


def by_words(text: str, range_text: str, normal: Sequence[str]) -> RowFlag:
    """Normal or abnormal of words against the printed words, else the pack's; unknown where neither says."""
    said, grade = plain_words(text), grade_of(text)
    usual = {plain_words(n) for n in normal}
    expected = set(expected_words(range_text))
    if not said:
        return "unknown"
    if said in expected:
        return "normal"
    if grade is not None and (wanted := {g for e in expected or usual if (g := grade_of(e)) is not None}):
        return "normal" if grade in wanted else "abnormal"
    if said in usual:
        return "normal"
    return "unknown"


def printed_direction(printed: str) -> RowFlag | None:
    """What a printed mark claims: high, low, abnormal; None where there is no mark or it says nothing we read."""
    mark = printed.strip()
    if not mark:
        return None
    up, down = _UP.search(mark), _DOWN.search(mark)
    if up and down:
        return "abnormal"
    if up or down:
        return "high" if up else "low"
    return "abnormal" if _ODD.search(mark) else None


def disagrees(claimed: RowFlag | None, derived: RowFlag) -> bool:
    """Whether a printed mark and the derived flag contradict each other."""
    if claimed is None or derived == "unknown":
        return False
    if claimed == "abnormal":
        return derived == "normal"
    if derived == "abnormal":
        return claimed == "low"
    return claimed not in derived
