"""Where somebody lives: down to a road, a village or a door. A province or a city alone stays, it is clinical."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.perception.language.identifiers.latin import Parts, finds
from kangban.perception.language.identifiers.span import Span

_HAN = r"[\u4e00-\u9fff]"
_N = r"[\d零〇一二三四五六七八九十百]{1,6}"
_PROVINCES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|"
    "内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_ADMIN = rf"{_HAN}{{1,10}}?(?:特别行政区|自治区|自治州|自治县|省|市|地区|盟|新区|区|县|旗|镇|乡|街道)"
_ROAD = rf"(?:{_HAN}|[A-Za-z\d]){{1,10}}?(?:大道|大街|公路|环路|街坊|路|街|巷|胡同|里弄|弄|道(?={_N})|村|屯|庄|寨|社区|小区|新村|花园|公寓|家园|家苑|嘉园|佳苑|苑|里|园|城|湾|庭|府|广场|大厦|段)(?![村镇乡路街巷弄道])"
_DOOR = rf"(?:甲|乙|附)?(?:{_N}|[A-Za-z\d]{{1,5}})(?:[-—]\d{{1,5}})*(?:号之[一二三四五六七八九十\d]{1, 2}|号大院|号院|号楼|号|弄|巷|栋|幢|座|单元|楼|层|室|户|组|队|社|园|区|段|门)"
_REST = rf"(?:[,， ]?(?:{_DOOR}|[A-Z]?座(?:\d{1, 4}[A-Z](?![A-Za-z]))?|{_HAN}{{2,8}}?(?:小区|花园|公寓|大厦|家园|广场|苑|城)|[东南西北中][区段侧]))*(?:[A-Z]?\d{{3,4}})?(?:室|户)?"
_WHOLE = re.compile(
    rf"(?:{_ADMIN}[ ]?){{1,5}}(?:{_ROAD}){{1,3}}(?:{_DOOR})?{_REST}"
    rf"|(?:{_ADMIN}[ ]?){{1,5}}(?:{_DOOR}){_REST}"
    rf"|(?:{_ROAD}){{1,3}}{_DOOR}{_REST}"
)
_FINE = re.compile(r"(?:路|街|巷|胡同|弄|道|村|屯|庄|社区|小区|花园|公寓|家园|苑|大厦|广场|新村|镇|乡)")
# Where a clause about somebody's home begins to be the address itself.
_LEAD = re.compile(
    r".*(?:家住在?|居住在|住在|住址|地址|现住|现居|居住于|居住地|户籍地?|籍贯|家在|位于|来自|搬到|搬去|送到|寄到|寄往|发到|快递到|送去|邮寄|到了?|在|是|[:;]|住|往|于|回|从)(?=.{3})"
)
_NOT_HOME = re.compile(
    r"医院|病房|诊室|门诊|急诊|药房|病区|科室|住院部|诊所|卫生院|尿路|气道|呼吸道|消化道|胆道|肠道|阴道|产道|食道|尿道|通路"
)
_STOP = re.compile(r"[，。；！？\n,;!?、（）()\[\]【】]")
_DOOR_SIGN = re.compile(rf"(?:{_N}|\d[A-Z]?)[ ]?(?:号|弄|室|栋|幢|单元|组|社|队)|(?:路|街|巷|胡同|弄|村|小区|花园|苑)")

_BEFORE, _BEHIND = 30, 30

_STREET = r"(?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Court|Ct|Boulevard|Blvd|Place|Pl|Square|Sq|Terrace|Way|Close|Crescent|Parkway|Pkwy|Highway|Hwy|Gardens|Row)\.?"
_ENGLISH = re.compile(
    rf"(?<![\w.])\d{{1,5}}[A-Z]?,?[ ](?:[NSEW]\.?[ ])?(?:[A-Z][A-Za-z'-]+[ ]|\d{{1,3}}(?:st|nd|rd|th)[ ]){{1,4}}{_STREET}(?![A-Za-z])"
    r"(?:,?[ ](?:Apt|Apartment|Unit|Suite|Ste|Flat|Room|Rm|#)\.?[ ]?[A-Z]?\d*[A-Z]?)?"
    r"(?:,[ ](?:[A-Z][a-z.]+[ ]?){1,3})?"
    r"(?:,?[ ]?[A-Z]{2}(?:[ ]\d{5}(?:-\d{4})?)|,?[ ]?[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}|[ ]\d{5})?"
)


def addresses(text: str, parts: Parts) -> Iterator[Span]:
    """Every address, without the words that lead to it."""
    if not text.isascii():
        done = 0
        for sign in _DOOR_SIGN.finditer(text):
            if sign.start() < done:
                continue
            # No address is longer, and patterns like these must never be let loose on a long text.
            begin = max(done, sign.start() - _BEFORE, 0)
            for stop in _STOP.finditer(text, begin, sign.start()):
                begin = stop.end()
            stop = _STOP.search(text, sign.end(), sign.end() + _BEHIND)
            end = stop.start() if stop else min(len(text), sign.end() + _BEHIND)
            found = list(_in_clause(text[begin:end], begin))
            yield from found
            done = found[-1].end if found else end
    for match in finds(_ENGLISH, text, parts):
        yield Span(match.start(), match.end(), "ADDR")


def _in_clause(clause: str, at: int) -> Iterator[Span]:
    begin = 0
    lead = _LEAD.match(clause)
    if lead:
        begin = lead.end()
    province = re.search(
        rf"^[ ]?(?:{_PROVINCES})|(?:{_PROVINCES})(?:省|市|壮族|维吾尔|回族|自治区|特别行政区)", clause[begin:]
    )
    if province:
        begin += province.start()
    while begin < len(clause) and clause[begin] in " :":
        begin += 1
    match = _WHOLE.search(clause, begin)
    if match is None and begin:
        match = _WHOLE.search(clause)
    if match is None:
        return
    found = match.group()
    if not _FINE.search(found) or not re.search(rf"{_N}|村|屯|庄|小区|社区", found) or _NOT_HOME.search(found):
        return
    start, end = match.start(), match.end()
    while clause[end - 1] in " ,":
        end -= 1
    yield Span(at + start, at + end, "ADDR")
