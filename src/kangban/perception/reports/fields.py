"""Labelled fields of a document: whom it names, when, which hospital, which specimen. Numbers that identify are not read."""

from __future__ import annotations

import re
from datetime import datetime

from kangban.clinical.person import Sex
from kangban.clinical.report import ReportDates, ReportPatient
from kangban.perception.reports.headings import specimen_in

_LABEL_WORDS = r"姓\s*名|性\s*别|年\s*龄|科\s*室|科\s*别|床\s*号|病区|病历号|门诊号|住院号|病案号|病员号|卡号|ID|No|标本|样本|条码|申请|送检|诊断|出生|电话|日期|单位|患者|职业|民族|婚姻|住址|身份证"
_NAME = re.compile(
    rf"(?:患者|病人|受检者|体检者|就诊人|受种者|儿童)?\s*(?:姓\s*名|名\s*字)\s*[::]?\s*(?!性\s*别)(?P<zh>[\u3400-\u9fff·*○×✕]{{2,12}}?|[A-Za-z][A-Za-z .'\-]{{1,40}}?)(?=\s*(?:$|\s{{2}}|[,;|/(]|(?:{_LABEL_WORDS})|男|女|\d))"
    r"|(?:patient(?:'s)?(?: name)?|(?<!test )(?<!hospital )\bname)\s*:\s*(?P<en>[A-Za-z\u3400-\u9fff][A-Za-z\u3400-\u9fff .,'\-*]{0,40}?)(?=\s*(?:$|\s{2}|[;|]|sex|gender|age|dob|mrn|\())"
    r"|(?:患者|病人|受检者)\s*:\s*(?P<also>[\u3400-\u9fff·*]{2,5})(?=\s|$|[,;])",
    re.IGNORECASE,
)
_SEX = re.compile(r"(?:性\s*别|sex|gender)\s*[::]?\s*(?P<sex>男|女|male|female|[MF]\b)", re.IGNORECASE)
# Months and days come first: "8个月" is never eight years.
_AGE = re.compile(
    r"(?:年\s*龄|\bage)\s*[::]?\s*(?P<age>\d{1,2}\s*(?:个月|月龄|月|months?\b|mos?\b)\s*(?:\d{1,2}\s*(?:天|日))?|\d{1,3}\s*(?:天|日龄|日|days?\b|D\b)"
    r"|\d{1,2}\s*(?:小时|周龄|周(?!岁)|weeks?\b|hours?\b)|\d{1,3}(?:\.\d)?\s*(?:岁|周岁|Y(?:ears?|rs?)?\b|Y(?=\d))?\s*(?:\d{1,2}\s*(?:个月|月|M\b|months?\b))?\s*(?:\d{1,2}\s*(?:天|日|D\b))?)",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"(?:sex|gender)\s*/\s*age\s*:\s*(?P<s1>[MF]|male|female)\s*/\s*(?P<a1>\d{1,3}\s*(?:y(?:ears?|rs?)?)?)\b"
    r"|age\s*/\s*(?:sex|gender)\s*:\s*(?P<a2>\d{1,3}\s*(?:y(?:ears?|rs?)?)?)\s*/\s*(?P<s2>[MF]|male|female)\b",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"(?:出生(?:日期|年月(?:日)?)?|生\s*日|DOB|date of birth|born)\s*[::]?\s*(?P<day>.{6,16})", re.IGNORECASE
)
_LOOSE = re.compile(r"(?P<sex>男|女)\s*[,/ 、]?\s*(?P<age>\d{1,3}\s*(?:岁|周岁)(?:\s*\d{1,2}\s*个?月)?)")
_HOSPITAL = re.compile(
    r"(?P<name>[\u3400-\u9fff()]{2,30}?(?:医院|卫生院|卫生服务中心|妇幼保健院|保健院|体检中心|医学检验(?:所|实验室|中心)|检验所|诊所|疾病预防控制中心|卫生室|门诊部|急救中心|疾控中心)(?:[\u3400-\u9fff()]{1,8}(?:院区|分院|院))?)"
)
_HOSPITAL_EN = re.compile(
    r"(?P<name>(?:[A-Z][A-Za-z.'’&\-]*\s+){1,6}(?:Hospital|Clinic|Medical Cent(?:er|re)|Laborator(?:y|ies)|Health Cent(?:er|re)|Diagnostics))"
)

_SAMPLED = r"采\s*[样集血]\s*(?:时间|日期)?|标本采集(?:时间|日期)|抽血(?:时间|日期)|collect(?:ed|ion)(?: (?:on|at|date|time))?(?:[ /]time)?|sampl(?:ed|ing)(?: (?:on|date|time))?|drawn|采样日期时间|取样(?:时间|日期)|specimen date"
_SENT = r"送\s*检\s*(?:时间|日期)|申请(?:时间|日期)|就诊(?:时间|日期)|检查(?:时间|日期)|检测(?:时间|日期)|体检(?:时间|日期)|处方日期|开具日期|开方日期|开单(?:时间|日期)|visit date|接种日期|住院日期|检验日期|检验时间|测定(?:时间|日期)|test date"
_RECEIVED = r"接\s*[收检]\s*(?:时间|日期)|签收(?:时间|日期)|核收(?:时间|日期)|received(?: (?:on|at|date))?"
_REPORTED = r"报\s*告\s*(?:时间|日期)|审\s*核\s*(?:时间|日期)|发布(?:时间|日期)|report(?:ed)?(?: (?:on|at|date|time))?|issued|verified(?: (?:on|at))?|出院(?:时间|日期)|诊断(?:时间|日期)|date reported|reporting date"
_PRINTED = r"打\s*印\s*(?:时间|日期)|printed(?: (?:on|at))?"
_DAY = r"(?P<y>(?:19|20)\d\d|\d\d)\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>[0-2]\d|3[01]|\d(?!\d))(?!\s\d(?!\d?\s?[:：时点]))\s*日?(?:\s*[T,]?\s*(?P<h>[01]?\d|2[0-3])\s*[:：时点]\s*(?P<min>[0-5]\d))?"
_COMPACT = r"(?P<cy>(?:19|20)\d\d)(?P<cm>0[1-9]|1[0-2])(?P<cd>[0-2]\d|3[01])(?:\s*(?P<ch>[01]\d|2[0-3]):?(?P<cmin>[0-5]\d))?(?!\d)"
_ENGLISH = r"(?P<ed>\d{1,2})[- ](?P<em>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?[- ,]+(?P<ey>(?:19|20)\d\d)(?:,?\s+(?P<eh>[01]?\d|2[0-3]):(?P<emin>[0-5]\d))?"
_ENGLISH_MONTH_FIRST = (
    r"(?P<am>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? (?P<ad>\d{1,2}),? (?P<ay>(?:19|20)\d\d)"
)
_ANY_DAY = re.compile(f"{_DAY}|{_COMPACT}|{_ENGLISH}|{_ENGLISH_MONTH_FIRST}", re.IGNORECASE)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SEXES: dict[str, Sex] = {"男": "male", "女": "female", "male": "male", "female": "female", "m": "male", "f": "female"}


def patient_of(text: str) -> ReportPatient:
    """Name, sex, age and birth date as labelled; the first of each. What is not labelled stays empty."""
    named = _NAME.search(text)
    name = next((g for g in named.groups() if g), "") if named else ""
    sex, age, born = _SEX.search(text), _AGE.search(text), _BORN.search(text)
    loose = _LOOSE.search(text) if sex is None or age is None else None
    both = _TOGETHER.search(text)
    sex_word = sex["sex"] if sex else loose["sex"] if loose else (both["s1"] or both["s2"]) if both else ""
    age_text = re.sub(
        r"\s+", "", age["age"] if age else loose["age"] if loose else (both["a1"] or both["a2"]) if both else ""
    )
    moment = moment_in(born["day"]) if born else None
    return ReportPatient(
        _tidy_name(name), _SEXES.get(sex_word.lower()), age_text, years(age_text), moment.date() if moment else None
    )


def _tidy_name(name: str) -> str:
    name = re.sub(rf"(?:{_LABEL_WORDS}).*$", "", name.strip(" .,'-"))
    name = re.sub(r"(?<=[a-z])(?<!\bMc)(?<!\bMac)(?=[A-Z])", " ", name)
    return name if re.search(r"[A-Za-z]", name) else name.replace(" ", "")


def years(age: str) -> float | None:
    """An age as printed ("3岁2月", "45Y", "8个月", "12天") in years; a bare number is years."""
    if not age:
        return None
    total, seen = 0.0, False
    for number, unit in re.findall(r"(\d+(?:\.\d)?)\s*([\u3400-\u9fff]+|[a-z]+)?", age.lower()):
        part = next((share for start, share in _SHARES if unit.startswith(start)), None)
        if part is None:
            return None
        total += float(number) * part
        seen = True
    return round(total, 3) if seen and total < 130 else None


_SHARES = (
    ("岁", 1.0), ("周岁", 1.0), ("y", 1.0), ("个月", 1 / 12), ("月", 1 / 12), ("m", 1 / 12), ("周", 7 / 365.25), ("w", 7 / 365.25),
    ("天", 1 / 365.25), ("日", 1 / 365.25), ("d", 1 / 365.25), ("小时", 1 / 8766), ("h", 1 / 8766), ("", 1.0),
)  # fmt: skip


def moment_in(text: str) -> datetime | None:
    """The first date in a text, midnight where no time is printed; two-digit years are 20xx; None for an impossible one."""
    for found in _ANY_DAY.finditer(_unparted(text)):
        part = found.groupdict()
        if part["y"]:
            numbers = [part["y"], part["m"], part["d"], part["h"], part["min"]]
        elif part["cy"]:
            numbers = [part["cy"], part["cm"], part["cd"], part["ch"], part["cmin"]]
        elif part["ey"]:
            numbers = [part["ey"], _month(part["em"]), part["ed"], part["eh"], part["emin"]]
        else:
            numbers = [part["ay"], _month(part["am"]), part["ad"], None, None]
        year, month, day, hour, minute = (int(n) if n else 0 for n in numbers)
        try:
            return datetime(year if year > 99 else 2000 + year, month, day, hour, minute)  # noqa: DTZ001 - the hospital's own clock
        except ValueError:
            continue
    return None


_APART = re.compile(r"(?<=\s\d) (?=\d\s?[::]\s?\d\d)|(?<=\d[-/.]\d) (?=\d\s+\d{1,2}\s?[::]\d\d)")


def _unparted(text: str) -> str:
    """Digits a reader set apart in a day or an hour ("2026-01-13 1 1:44"), where the time after them leaves no choice."""
    return _APART.sub("", text)


def _month(word: str | None) -> str:
    return str(1 + next(i for i, month in enumerate(_MONTHS) if (word or "jan").lower().startswith(month)))


def dates_of(text: str) -> ReportDates:
    """When the sample was taken (else sent, received, examined) and when reported (else printed)."""
    sampled = _labelled(_SAMPLED, text) or _labelled(_SENT, text) or _labelled(_RECEIVED, text)
    reported = _labelled(_REPORTED, text) or _labelled(_PRINTED, text)
    if sampled is None and reported is None:
        sampled = _labelled(r"(?:^|\s)(?:日\s*期|时\s*间|date)", text)
    return ReportDates(sampled, reported)


def _labelled(label: str, text: str) -> datetime | None:
    for found in re.finditer(rf"(?:{label})\s*[::]?\s*(?P<rest>[^\n]{{0,28}})", text, re.IGNORECASE):
        start = _ANY_DAY.search(_unparted(found["rest"]))
        # Another label between this one and the date owns the date.
        if start and not re.search(r"[\u3400-\u9fffA-Za-z]{2}", found["rest"][: start.start()]):
            return moment_in(found["rest"])
    return None


def hospital_of(lines: list[str]) -> str:
    """The hospital of the first lines that name one, or ""."""
    for text in lines:
        found = _HOSPITAL.search(text.replace(" ", "")) or _HOSPITAL_EN.search(text)
        if found and not re.search(r"(?:转诊|外院|既往)", text):
            return re.sub(r"^(?:医院|医疗机构|机构)(?:名称)?:?", "", found["name"]).strip()
    return ""


def specimen_of(lines: list[str]) -> str:
    """The specimen of the first labelled field, or ""."""
    return next((found for text in lines if (found := specimen_in(text))), "")
