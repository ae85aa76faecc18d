"""Ingredients and their amounts a unit, from composition and strength."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

import msgspec

from kangban.clinical.insert import Entity, ProposedContent, Said, Section
from kangban.kernel.quantity import find_amount
from kangban.perception.inserts.known_names import find_ingredient
from kangban.perception.inserts.printed import printed, same_length

_UNIT = r"毫克|微克|毫升|克|国际单位|万单位|单位|mg|mcg|[uμ]g|ml|iu|g|%"
_AMOUNT = re.compile(
    rf"\(?\s*(?:[(（][^()（）]{{1,30}}[)）])?\s*(?:以[^\d]{{1,10}}计)?\s*(?P<n>\d+(?:\.\d+)?)\s*(?P<u>{_UNIT})"
)
_PER = re.compile(
    r"每\s*(?P<per>(?:\d+(?:\.\d+)?\s*)?(?:片|粒|袋|包|支|丸|瓶|毫升|ml|克|g|滴|揿|喷|枚|贴))[^。;]{0,8}?含|in each (?P<en>\w+(?: ?ml)?)"
)
_PER_NAMES = {"tablet": "片", "caplet": "片", "capsule": "粒", "softgel": "粒", "gelcap": "粒"}
_RATIO = re.compile(rf"(?P<v>\d+(?:\.\d+)?)\s*(?P<vu>毫升|ml|g|克)\s*:\s*(?P<n>\d+(?:\.\d+)?)\s*(?P<u>{_UNIT})")
_PLAIN = re.compile(
    rf"(?:每(?P<per>片|粒|袋|包|支|丸|瓶|枚|贴)(?:装|重|含)?[^\d。;]{{0,8}}?)?(?<![\d.:])(?P<n>\d+(?:\.\d+)?)\s*(?P<u>{_UNIT})(?:\s*/\s*(?P<per2>片|粒|袋|支|丸|瓶))?"
)


def find_contents(source: str, sections: Iterable[Section], entities: Iterable[Entity]) -> tuple[ProposedContent, ...]:
    """Active ingredients in order. Herbs and unknown names have no id; amounts stand only where they are printed."""
    ingredients = [e for e in entities if e.kind == "ingredient"]
    found: dict[str, ProposedContent] = {}
    sections = tuple(sections)
    for section in (s for s in sections if s.key == "composition"):
        stop = _excipients_at(section)
        inside = [e for e in ingredients if section.span[0] <= e.span[0] < stop and not _as_base(source, e)]
        units = [(m.start(), "".join(m["per"].split())) for m in _PER.finditer(same_length(section.text)) if m["per"]]
        for at, one in enumerate(inside):
            name = one.text if one.text.isascii() else "".join(one.text.split())
            if name in found:
                continue
            amount = _amount(source, one.span[1], inside[at + 1].span[0] if at + 1 < len(inside) else stop)
            before = bisect_left(units, (one.span[0] - section.span[0], ""))
            per = units[before - 1][1] if before else _english_per(section.heading)
            found[name] = ProposedContent(name, one.span, find_ingredient(name), amount, per if amount else "")
    return _with_strength(tuple(found.values()), sections)


def _as_base(source: str, one: Entity) -> bool:
    """盐酸X（以X计）10毫克 is one ingredient."""
    return source[max(0, one.span[0] - 1) : one.span[0]] in ("以", "按") and source.startswith("计", one.span[1])


def _excipients_at(section: Section) -> int:
    found = re.search(r"辅\s*料|[Ii]nactive", section.text)
    return section.span[0] + found.start() if found else section.span[1]


def _amount(source: str, start: int, until: int) -> str | None:
    match = _AMOUNT.match(same_length(source[start : min(until, start + 30)]))
    return _written(match["n"], match["u"]) if match else None


def _written(number: str, unit: str) -> str | None:
    text = f"{number} {unit}"
    return text if find_amount(text) else None


def _english_per(heading: str) -> str:
    match = _PER.search(heading.lower())
    return _PER_NAMES.get(match["en"], match["en"]) if match and match["en"] else ""


def _with_strength(found: tuple[ProposedContent, ...], sections: tuple[Section, ...]) -> tuple[ProposedContent, ...]:
    """A single ingredient takes the one printed strength; several strengths leave the amount open."""
    known = [c for c in found if c.ingredient]
    if len(found) != 1 or len(known) != 1 or found[0].amount:
        return found
    strengths = find_strengths(sections)
    if len(strengths) != 1:
        return found
    text = printed(strengths[0].text).text
    ratio = _RATIO.search(text)
    if ratio:
        amount, per = _written(ratio["n"], ratio["u"]), f"{ratio['v']}{ratio['vu']}"
    else:
        plain = _PLAIN.search(text)
        amount, per = (_written(plain["n"], plain["u"]), plain["per"] or plain["per2"] or "") if plain else (None, "")
    return (msgspec.structs.replace(found[0], amount=amount, per=per),) if amount else found


def find_strengths(sections: Iterable[Section]) -> tuple[Said, ...]:
    """Every printed strength: parts of the section that hold a number with a unit."""
    found: list[Said] = []
    for section in (s for s in sections if s.key == "strength"):
        for part in re.finditer(r"[^；;。\n、，]+", section.text):
            text = part.group().strip()
            if re.search(rf"\d\s*(?:{_UNIT})", same_length(text)):
                start = section.span[0] + part.start() + len(part.group()) - len(part.group().lstrip())
                found.append(Said(text, (start, start + len(text))))
    return tuple(found)
