"""The result cell of a row: a number with its comparator, a word, a titre; arrows glued to it come off."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from kangban.clinical.report import Comparator
from kangban.perception.reports.characters import mend
from kangban.perception.reports.ranges import number_of
from kangban.perception.reports.units import looks_like_unit, read_unit

# What a printed mark, or the letter OCR makes of it, is kept as. Nothing is ever decided by it.
_FLAGS = {
    "↑": "↑", "↓": "↓", "⬆": "↑", "⬇": "↓", "▲": "↑", "▼": "↓", "个": "↑", "T": "↑", "t": "↑", "†": "↑", "J": "↓",
    "!": "!", "H": "H", "L": "L", "h": "H", "l": "L", "HH": "HH", "LL": "LL", "*": "*", "**": "**", "N": "N", "A": "A",
    "↑↑": "↑↑", "↓↓": "↓↓", "HIGH": "H", "LOW": "L", "个个": "↑↑", "*H": "H", "*L": "L", "H*": "H", "L*": "L", "高": "高",
    "低": "低", "HIGH*": "H", "↑↑↑": "↑↑", "↓↓↓": "↓↓", "(H)": "H", "(L)": "L", "High": "H", "Low": "L", "Normal": "N", "→": "→",
}  # fmt: skip
_FLAG_WORDS = {
    "正常",
    "偏高",
    "偏低",
    "异常",
    "升高",
    "降低",
    "增高",
    "减低",
    "normal",
    "abnormal",
    "危急值",
    "过高",
    "过低",
    "危急",
    "阳性!",
}
_NUMBER = re.compile(
    r"^(?P<before>[↑↓*★▲▼]*)\s*(?P<mark>[<>≤≥~]|大于|小于)?\s*=?\s*(?P<n>[+-]?[0-9OoQlI|]+(?:[.,][0-9OoQlI|]+)*)"
    r"(?:\s*(?:[×xX*]\s*10\s*\^?|[eE])(?P<power>[+-]?\d{1,2}))?\s*(?P<after>[↑↓⬆⬇▲▼*!个†]{1,3}|[HLTJhltN]{1,2}|\([HL]\))?$"
)
_MARKS: dict[str, Comparator] = {"<": "<", ">": ">", "≤": "<=", "≥": ">=", "~": "~", "大于": ">", "小于": "<"}
_GRADE = re.compile(r"^\(?(?:[+-]{1,4}|±|\+-|[1-4]\+|\+[1-4]|neg\.?|pos\.?|trace|tr)\)?$", re.IGNORECASE)
_PARTED = re.compile(r"^[<>≤≥]?\s*\d[\d. ]*\d\s*[↑↓*]?$")
_TITRE = re.compile(r"^[<>≤≥]?\s*1\s*:\s*\d{1,5}$")
_SPAN = re.compile(r"^\d{1,4}(?:\.\d+)?\s*[-~]\s*\d{1,4}(?:\.\d+)?$")
_WORDS = re.compile(
    r"^[\u3400-\u9fff、,()/+\-±\s]{1,40}$|^[A-Za-z][A-Za-z\-, ]{2,40}(?:\([-+±\d]{1,3}\))?$|^(?:A|B|O|AB)型?(?:\s*Rh.*)?$|^\(?[阴阳]性?\)?\s*\(?[-+±0-9]*\)?$"
)
_FLAG_AFTER_WORD = re.compile(r"^(.*?[^\s↑↓*!])\s*([↑↓*!]{1,2})$")


class ValueRead(msgspec.Struct, frozen=True):
    """`text` is the result as printed without the glued mark; `value` its number, None where it is none.

    `unit` is one printed in the same cell. `glued` says that number and rest could be cut in more than one way.
    """

    text: str
    value: float | None = None
    comparator: Comparator | None = None
    flag: str = ""
    unit: str = ""
    sure: bool = True
    decimals: int = 0
    glued: bool = False
    parted: tuple[float, ...] = ()  # the numbers it would be if a gap inside it parts two


def read_flag(text: str) -> str | None:
    """A whole cell as a printed mark, in one of few spellings; None where it is none."""
    bare = mend(text).strip("()[] ") or mend(text)
    if bare in _FLAGS:
        return _FLAGS[bare]
    spaceless = bare.replace(" ", "")
    if spaceless in _FLAGS:
        return _FLAGS[spaceless]
    return spaceless if spaceless.lower() in _FLAG_WORDS else None


@lru_cache(maxsize=16384)
def read_value(text: str) -> ValueRead:
    """Read a whole cell. What is neither number nor known word is kept as text and not sure."""
    shown = mend(text)
    if not shown or len(shown) > 200:
        return ValueRead(shown[:200], sure=False)
    if _GRADE.match(shown) or _TITRE.match(shown) or _SPAN.match(shown):
        return ValueRead(shown)
    number = _as_number(shown)
    if number is not None:
        return number
    if _PARTED.match(shown):
        # "1 1.8" is a number whose digits the reader set apart, or two numbers.
        whole = _as_number(shown.replace(" ", ""))
        parts = tuple(part.value for text in shown.split() if (part := _as_number(text)) and part.value is not None)
        return msgspec.structs.replace(whole, sure=False, parted=parts) if whole else ValueRead(shown, sure=False)
    with_unit = _with_unit(shown)
    if with_unit is not None:
        return with_unit
    word = _FLAG_AFTER_WORD.match(shown)
    body, flag = (word[1], word[2]) if word else (shown, "")
    return ValueRead(
        body, flag=flag, sure=bool(_WORDS.match(body)) or bool(re.fullmatch(r"[\u4e00-\u9fff]+\s*[-+±\d]+\+?", body))
    )


def is_result(text: str) -> bool:
    """Whether a cell has the shape of a result: number, grade, titre or a word that answers."""
    read = read_value(text)
    return read.value is not None or bool(
        _GRADE.match(read.text) or _TITRE.match(read.text) or _ANSWERS.match(read.text)
    )


_ANSWERS = re.compile(
    r"^\(?(?:阴性?|阳性?|弱阳性?|可疑|未见|未检出|未发现|检出|正常|淡?黄色?|黄褐色?|褐色|清亮?|清晰|透明|微?混浊?|浑浊|软便?|稀便?|水样便?|糊状|无色?|少量|微量"
    r"|红色|深黄色?|negative|positive|normal|clear|yellow|trace|reactive|non-?reactive|(?:not )?detected|nil|absent|O型|A型|B型|AB型)"
    r"(?:\)|\s*\(?[-+±\d]{0,3}\)?|异常|管型)?$",
    re.IGNORECASE,
)


def _as_number(shown: str) -> ValueRead | None:
    found = _NUMBER.match(shown)
    if not found:
        return None
    after = found["after"] or ""
    value, sure, decimals = number_of(found["n"])
    if value is None:
        return ValueRead(shown, sure=False)
    if found["power"]:
        value *= 10.0 ** int(found["power"])
    flag = _FLAGS.get(after, after) or _FLAGS.get(found["before"], found["before"].strip("★"))
    text = shown[
        found.start("mark") if found["mark"] else found.start("n") : found.end("power" if found["power"] else "n")
    ]
    comparator = _MARKS[found["mark"]] if found["mark"] else None
    # A small "l" after a number is an arrow, a one or a litre.
    return ValueRead(text, value, comparator, flag, "", sure and after not in {"l", "h", "N"}, decimals)


_CUT = re.compile(
    r"^(?P<n>[<>≤≥]?\s*[+-]?\d[\d,.]*?)(?P<gap>\s*)(?P<flag>[↑↓*]?)\s*(?P<rest>[×xX*]?\s*10[\^~*E].*|(?<=\s)10\d{1,2}/.*|[^\d\s.,^].*)$"
)


def _with_unit(shown: str) -> ValueRead | None:
    """As in "6.05 mmol/L", "7.2 ↑ %", "11.8 10^9/L"; a digit right before a digit leaves it unsure."""
    found = _CUT.match(shown)
    if not found:
        return None
    unit = read_unit(found["rest"])
    number = _as_number(found["n"].strip())
    if number is None or number.value is None:
        return None
    if unit is None:
        return (
            None
            if not looks_like_unit(found["rest"])
            else msgspec.structs.replace(number, unit=found["rest"], glued=True)
        )
    glued = found["rest"][0].isdigit() and not found["gap"] and not found["flag"]
    return msgspec.structs.replace(number, flag=found["flag"], unit=unit[0], glued=glued or not unit[1])
