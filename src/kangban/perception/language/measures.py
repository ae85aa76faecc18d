"""Numbers with a meaning: age, weight, temperature, blood pressure, weeks of pregnancy, durations, lab values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.clinical.utterance import Measure
from kangban.kernel.numbers import EN_NUMBER, NUMBER, number
from kangban.kernel.patterns import lazy_pattern
from kangban.perception.language.lexicon import Hit

_N = NUMBER
_E = EN_NUMBER

_AGE = lazy_pattern(
    rf"(?P<years>{_N})\s*(?:周岁|岁)(?P<half>半)?(?:(?P<plus>{_N})个?月)?"
    rf"|(?P<months>{_N})\s*个?(?:多)?月(?:大|龄|的?(?:宝宝|婴儿|孩子|娃|小孩|儿子|女儿|男婴|女婴))"
    rf"|(?:刚满|才满|不满|未满|不到)\s*(?P<cmonths2>{_N})\s*个月(?!没|前|的?(?:药|咳|病))"
    rf"|(?:宝宝|婴儿|孩子|娃|小孩|女儿|儿子|孙子|孙女|外孙|小朋友)\s*(?:才|刚|刚刚|已经|现在|今年|是|快|满|,|，)*\s*(?P<cmonths>{_N})\s*个?(?:多)?月(?!前|以来|没|后)"
    rf"|(?:出生|生下来|生后)\s*(?:才|刚|第)*\s*(?P<days>{_N})\s*天|(?:宝宝|婴儿|新生儿|娃|孩子)\s*(?:才|刚|刚刚|今天|现在|满|出生|只有|,|，)+\s*(?P<days3>{_N})\s*天(?!没|不|前|了)|(?P<days2>{_N})\s*天大?的?(?:新生儿|宝宝|婴儿)"
    rf"|(?:刚|才)?满月的?(?P<newborn>宝宝|婴儿|娃|孩子)"
    rf"|\b(?P<eyears>{_E})[\s-]*(?:years?|yrs?|yr|y)[\s-]*(?:old|o)\b|\b(?P<eyo>\d{{1,3}})\s*(?:yo|y/o|yom|yof)\b"
    rf"|\baged?\s+(?P<aged>\d{{1,3}})\b|\b(?P<sexage>\d{{1,3}})\s*[mf]\b(?=[,\s]|$)|\b(?P<eyear2>\d{{1,3}})[\s-]year[\s-](?=(?:male|female|man|woman|boy|girl))"
    rf"|\b(?P<emonths>{_E})[\s-]*(?:months?|mos?)[\s-]*(?:old\b|(?=baby|infant|girl|boy))|\b(?P<eweeks>{_E})[\s-]*(?:weeks?|wks?)[\s-]*old\b"
    rf"|\b(?:baby|infant|newborn|daughter|son|twins?)(?:'s| is| was)?[\s,(]+(?:only |just |now |aged )?(?P<eweeks2>{_E})[\s-]*(?:weeks?|wks?)\b(?! ago)"
    rf"|\b(?P<edays>{_E})[\s-]*days?[\s-]*old\b|\b(?P<mo>\d{{1,2}})\s?mo\b|(?P<newborn2>新生儿|newborn)"
)
_WEIGHT = lazy_pattern(
    rf"(?P<kg>{_N})\s*(?:kg|公斤|千克|kilos?|kilograms?)|(?P<jin>{_N})\s*斤(?!装)|(?P<lb>\d+(?:\.\d+)?)\s*(?:lbs?|pounds?)\b"
)
_TEMP = lazy_pattern(
    r"(?P<prefix>(?:摸着烫|烫|量了|量出来|量的|发烧|高烧|低烧|烧到了?|发热|体温|烧|temp(?:erature)?(?: of| is| was)?|fever(?: of| to)?|\bt)\s*[:：]?\s*(?:到|了|至|达|高达|约|大概|最高)?\s*)?"
    r"(?:(?P<c>3[4-9](?:\.\d+)?|4[0-3](?:\.\d+)?)\s*(?P<unit>℃|°c|摄氏度|度|c\b|degrees?(?: c(?:elsius)?)?)?(?P<tenth>(?<=度)[一二三四五六七八九半\d](?!\d|[岁天个小分次片粒]))?(?!\d|\s*(?:次|天|岁|周|%|个|片|/))"
    r"|(?P<cn>三十[四五六七八九]|四十[一二三]?)度(?P<cnt>[一二三四五六七八九]|半)?"
    r"|(?P<f>9[5-9](?:\.\d+)?|10[0-9](?:\.\d+)?)\s*(?P<funit>°f|℉|f\b|degrees?(?: f(?:ahrenheit)?)?)?(?!\d|\s*(?:次|天|岁|周|%|个|片|/)))"
)
_BP = lazy_pattern(
    r"(?P<sbp>\d{2,3})\s*/\s*(?P<dbp>\d{2,3})(?!\d|\s*(?:mg|片|g\b))(?:\s*mmhg)?"
    r"|(?:高压|收缩压|上压|systolic)\s*(?:是|为|到|了|都|有|of)?\s*(?P<high>\d{2,3})|(?:低压|舒张压|下压|diastolic)\s*(?:是|为|到|了|有|of)?\s*(?P<low>\d{2,3})"
    r"|血压\s*(?:高达|到|到了|升到|达|是|为|有)?\s*(?P<only>\d{3})(?!\d|\s*/)"
)
_PLAIN = (
    ("hr", lazy_pattern(r"(?:心率|脉搏|心跳|hr|heart rate|pulse)\s*(?:[:：]|只有|只|才|快到|慢到|降到|掉到|飙到|大概|约|是|为|有|到|达|了|of|is|was|only|about|around|down to|up to|at|每分钟|\s)*\s*(?P<v>\d{2,3})(?!\d)")),
    ("spo2", lazy_pattern(r"(?:血氧饱和度|血氧|氧饱和度|氧饱和|spo2|sao2|sats?|o2 sats?|oxygen(?: saturation| levels?| readings?)?|saturation)\s*(?:[:：]|只有|才|是|为|降到|掉到|在|of|is|was|at|down to|to|%)*\s*(?P<v>\d{2,3})\s*%?")),
    ("rr", lazy_pattern(r"(?:呼吸频率|呼吸|rr|respiratory rate|breathing)\s*(?:[:：]|是|为|每分钟|of|at|is)*\s*(?P<v>\d{2,3})\s*(?:次|/min|bpm|breaths?|(?=\D|$))")),
    ("glucose", lazy_pattern(r"(?:血糖|空腹血糖|餐后血糖|随机血糖|血糖仪|glucose|blood sugar|sugar|bg)\s*(?:[:：]|测出来|测得|显示|飙到|升到|降到|掉到|读数|是|reading|showing|shows|was|around|about|down to|up to|only|just|只有|才|是|为|有|到|测了|高达|低到|of|is|was|reads?|level|at)*\s*(?P<v>\d{1,3}(?:\.\d+)?)\s*(?P<u>mg/dl)?")),
    ("egfr", lazy_pattern(r"(?:e-?gfr|肾小球滤过率)\s*(?:[:：]|是|为|只有|才|of|is|=)*\s*(?P<v>\d{1,3}(?:\.\d+)?)")),
)  # fmt: skip
_WEEKS = lazy_pattern(
    rf"(?:怀孕|孕|妊娠)\s*(?:了|期)?\s*(?P<w>{_N})\s*(?:多)?周|(?:怀孕|孕)\s*(?:了)?\s*(?P<m>{_N})\s*个?(?:多)?月|(?P<w2>{_N})\s*周(?:的)?(?:孕妇|孕期)"
    rf"|\b(?P<ew>\d{{1,2}})\s*(?:weeks?|wks?)\s*(?:pregnant|gestation|of pregnancy)|\bpregnant\s*(?:,|at|for)?\s*(?P<ew2>\d{{1,2}})\s*(?:weeks?|wks?)|\b(?P<em>{_E})\s*months?\s*pregnant"
)
_PREGNANT = lazy_pattern(
    r"(?<!没)(?<!未)(?<!备)(?:怀孕|怀着孕|孕妇|孕期|妊娠|有喜了|怀上了)|\bpregnant\b|\bpregnancy\b"
)
_NOT_PREGNANT = lazy_pattern(
    r"没怀孕|未孕|未怀孕|没有怀孕|不是孕妇|备孕|妊娠试验:?(?:阴性|\(-\))|验孕(?:棒)?(?:是)?阴性|not pregnant|pregnancy test (?:is |was |came back )?neg|negative pregnancy test|postmenopausal|绝经"
)
# "pregnant … 28 weeks": between these a bare number of weeks beside a pregnancy is its age, not how long it hurts.
LEAST_WEEKS_SAID, MOST_WEEKS_SAID = 5, 43
_ANY_WEEKS = lazy_pattern(r"(?P<w>\d{1,2})\s*(?:\+\s*\d\s*)?(?:周(?!前|来)|weeks?\b|wks?\b|w\b)")
_TRIMESTER = (
    (lazy_pattern(r"早孕|孕早期|first trimester"), 8.0),
    (lazy_pattern(r"孕中期|second trimester"), 20.0),
    (lazy_pattern(r"孕晚期|third trimester|快生了|临产|足月"), 34.0),
)
_FEEDING = lazy_pattern(r"哺乳期|喂奶|在喂母乳|母乳喂养(?:的妈妈)?|breast[- ]?feeding|nursing mother|lactating")
_UNITS_HOURS = {
    "分钟": 1 / 60,
    "小时": 1,
    "钟头": 1,
    "天": 24,
    "日": 24,
    "晚": 12,
    "宿": 12,
    "周": 168,
    "星期": 168,
    "礼拜": 168,
    "月": 720,
    "年": 8760,
}
_EN_HOURS = {
    "minute": 1 / 60,
    "min": 1 / 60,
    "hour": 1,
    "hr": 1,
    "h": 1,
    "day": 24,
    "d": 24,
    "night": 12,
    "week": 168,
    "wk": 168,
    "month": 720,
    "year": 8760,
    "yr": 8760,
}
_DURATION = lazy_pattern(
    rf"(?P<n>{_N}|几|好几)\s*(?:多)?\s*个?(?:多|半)?\s*(?P<u>分钟|小时|钟头|天|日|晚上|晚|宿|周|星期|礼拜|月|年)(?!前曾|大|龄|岁|次|\d*\s*次)(?P<tail>了|前|来|以来|余|多)?"
    rf"|\b(?P<en>{_E})(?:(?<=\d)\s*(?:\+|plus)?[\s-]*|\s+|-)(?P<eu>minute|min|hour|hr|h|day|d|night|week|wk|month|year|yr)s?\b(?![\s-]*(?:old|pregnant|gestation))"
)  # fmt: skip
_SINCE = (
    (lazy_pattern(r"刚刚|刚才|突然|刚|just now|suddenly|a moment ago"), 0.5),
    (lazy_pattern(r"今早|今天早上|早上起来|今天|this morning|today|tonight|今晚"), 8.0),
    (lazy_pattern(r"昨天|昨晚|昨夜|从昨|yesterday|last night"), 24.0),
    (lazy_pattern(r"前天|day before yesterday"), 48.0),
    (lazy_pattern(r"上周|上星期|last week"), 168.0),
    (lazy_pattern(r"好久|很久|一直以来|常年|多年|for ages|for years|long time|chronic"), 2000.0),
    (lazy_pattern(r"好几天|这几天|这些天|最近几天|several days|few days"), 72.0),
)


def _one(match: re.Match[str], code: str, value: float, unit: str) -> Measure:
    return Measure(match.start(), match.end(), code, round(value, 3), unit)


def ages(text: str) -> Iterator[Measure]:
    """Ages in years; months, weeks and days become fractions."""
    for m in _AGE.finditer(text):
        found = m.groupdict()
        years = None
        if found["newborn"] or found["newborn2"]:
            years = 0.02
        for key in ("years", "eyears", "eyo", "aged", "sexage", "eyear2"):
            if found[key]:
                years = number(found[key])
        for key, per in (
            ("months", 12.0),
            ("cmonths", 12.0),
            ("cmonths2", 12.0),
            ("emonths", 12.0),
            ("mo", 12.0),
            ("eweeks", 52.18),
            ("eweeks2", 52.18),
            ("days", 365.25),
            ("days2", 365.25),
            ("days3", 365.25),
            ("edays", 365.25),
        ):
            if found[key]:
                value = number(found[key])
                years = None if value is None else value / per
        if years is None or years > 125:
            continue
        years += 0.5 if found["half"] else 0.0
        years += (number(found["plus"]) or 0.0) / 12 if found["plus"] else 0.0
        yield _one(m, "age_years", years, "a")


def weights(text: str) -> Iterator[Measure]:
    """Body weights in kg; 斤 is half a kilogram, pounds are converted. Outside 0.4–350 kg it is no body."""
    for m in _WEIGHT.finditer(text):
        for key, factor in (("kg", 1.0), ("jin", 0.5), ("lb", 0.45359237)):
            value = number(m[key]) if m[key] else None
            if value is not None and 0.4 <= value * factor <= 350:
                yield _one(m, "weight_kg", value * factor, "kg")


def temperatures(text: str) -> Iterator[Measure]:
    """Body temperatures in °C. A number counts with a word of fever before it or a degree sign behind it."""
    for m in _TEMP.finditer(text):
        if m["c"] and (m["prefix"] or m["unit"]):
            value = float(m["c"])
            if m["tenth"] and value == int(value):
                value += 0.5 if m["tenth"] == "半" else (number(m["tenth"]) or 0) / 10
        elif m["f"] and (m["prefix"] or m["funit"]):
            value = (float(m["f"]) - 32) / 1.8
        elif m["cn"]:
            tenth = 0.5 if m["cnt"] == "半" else (number(m["cnt"]) or 0) / 10 if m["cnt"] else 0
            value = (number(m["cn"]) or 0) + tenth
        else:
            continue
        if 30 <= value <= 44:
            yield _one(m, "temp", value, "Cel")


def vitals(text: str) -> Iterator[Measure]:
    """Blood pressure, heart rate, saturation, respiratory rate, glucose (mmol/L), eGFR."""
    for m in _BP.finditer(text):
        if m["sbp"]:
            high, low = float(m["sbp"]), float(m["dbp"])
            if 60 <= high <= 300 and 30 <= low <= 200 and high > low:
                yield _one(m, "sbp", high, "mm[Hg]")
                yield _one(m, "dbp", low, "mm[Hg]")
        for key, code in (("high", "sbp"), ("low", "dbp"), ("only", "sbp")):
            if m[key]:
                yield _one(m, code, float(m[key]), "mm[Hg]")
    for code, pattern in _PLAIN:
        for m in pattern.finditer(text):
            value = float(m["v"])
            if code == "glucose":
                # People quote mg/dL without a unit; nobody lives with 60 mmol/L.
                value = value / 18.018 if m["u"] or value > 45 else value
                yield _one(m, code, value, "mmol/L")
            elif _possible(code, value):
                yield _one(m, code, value, {"hr": "/min", "rr": "/min", "spo2": "%", "egfr": "mL/min/{1.73_m2}"}[code])


def _possible(code: str, value: float) -> bool:
    low, high = {"hr": (20, 300), "rr": (4, 120), "spo2": (40, 100), "egfr": (1, 200)}[code]
    return low <= value <= high


def pregnancy(text: str) -> tuple[bool | None, float | None]:
    """(pregnant, weeks) as said; (None, None) when nothing is said."""
    for m in _WEEKS.finditer(text):
        months = m["m"] or m["em"]
        value = number(m["w"] or m["w2"] or m["ew"] or m["ew2"] or months or "")
        if value is not None:
            weeks = value * 4.345 if months else value
            if weeks <= 44:
                return True, round(weeks, 1)
    if _PREGNANT.search(text) and not _NOT_PREGNANT.search(text):
        for m in _ANY_WEEKS.finditer(text):
            value = number(m["w"])
            if value is not None and LEAST_WEEKS_SAID <= value <= MOST_WEEKS_SAID:
                return True, value
    for pattern, weeks in _TRIMESTER:
        if pattern.search(text):
            return True, weeks
    if _NOT_PREGNANT.search(text):
        return False, None
    return (True, None) if _PREGNANT.search(text) else (None, None)


def breastfeeding(text: str) -> bool | None:
    """True when said; None when not."""
    return True if _FEEDING.search(text) else None


def hours(text: str, not_in: list[Measure], weeks: float | None = None) -> float | None:
    """The longest duration stated, in hours; None when none is. Ages and weeks of pregnancy are no durations."""
    found: list[float] = []
    for m in _DURATION.finditer(text):
        if any(a.start <= m.start() < a.end for a in not_in):
            continue
        unit = m["u"] or m["eu"]
        count = 4.0 if m["n"] in ("几", "好几") else number(m["n"] or m["en"])
        per = _UNITS_HOURS.get((m["u"] or "").removesuffix("上")) if m["u"] else _EN_HOURS.get(unit)
        behind = text[max(0, m.start() - 4) : m.start()]
        if weeks is not None and count == int(weeks) and per == _UNITS_HOURS["周"]:
            continue
        if m["n"] and re.fullmatch(r"(?:3[4-9]|4[0-3])\.\d", m["n"]):  # 38.3半天: a temperature, then a time
            count = 0.5 if text.startswith("半", m.end("n")) else None
        if _AHEAD.search(text[max(0, m.start() - 16) : m.start()]):
            continue
        if count is None or per is None or re.search(r"每|孕|一日|隔|every|per|q\s?$", behind):
            continue
        if (
            m["u"]
            and not m["tail"]
            and re.match(r"\s*(?:[一二三四两\d]+\s*次|的?宝宝|婴儿)", text[m.end() : m.end() + 6])
        ):
            continue
        found.append(count * per)
    if found:
        return max(found)
    said = [value for pattern, value in _SINCE if pattern.search(text)]
    return max(said) if said else None


# "give it a couple of days" and 再等两天 speak of the days to come.
_AHEAD = lazy_pattern(
    r"(?:\bgive (?:it|that|him|her)|\bwait|\bleave it|\bwithin|\bin another)\s(?:for\s)?(?:a(?:nother)?\s)?$|(?:再过|再等|等个|过个|先等|再观察|先观察|再看)$"
)
_READ_AS_VITALS = frozenset({"temp", "sbp", "dbp", "hr", "rr", "spo2"})


def lab_values(text: str, hits: list[Hit]) -> Iterator[Measure]:
    """An analyte's name with a number right behind it."""
    behind = lazy_pattern(
        r"\s*(?:[(（][^)）]{0,12}[)）])?\s*(?:[:：=]|是|为|到|高达|达|了|才|只有|有|of|is|was|level|结果|值|偏高|偏低|高|低|[,，])*\s*[<>＜＞]?\s*(?P<v>\d+(?:\.\d+)?)\s*(?P<u>[a-z0-9^*µμ%°]+(?:/[a-z0-9^*.]+)*)?"
    )
    for hit in hits:
        if hit.sort != "analyte" or hit.id in _READ_AS_VITALS:
            continue
        m = behind.match(text, hit.end)
        if m is not None:
            yield Measure(hit.start, m.end(), f"lab:{hit.id}", float(m["v"]), m["u"] or "")
