"""Numbers that are somebody's by their own shape: resident ids, telephones, bank cards, SSN and NHS numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from kangban.perception.language.identifiers.checksums import (
    is_card,
    is_nhs,
    is_resident,
    is_social_security,
    looks_resident,
)
from kangban.perception.language.identifiers.span import Kind, Span

# Every identifier of digits stands inside one run; a decimal point, a slash or a letter ends it.
_RUN = re.compile(r"(?<![\dA-Za-z.])(?:\+\s?|\(\+?)?\d(?:[ \n()*-]{0,3}\d|\*){5,}+[Xx]?(?!\.\d)")
_NOT_A_PERSONS = re.compile(
    r"(?:准字\s*[A-Z]?|批准文号|批号|追溯码|监管码|商品条码|商品码|注册证号?|标准|NCT|ISBN|PMID|doi|NDC|CAS|LOINC|lot|订单号|发票号|版本)[^\d]{0,6}$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s*(?:[×x*]\s*10|[%％‰]|(?:CFU|IU|U|copies|cells|mg|g|ml|mL|μ|u|n|p|k|m|元|个|次|步|/|拷贝|单位|毫|微)(?![a-z]{4}))",
)
_ID_WORDS = re.compile(r"身份证|证件|公民身份|居民证|ID(?![A-Za-z])|id\s*(?:number|card|no)", re.IGNORECASE)
_CARD_WORDS = re.compile(r"银行|卡号|账号|帐号|储蓄|信用卡|借记卡|card|account", re.IGNORECASE)
_TEL_WORDS = re.compile(
    r"电话|手机|座机|固话|联系|号码|热线|Tel|phone|call|mobile|reach|fax|传真|回电|打|拨|呼|text|whatsapp",
    re.IGNORECASE,
)
_EMERGENCY = frozenset({"120", "110", "119", "122", "999", "911", "112"})


class Found(msgspec.Struct, frozen=True):
    """What a check is told: the characters, bare of separators, and the words before."""

    raw: str
    bare: str
    before: str
    after: str


Check = Callable[[Found], bool]
_E = r"(?![\d*]|[A-WYZa-wyz_]|[/.]\d)"
_B = r"(?<![\d*])"
_G = r"[ \n-]{0,3}"


def _resident(found: Found) -> bool:
    if looks_resident(found.bare) and (is_resident(found.bare) or found.raw == found.bare):
        return True
    return bool(_ID_WORDS.search(found.before))


def _told_to_call(found: Found) -> bool:
    return bool(_TEL_WORDS.search(found.before))


def _nhs(found: Found) -> bool:
    return "nhs" in found.before.casefold() or (" " in found.raw and is_nhs(found.bare))


def _ssn(found: Found) -> bool:
    told = re.search(r"ssn|social security", found.before, re.IGNORECASE)
    return bool(told) or (found.raw.count("-") == 2 and is_social_security(found.bare))


def _card(found: Found) -> bool:
    if _CARD_WORDS.search(found.before):
        return True
    return is_card(found.bare) and not re.search(r"\n", found.raw)


def _long(found: Found) -> bool:
    # A moment written without signs, 20260503083000, is no person's.
    moment = re.fullmatch(
        r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?", found.bare
    )
    round_number = found.bare.rstrip("0")
    return not moment and len(round_number) >= 5


_SHAPES: tuple[tuple[Kind, re.Pattern[str], Check], ...] = (
    ("ID", re.compile(rf"{_B}[1-9](?:{_G}\d){{16}}{_G}[\dXx]{_E}"), _resident),
    ("ID", re.compile(rf"{_B}[1-9]\d{{5}}\*{{6,10}}\d{{0,3}}[\dXx]{_E}"), lambda _: True),
    ("CARD", re.compile(rf"{_B}\d{{4}}(?:[ -]\d{{4}}){{3}}(?:[ -]\d{{1,3}})?{_E}|{_B}\d{{16,19}}{_E}"), _card),
    ("TEL", re.compile(rf"(?:{_B}\(?\+?\s?(?:00)?86\)?[ -]?)?{_B}1[3-9]\d[ \n-]{{0,2}}\d{{4}}[ \n-]{{0,2}}\d{{4}}{_E}"), lambda _: True),
    ("TEL", re.compile(rf"{_B}1[3-9]\d{{3}}[ -]\d{{3}}[ -]\d{{3}}{_E}|{_B}07\d{{3}} \d{{3}} ?\d{{3}}{_E}"), lambda _: True),
    ("TEL", re.compile(rf"{_B}1(?:[ -]\d){{10}}{_E}"), lambda f: _told_to_call(f) or "号" in f.before),
    ("TEL", re.compile(rf"{_B}(?:\+86[ -]?)?1[3-9]\d\*{{4}}\d{{4}}{_E}"), lambda _: True),
    ("TEL", re.compile(rf"(?:{_B}\+?86[ -]?)?{_B}(?:\(0\d{{2,3}}\)|0\d{{2,3}})[ -]{{0,3}}[1-9]\d{{2,3}}[ -]?\d{{4}}{_E}"), lambda _: True),
    ("TEL", re.compile(rf"{_B}[48]00[ -]?\d{{3,4}}[ -]?\d{{3,4}}{_E}"), lambda f: len(f.bare) == 10),
    ("SSN", re.compile(rf"{_B}\d{{3}}[ -]?\d{{2}}[ -]?\d{{4}}{_E}"), _ssn),
    ("NHS", re.compile(rf"{_B}\d{{3}}[ -]?\d{{3}}[ -]?\d{{4}}{_E}"), _nhs),
    ("TEL", re.compile(rf"\+\s?[1-9]\d{{0,2}}[ -]?(?:\(\d{{1,4}}\)[ -]?)?\d{{1,5}}(?:[ -]?\d{{2,4}}){{1,4}}{_E}"), lambda _: True),
    ("TEL", re.compile(rf"(?:\(\d{{3}}\)\s?|{_B}\d{{3}}-)\d{{3}}-\d{{4}}{_E}"), lambda _: True),
    ("TEL", re.compile(rf"{_B}0\d{{2,4}}[ ]\d{{3,4}}[ ]?\d{{3,4}}{_E}"), _told_to_call),
    ("TEL", re.compile(rf"{_B}[1-9]\d{{2,3}}[ -]?\d{{4}}{_E}|{_B}\d{{3}}[ -]\d{{3}}[ -]\d{{4}}{_E}"), _told_to_call),
    ("ID", re.compile(rf"{_B}[1-9](?:{_G}\d){{14}}{_E}"), _resident),
    ("CARD", re.compile(rf"{_B}\d(?:[ \n-]{{0,2}}\d){{15,18}}{_E}"), lambda f: is_card(f.bare) and bool(_CARD_WORDS.search(f.before))),
    ("NUM", re.compile(rf"{_B}\d{{9,}}[Xx]?{_E}"), _long),
)  # fmt: skip
_DOTTED = re.compile(r"1(?<![\d.A-Za-z]1)[3-9]\d\.\d{4}\.\d{4}(?![\d.])")
_EXTENSION = re.compile(r"(?:\s?(?:转(?:分机)?|分机|ext\.?)\s?\d{1,6}|-\d{1,4})(?![\d./])", re.IGNORECASE)
_SEPARATORS = re.compile(r"[ \n()-]")
CHINESE_DIGITS = "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_SPOKEN = re.compile(rf"[{CHINESE_DIGITS}](?:[ 、,，-]?[{CHINESE_DIGITS}]){{6,}}")


def numbers(text: str) -> Iterator[Span]:
    """Every such number, best meaning first."""
    for run in _RUN.finditer(text):
        if _NOT_A_PERSONS.search(text[max(0, run.start() - 20) : run.start()]):
            continue
        taken: list[tuple[int, int]] = []
        for kind, shape, check in _SHAPES:
            for match in shape.finditer(text, run.start(), run.end()):
                start, end = match.span()
                if any(start < e and s < end for s, e in taken):
                    continue
                bare = _SEPARATORS.sub("", match.group()).upper()
                found = Found(match.group(), bare, text[max(0, start - 20) : start], text[end : end + 12])
                if bare in _EMERGENCY or _UNIT.match(found.after) or not check(found):
                    continue
                if kind == "TEL" and (longer := _EXTENSION.match(text, end)):
                    end = longer.end()
                taken.append((start, end))
                yield Span(start, end, kind)
    for match in _DOTTED.finditer(text):
        yield Span(match.start(), match.end(), "TEL")
    yield from _spoken(text)


def _spoken(text: str) -> Iterator[Span]:
    for match in _SPOKEN.finditer(text):
        said = re.sub(r"[ 、,，-]", "", match.group())
        mobile = len(said) == 11 and said[0] in "一幺壹" and said[1] in "三四五六七八九叁肆伍陆柒捌玖"
        if mobile or _TEL_WORDS.search(text[max(0, match.start() - 12) : match.start()]):
            yield Span(match.start(), match.end(), "TEL")
        elif len(said) in (15, 18) and _ID_WORDS.search(text[max(0, match.start() - 12) : match.start()]):
            yield Span(match.start(), match.end(), "ID")
