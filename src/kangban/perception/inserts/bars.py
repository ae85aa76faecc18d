"""Contraindications, cautions and interactions: our vocabulary where the words are certain, else only the words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from kangban.clinical.insert import Entity, ProposedBar, ProposedInteraction, Said, Section, SectionKey
from kangban.perception.inserts.known_names import others_of
from kangban.perception.inserts.printed import printed
from kangban.perception.inserts.sentences import sentences
from kangban.rules.catalogue import catalogue
from kangban.rules.names import fold

# Only such words make a disease in a sentence one that the reader must not have.
_FOR_PERSONS = re.compile(
    r"禁用|慎用|禁忌|忌用|忌服|不宜|不得|不能|不可|避免|禁止|患者|者|病史|if you have|patients with|do not use|you have|contraindicated"
)
_ALLERGY = re.compile(r"过敏|allerg|hypersensitiv")
_OWN = re.compile(
    r"对?(?:本品|本药|该药|本药品)|任何成[份分]|this (?:product|drug|medicine)|any (?:of its|ingredient|component)"
)
_PREGNANT = re.compile(r"孕|妊娠|pregnan")
_FEEDING = re.compile(r"哺乳|乳母|授乳|breast-?\s?feeding|nursing|lactat")
_BELOW = re.compile(
    r"(?P<n>\d{1,2})\s*(?P<u>个?月|周?岁)\s*(?:及|或)?以[下内]|(?:under|below)\s*(?P<e>\d{1,2})\s*(?P<eu>years|months)?"
)
_ABOVE = re.compile(r"(?P<n>\d{2})\s*周?岁\s*(?:及|或)?以上")
_NOT_BARRED = re.compile(r"可以?使用|可安全|尚不明确|未进行|尚无|缺乏")
_BESIDE = re.compile(r"同时|合用|并用|联用|联合|同服|与.{1,30}用|服药期间|服用本品|相互作用|together|with|taking")


def find_bars(
    sections: Iterable[Section], entities: Iterable[Entity], keys: set[SectionKey], own: tuple[str, ...]
) -> tuple[ProposedBar, ...]:
    """One bar a sentence; `own` are the insert's own ingredient ids, meant by "allergic to this product"."""
    named = tuple(entities)
    found: list[ProposedBar] = []
    for section in (s for s in sections if s.key in keys):
        found += [_bar(said, _inside(named, said), own) for said in sentences(section)]
    return tuple(found)


def _inside(named: Sequence[Entity], said: Said) -> list[Entity]:
    """Entities, which are in the order of the text, within one sentence."""
    first = bisect_left(named, said.span[0], key=_start)
    return [e for e in named[first : bisect_left(named, said.span[1], key=_start)] if e.span[1] <= said.span[1]]


def _start(one: Entity) -> int:
    return one.span[0]


def _bar(said: Said, named: Sequence[Entity], own: tuple[str, ...]) -> ProposedBar:
    text = printed(said.text).text
    if _NOT_BARRED.search(text) or not _FOR_PERSONS.search(text):
        return ProposedBar(said.text, said.span)
    known = catalogue().condition_names
    conditions = [known.get(fold(e.text)) for e in named if e.kind in ("disease", "symptom")]
    if re.search(r"过敏的(?!患者|病人|人)", text):
        conditions = []  # "asthmatics allergic to aspirin" bars neither all asthmatics nor only them
    below, above = _BELOW.search(text), _ABOVE.search(text)
    return ProposedBar(
        said.text,
        said.span,
        tuple(dict.fromkeys(c for c in conditions if c)),
        _allergies(text, named, own),
        True if _PREGNANT.search(text) else None,
        True if _FEEDING.search(text) else None,
        _years(below) if below else None,
        float(above["n"]) if above else None,
    )


def _allergies(text: str, named: Sequence[Entity], own: tuple[str, ...]) -> tuple[str, ...]:
    if not _ALLERGY.search(text):
        return ()
    found = [o for e in named if e.kind in ("drug", "ingredient", "drug_group") for o in others_of(e.text)]
    if _OWN.search(text):
        found += own
    return tuple(dict.fromkeys(found))


def _years(match: re.Match[str]) -> float:
    value = float(match["n"] or match["e"])
    months = "月" in (match["u"] or "") or match["eu"] == "months"
    return round(value / 12, 4) if months else value


def find_interactions(
    sections: Iterable[Section], entities: Iterable[Entity], own: tuple[str, ...]
) -> tuple[ProposedInteraction, ...]:
    """Catalogue things named beside the medicine, in the interaction section or in a caution about taking together."""
    named = [e for e in entities if e.kind in ("drug", "drug_group", "ingredient", "food")]
    found: dict[str, ProposedInteraction] = {}
    for section in sections:
        if section.key not in ("interactions", "cautions", "contraindications"):
            continue
        for said in sentences(section):
            text = printed(said.text).text
            if section.key != "interactions" and (not _BESIDE.search(text) or _ALLERGY.search(text)):
                continue
            for one in _inside(named, said):
                for other in others_of(one.text):
                    if other not in own:
                        found.setdefault(other, ProposedInteraction(other, one.text, said.text, one.span))
    return tuple(found.values())
