"""Sentences of the directions with their numbers: how much, how often, at what age, how long. What is not said stays None."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kangban.clinical.insert import ProposedDose, Section
from kangban.kernel.frequency import frequencies
from kangban.kernel.numbers import NUMBER, number
from kangban.perception.inserts.printed import printed
from kangban.perception.inserts.sentences import sentences

_N = rf"(?:\d+/\d+|{NUMBER})"
_RANGE = rf"(?P<low>{_N})\s*(?:[-~—–至到]\s*(?P<high>{_N})\s*)?"
_UNIT = r"(?P<unit>mg/kg|毫克/公斤|毫克/千克|ml/kg|mg|毫克|mcg|[μu]g|微克|g|克|ml|毫升|国际单位|万单位|单位|iu|片|粒|袋|包|支|丸|滴|揿|喷|吸|枚|贴|tablets?|caplets?|capsules?|softgels?|drops?|teaspoons?|puffs?|sprays?)"
_SINGLE = re.compile(
    rf"(?:一次|每次|单次|1次|次服|顿服|每侧|take|instill|use|apply|swallow)(?:剂量)?(?:口服|服用|服|用|滴入?|喷|吸入|为|按体重)*\s*(?:每侧|每鼻孔|每眼|各)?\s*{_RANGE}\s*{_UNIT}(?P<kg>\s*/\s*(?:kg|公斤|千克))?"
    rf"|(?:每公斤体重|按体重每公斤)\s*(?:一次)?\s*(?P<klow>{_N})\s*(?:[-~—–至到]\s*(?P<khigh>{_N})\s*)?(?P<kunit>mg|毫克)"
)
_MOST = re.compile(
    rf"(?:24小时(?:内)?|一日|每日|每天|日|一天|最大)(?:的)?(?:最大)?(?:总?剂?量|用量|量)?(?:最多|不(?:得|能|应|可|要)?(?:超过|多于)|最大(?:剂量|量)?(?:为|不超过)?|为)\s*(?P<n>{_N})\s*(?P<u>mg|毫克|g|克|片|粒|袋|ml|毫升|滴|支)"
    r"|(?:do not (?:take|exceed)|no) more than\s*(?P<en>\d+)\s*(?P<eu>tablets?|caplets?|capsules?|softgels?|mg|doses)?\s*(?:in|per|within|a)\s*(?:any\s*)?(?:24|day)"
)
_DAYS = re.compile(
    rf"(?:连续|疗程|使用|服用|用药|用于[^,。]{{1,6}}|应用|不(?:得|能|应|可|要)?超过|最多)[^\d。,]{{0,8}}?(?:不(?:得|能|应|可|要)?超过|不多于|最多)?\s*(?P<n>{_N})\s*(?:日|天)(?!\s*{_N}?\s*次)|more than\s*(?P<en>\d+)\s*days"
)
_AGES = (
    re.compile(r"(?P<from>\d{1,2})\s*(?P<fm>个?月|岁)?\s*[-~—–至到]\s*(?P<to>\d{1,2})\s*(?P<tm>个?月|周?岁)"),
    re.compile(r"(?P<above>\d{1,2})\s*(?P<am>个?月|周?岁)\s*(?:及|或)?以上|years?\s*and\s*(?:over|older)"),
    re.compile(r"(?P<below>\d{1,2})\s*(?P<bm>个?月|周?岁)\s*(?:及|或)?以下|under\s*(?P<eb>\d{1,2})"),
)
_EN_FROM = re.compile(r"(?P<n>\d{1,2})\s*years?(?:\s*of age)?\s*and\s*(?:over|older)")


def find_doses(sections: Iterable[Section]) -> tuple[ProposedDose, ...]:
    """Every sentence of the directions that holds a number we can read."""
    found: list[ProposedDose] = []
    for section in (s for s in sections if s.key == "dose"):
        age: tuple[float | None, float | None] = (None, None)
        for said in sentences(section):
            text = printed(said.text).text
            ages = _ages(text)
            # "儿童：6~12岁，一次1片。一日3次。": a sentence that names nobody goes on about those named before.
            age = ages if ages != (None, None) or re.search(r"成人|adults", text) else age
            one = _dose(text, said.text, said.span, age)
            if one is not None:
                found.append(one)
    return tuple(found)


def _dose(text: str, source: str, span: tuple[int, int], age: tuple[float | None, float | None]) -> ProposedDose | None:
    single, most, days = (p.search(text) for p in (_SINGLE, _MOST, _DAYS))
    said = tuple(frequencies(text))
    times = next((one for one in said if one.apart is None), None)
    gap = next((one.apart for one in said if one.apart is not None), None)
    if not any((single, said, most, days)):
        return None
    low, high, unit, per_kg = _single(single)
    if single is None and times is None:
        age = (None, None)
    return ProposedDose(
        source, span, age[0], age[1], low, high, unit, per_kg, times.low if times else None, times.high if times else None, gap,
        _read(most["n"] or most["en"]) if most else None,
        (most["u"] or most["eu"] or "") if most else "",
        _read(days["n"] or days["en"]) if days else None,
    )  # fmt: skip


def _read(text: str | None) -> float | None:
    if text and "/" in text:
        top, _, bottom = text.partition("/")
        return round(int(top) / int(bottom), 6) if int(bottom) else None
    return number(text) if text else None


def _single(match: re.Match[str] | None) -> tuple[float | None, float | None, str, bool]:
    if match is None:
        return None, None, "", False
    if match["klow"]:
        low = _read(match["klow"])
        return low, _read(match["khigh"]) or low, match["kunit"], True
    low = _read(match["low"])
    unit, _, kg = match["unit"].partition("/")
    return low, _read(match["high"]) or low, unit, bool(kg or match["kg"])


def _years(value: str, unit: str | None) -> float:
    return round(float(value) / 12, 4) if unit and "月" in unit else float(value)


def _ages(text: str) -> tuple[float | None, float | None]:
    """(from, below) in years; a printed range 6~12岁 holds its last year."""
    between, above, below = (p.search(text) for p in _AGES)
    if between:
        step = 0 if "月" in between["tm"] else 1
        return _years(between["from"], between["fm"] or between["tm"]), _years(between["to"], between["tm"]) + step
    english = _EN_FROM.search(text)
    if english:
        return float(english["n"]), None
    if above and above["above"]:
        return _years(above["above"], above["am"]), None
    if below:
        return None, float(below["eb"]) if below["eb"] else _years(below["below"], below["bm"])
    return None, None
