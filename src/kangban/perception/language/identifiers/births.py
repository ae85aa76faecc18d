"""Dates of birth: only where the words say that it is one. Every other date is clinical and stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.perception.language.identifiers.latin import Parts, finds
from kangban.perception.language.identifiers.span import Span

_HAN = "零〇○一二三四五六七八九十"
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_LUNAR = rf"(?:正|冬|腊|闰?[{_HAN}]{{1,2}}|\d{{1,2}})月(?:初[一二三四五六七八九十]|[{_HAN}廿]{{1,3}}|\d{{1,2}})[日号]?"
_DATE = (
    rf"(?:(?:(?:18|19|20)?\d\d|[{_HAN}]{{2,4}}|(?:民国|昭和)(?:[{_HAN}]{{1,3}}|\d{{1,2}}))[ ]?年(?:农历|阴历)?{_LUNAR}"
    rf"|(?:18|19|20)?\d\d[ ]?年[ ]?\d{{1,2}}[ ]?月(?:[ ]?\d{{1,2}}[ ]?[日号])?"
    rf"|[{_HAN}]{{2,4}}年[{_HAN}]{{1,3}}月(?:[{_HAN}]{{1,3}}[日号])?"
    r"|(?:18|19|20)\d\d[ ]?[-/.][ ]?\d{1,2}[ ]?[-/.][ ]?\d{1,2}"
    r"|(?:18|19|20)\d\d[-/.]\d{1,2}(?![\d-])"
    r"|(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:(?:18|19|20)\d\d|\d\d)(?!\d)"
    rf"|{_MONTH}[ ]?\d{{1,2}}(?:st|nd|rd|th)?,?[ ](?:18|19|20)\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?:[ ]of)?[ -]{_MONTH},?[ -](?:18|19|20)\d\d"
    r"|(?:农历|阴历|阳历)?\d{1,2}月\d{1,2}[日号])"
)
_IS = rf"[ \n]*(?:是|为|[:=])?[ \n]*(?:is |on |in )?(?:\(?(?:农历|阴历|阳历|公历)\)?)?[ ]*(?P<date>{_DATE})"
_BEFORE = re.compile(rf"(?:出生(?:年月日|日期|年月|时间|于|在)?|生于|生日|生辰|降生于?){_IS}", re.IGNORECASE)
_BEFORE_EN = re.compile(
    rf"(?:(?<![a-z])d\.?o\.?b\.?(?![a-z])|date of birth|birth ?date|birthday|born(?: on| in)?){_IS}", re.IGNORECASE
)
_AFTER = re.compile(r"(?<=[\d日号月一二三四五六七八九十])[ ]?(?:出生|生人|生(?![化效])|降生)")
_DATE_AT_END = re.compile(rf"(?P<date>{_DATE})\Z", re.IGNORECASE)
_LONGEST = 24


def births(text: str, parts: Parts) -> Iterator[Span]:
    """Every date of birth."""
    if "生" in text:
        for match in _BEFORE.finditer(text):
            yield Span(match.start("date"), match.end("date"), "BIRTH")
        for match in _AFTER.finditer(text):
            found = _DATE_AT_END.search(text, max(0, match.start() - _LONGEST), match.start())
            if found:
                yield Span(found.start(), found.end(), "BIRTH")
    for match in finds(_BEFORE_EN, text, parts):
        yield Span(match.start("date"), match.end("date"), "BIRTH")
