"""Entities composed of known parts: syndromes, effects, nature and taste, complaints of a place in the body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from kangban.clinical.insert import EntityKind, SectionKey
from kangban.rules.inserts import InsertWords, insert_words

_TELLS_CHANGES = ("adverse", "overdose", "cautions", "interactions", "indications")
_TELLS_EFFECTS = ("indications", "category", "pharmacology", "other")


class Compound(msgspec.Struct, frozen=True):
    """A composed entity at [start, end) of printed text."""

    start: int
    end: int
    kind: EntityKind


class _Parts(msgspec.Struct, frozen=True):
    syndrome: tuple[re.Pattern[str], ...]
    symptom: re.Pattern[str]
    change: re.Pattern[str]
    efficacy: re.Pattern[str]
    taste: re.Pattern[str]
    verbs: frozenset[str]
    of_syndromes: frozenset[str]


def find_compounds(text: str, key: SectionKey) -> Iterator[Compound]:
    """Every composed entity the section may hold, overlaps included."""
    parts = _parts()
    for pattern in parts.syndrome:
        for match in pattern.finditer(text):
            if match.end() - match.start() >= 3:
                yield Compound(match.start(), match.end(), "syndrome")
    if key == "indications":
        yield from _before_use(text, parts)
        yield from _told_as_syndrome(text, parts)
    if key in _TELLS_EFFECTS:
        yield from (Compound(m.start(), m.end(), "efficacy") for m in parts.efficacy.finditer(text))
    yield from (Compound(m.start(), m.end(), "nature_taste") for m in parts.taste.finditer(text))
    yield from (Compound(m.start(), m.end(), "symptom") for m in parts.symptom.finditer(text))
    if key in _TELLS_CHANGES:
        yield from (Compound(m.start("name"), m.end("name"), "symptom") for m in parts.change.finditer(text))


def _any(words: str) -> str:
    return "|".join(sorted(set(words.split()), key=len, reverse=True))


@lru_cache(maxsize=1)
def _parts() -> _Parts:
    words = insert_words()
    hurt = words.symptom
    symptom = re.compile(rf"(?:{_any(hurt.places)}){{1,2}}(?:{_any(hurt.states)}){{1,2}}")
    change = re.compile(
        r"(?:(?<=[、,;:。)\n])|(?<=[和或及])|(?<=出现)|(?<=[偶可罕少常]见)|(?<=偶有)|(?<=引起)|(?<=导致)|(?<=可致)|(?<=引起的))"
        r"(?P<name>(?!罕见|偶见|少见|常见|可见|症见|出现|引起|导致|可致|偶有|以免|改善|缓解|预防|的|对|使|若|或|和|及)[\u4e00-\u9fffa-z\d-]{2,6}?(?:升高|降低|减少|增多|增高|下降|异常|缺乏|延长|障碍|减慢|加快|过敏|加深|增长))(?=[、,;。)等和或及者]|$)"
    )
    made = words.syndrome
    of_syndromes = frozenset("".join((made.places + made.causes + made.states).split()) + "气血阴阳精津虚")
    verbs = frozenset("".join(words.efficacy.verbs.split()))
    return _Parts(_syndromes(words), symptom, change, _effects(words), _tastes(words), verbs, of_syndromes)


# An insert of Chinese medicine names its effects first, four characters each, then what it is for.
_USE = re.compile(r"用于|主治|适用于|治疗")
_FOUR = re.compile(r"(?:(?<=[,、;。])|\A)[\u4e00-\u9fff]{4}(?=[,、;。])")
_AS_SYNDROME = re.compile(r"(?:用于|主治|治疗|适用于|由|属)(?P<name>[\u4e00-\u9fff]{3,8}?)(?=所致|引起|证|型)")
_MOSTLY = 0.75


def _before_use(text: str, parts: _Parts) -> Iterator[Compound]:
    use = _USE.search(text)
    for match in _FOUR.finditer(text, 0, use.start() if use else 0):
        if match.group()[0] in parts.verbs or match.group()[2] in parts.verbs:
            yield Compound(match.start(), match.end(), "efficacy")


def _told_as_syndrome(text: str, parts: _Parts) -> Iterator[Compound]:
    for match in _AS_SYNDROME.finditer(text):
        name = match["name"]
        if sum(c in parts.of_syndromes for c in name) >= _MOSTLY * len(name):
            yield Compound(match.start("name"), match.end("name"), "syndrome")


def _syndromes(words: InsertWords) -> tuple[re.Pattern[str], ...]:
    made = words.syndrome
    places = _any(made.places)
    either = _any(f"{made.places} {made.causes}")
    long_states = _any(" ".join(s for s in made.states.split() if len(s) > 1))
    short_states = _any(" ".join(s for s in made.states.split() if len(s) == 1))
    lacking = "气血阴阳精津卫"
    return (
        re.compile(rf"(?:{either}){{1,3}}[{lacking}]?(?:{long_states})(?:{places})?(?:{long_states})?"),
        re.compile(rf"(?:{either}){{1,3}}(?:{short_states})(?:{places})"),
        re.compile(
            rf"(?:{places}){{1,2}}[{lacking}]{{0,2}}(?:两虚|虚|亏)(?:{either}){{0,2}}(?:{long_states})?"
            rf"|[气血阴阳]虚(?:{either}){{1,2}}(?:{long_states}|盛|燥|旺)?"
        ),
    )


def _effects(words: InsertWords) -> re.Pattern[str]:
    effect = words.efficacy
    verbs, objects = "".join(effect.verbs.split()), "".join(effect.objects.split())
    pair = f"[{verbs}][{objects}]"
    long_pair = rf"[{verbs}](?:{_any(effect.long_objects)})"
    return re.compile(rf"(?:{pair}){{2,4}}|{long_pair}(?:{pair})?|{pair}{long_pair}")


def _tastes(words: InsertWords) -> re.Pattern[str]:
    taste = words.taste
    tastes, natures, smells = _any(taste.tastes), _any(taste.natures), _any(taste.smells)
    degree = "微|极|略|甚|稍|先|后|清|浓"
    more = rf"(?:[、,而]?(?:{degree}|带|兼|后){{0,2}}(?:{tastes})){{0,4}}"
    nature = rf"(?:[、,]?性(?:微)?(?:{natures}))?"
    return re.compile(
        rf"味(?:{degree}){{0,2}}(?:{tastes}){more}{nature}(?!食)|(?:气味|气|臭)(?:{degree})?(?:{smells})(?:而(?:{tastes}))?"
        rf"|(?<=[,、;。])性(?:微)?(?:{natures})(?=[。,;、\n]|$)|无臭|无味"
    )
