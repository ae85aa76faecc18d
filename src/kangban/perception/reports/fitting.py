"""How well a cell's text fits a column: 0 it is one, 1 it may be, 3 hardly, 6 it is not."""

from __future__ import annotations

import re
from functools import lru_cache

from kangban.perception.reports.headers import Role
from kangban.perception.reports.ranges import is_range, read_range
from kangban.perception.reports.units import looks_like_unit, read_unit
from kangban.perception.reports.values import is_result, read_flag, read_value

_CODE = re.compile(r"^(?=.*[A-Za-z])[A-Za-z0-9γαβ#*][A-Za-z0-9#%\-+/_.()αβγ*: ]{0,14}$")
_HAN = re.compile(r"[\u3400-\u9fff]")
_METHOD = re.compile(
    r"(?:法|仪|免疫|比浊|电极|光度|流式|计算|ELISA|PCR|HPLC)$|^(?:EIA|CLIA|ELISA|ISE|HPLC|CMIA|ECLIA)$", re.IGNORECASE
)
_DATE = re.compile(r"^(?:19|20)\d\d[-/.年]\d{1,2}")
_OPEN = re.compile(r"^[<>≤≥]")


@lru_cache(maxsize=32768)
def misfit(text: str, role: Role) -> int:
    """The misfit of one text to one column, looking at nothing else."""
    match role:
        case "no":
            return 0 if re.fullmatch(r"\d{1,3}[.、]?", text) else 6
        case "value":
            return _as_value(text)
        case "unit":
            return _as_unit(text)
        case "range":
            return _as_range(text)
        case "flag":
            return 0 if read_flag(text) is not None else 4 if len(text) <= 3 else 6
        case "method":
            return 0 if _METHOD.search(text) else 2 if _HAN.search(text) else 4
        case "earlier":
            return _as_value(text) + 1
        case "code":
            return 0 if _CODE.match(text) and not _is_number(text) else 3 if not _is_number(text) else 6
        case "name":
            return _as_name(text)
        case "sampled":
            return 0 if _DATE.match(text) else 4
        case "patient" | "specimen" | "panel":
            return 1 if _HAN.search(text) or text.isalpha() else 4


def _is_number(text: str) -> bool:
    return read_value(text).value is not None


def _as_value(text: str) -> int:
    read = read_value(text)
    if read.value is not None:
        return 0 if not read.unit else 1
    if is_result(text):
        return 0
    if is_range(text) or read_unit(text) is not None:
        return 3
    if read_flag(text) is not None:
        return 4
    return 2 if len(text) <= 12 else 3


def _as_unit(text: str) -> int:
    if read_unit(text) is not None:
        return 0
    if looks_like_unit(text):
        return 1
    return 6 if _is_number(text) or is_range(text) else 4


def _as_range(text: str) -> int:
    if is_range(text):
        return 0
    read = read_range(text)
    if read.low is not None or read.high is not None or read.by_sex:
        return 2 if not read.sure else 1 if _OPEN.match(text) else 0
    if read.sure and text:
        return 1
    if re.search(r"[期岁月孕].*\d\s*[-~<>≤≥]\s*\d?|\d\s*[-~]\s*\d", text):
        return 1
    return 3 if re.search(r"\d\s*[-~]|[男女期岁]", text) else 4 if not _is_number(text) else 5


def _as_name(text: str) -> int:
    if _is_number(text) or is_range(text) or read_flag(text) is not None:
        return 6
    if _HAN.search(text):
        return 1 if is_result(text) else 0
    if read_unit(text) is not None:
        return 3
    return 1 if re.search(r"[A-Za-z]{2}", text) else 2
