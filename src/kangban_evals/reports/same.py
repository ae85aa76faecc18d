"""When two writings are the same: names, results, units and ranges, whatever a printer or a reader made of them."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from kangban.clinical.report import PrintedRow, ReportRow
from kangban_evals.reports.truth import TrueRow

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_MARKS = "★☆*△▲●"
_OLD = str.maketrans("黃陰陽", "黄阴阳")  # the same letters in the other script are no other result
_DASH = re.compile(r"[~～—–−-]+")


def plain(text: str) -> str:
    """Without width, case and spaces; Greek and dashes in one form each."""
    folded = unicodedata.normalize("NFKC", text).translate(_OLD).casefold().replace("µ", "u").replace("μ", "u")
    return _DASH.sub("-", "".join(folded.split()))


def plain_name(text: str) -> str:
    """A name without marks printers put before it."""
    return plain(text).strip(_MARKS)


def plain_unit(text: str) -> str:
    """A unit in one spelling: "×10⁹/L", "10*9/L" and "x10E9/L" are "10^9/l"; "mm²" and "mm2" are one."""
    raised = _POWER.sub(lambda found: "^" + found.group().translate(_RAISED), text)
    one = plain(raised).lstrip("x×*")
    one = re.sub(r"^10(?:e|\*\*?|~|-|\^)(?=\d)", "10^", one)
    return re.sub(r"(?<=[a-z])\^(?=\d)", "", one)


def alike(first: str, second: str) -> float:
    """0–1: how alike two names are."""
    return SequenceMatcher(None, plain_name(first), plain_name(second)).ratio()


def same_value(true: TrueRow, read: PrintedRow) -> bool:
    """Number and comparator, or the words."""
    if true.value is None:
        return read.value is None and plain(read.text) == plain(true.text)
    close = read.value is not None and abs(read.value - true.value) <= 1e-9 * max(1.0, abs(true.value))
    return close and read.comparator == true.comparator


def same_range(true: TrueRow, read: ReportRow) -> bool:
    """The printed bounds; where both sexes are printed either both, or the ones that hold for this patient."""
    printed = read.printed
    if true.by_sex:
        return set(printed.sex_ranges) == set(true.by_sex) or (read.low, read.high) == true.bounds
    if true.bounds != (None, None):
        return (printed.low, printed.high) == true.bounds
    return plain(printed.range_text) == plain(true.range_text)


def same_flag(true: TrueRow, read: ReportRow) -> bool:
    """Whether the derived flag is right; "unknown" is never wrong, only unhelpful."""
    if true.flag is None or read.flag == "unknown":
        return True
    return read.flag.removeprefix("critical_") == true.flag
