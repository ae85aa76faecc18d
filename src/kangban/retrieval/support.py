"""Does a passage carry a sentence? No model: numbers, permission, direction, who, which medicine, how often.

The answer errs on one side: a sentence is "supported" only where nothing it says is missing from or
against the passages; a true sentence said in very free words comes out "unsupported".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kangban.retrieval.quantities import Quantity, same
from kangban.retrieval.traits import (
    ABSOLUTES,
    OPPOSITES,
    SWAPS,
    Traits,
    clauses,
    drugs_in,
    polarities,
    traits,
)
from kangban.rules.catalogue import catalogue

Support = Literal["supported", "contradicted", "unsupported"]
_WORSE = {"supported": 0, "unsupported": 1, "contradicted": 2}
# Less shared wording than this and a clause is not taken as being about the same thing.
_ALIGNED = 0.12
_TOPIC = 0.10


def supports(sentence: str, passage_texts: Sequence[str]) -> Support:
    """Whether the passages together carry the sentence. zh and en; pure; no passage carries nothing."""
    if not passage_texts or not sentence.strip():
        return "unsupported"
    whole = "\n".join(passage_texts)
    said = traits(sentence)
    source = traits(whole)
    parts = [traits(c) for c in clauses(whole)]
    verdicts = [
        _medicines(said, source),
        _numbers(said, source, parts),
        _groups(said, source),
        _directions(said, source, parts),
        _absolutes(said, source),
        _permission(sentence, parts, whole),
        _topic(said, source),
    ]
    return max(verdicts, key=lambda v: _WORSE[v])


def _wide(ids: frozenset[str]) -> frozenset[str]:
    """The ids with their classes, and the members of named classes."""
    names = catalogue()
    found = set(ids)
    for one in ids:
        found |= names.keys.get(one, frozenset())
        found |= names.members.get(one, frozenset())
    return frozenset(found)


def _medicines(said: Traits, source: Traits) -> Support:
    """A medicine the source does not name (nor its class, nor a member of it) is not carried."""
    if not said.drugs:
        return "supported"
    known = _wide(source.drugs)
    for one in said.drugs:
        names = {one, *catalogue().keys.get(one, frozenset())}
        if one.startswith("class:"):
            names = {one}
        if known.isdisjoint(names) and not _product_of(one, source.drugs):
            return "contradicted" if source.drugs else "unsupported"
    return "supported"


def _product_of(one: str, known: frozenset[str]) -> bool:
    """A product and what is in it stand for one another."""
    return any(
        named.id == one and not known.isdisjoint({i for i, _ in named.contents})
        for named in catalogue().by_name.values()
        if named.id == one
    )


def _numbers(said: Traits, source: Traits, parts: list[Traits]) -> Support:
    worst: Support = "supported"
    for one in said.quantities:
        if _ordinary(one, said.text):
            continue
        equal = [q for q in source.quantities if same(one, q)]
        if not equal:
            rival = any(q.dim == one.dim for q in source.quantities)
            if rival:
                return "contradicted"
            worst = "unsupported"
        elif one.bound and all(q.bound and q.bound != one.bound for q in equal):
            return "contradicted"
    return max(worst, _paired(said, parts), key=lambda v: _WORSE[v])


def _ordinary(one: Quantity, text: str) -> bool:
    return one.dim == "" and (one.low in (110, 119, 120, 12356, 911, 999, 112) or 1900 < one.low < 2100 or text[: one.start].strip() == "")


def _paired(said: Traits, parts: list[Traits]) -> Support:
    """An amount for an age must be the amount the source gives beside that age."""
    ages = [q for q in said.quantities if q.dim in ("age", "time")]
    amounts = [q for q in said.quantities if q.dim in ("mg", "ml", "unit", "mg/kg", "iu")]
    if len(ages) != 1 or len(amounts) != 1:
        return "supported"
    for part in parts:
        if any(same(ages[0], q) and q.bound == ages[0].bound for q in part.quantities):
            beside = [q for q in part.quantities if q.dim == amounts[0].dim]
            if len(beside) == 1 and not same(amounts[0], beside[0]):
                return "contradicted"
    return "supported"


def _groups(said: Traits, source: Traits) -> Support:
    worst: Support = "supported"
    have = _with_ages(source)
    for swap in SWAPS:
        asked = (_with_ages(said) if swap == {"child", "adult", "elder"} else said.groups) & swap
        there = have & swap
        if asked and not asked & there:
            if there:
                return "contradicted"
            worst = "unsupported"
    return worst


def _with_ages(one: Traits) -> frozenset[str]:
    groups = set(one.groups)
    for q in one.quantities:
        if q.dim == "age" or (q.dim == "time" and q.raw != q.low and q.low >= 8760):
            years = q.low if q.dim == "age" else q.low / 8760
            if years < 18 or (years == 18 and q.bound == "down"):
                groups.add("child")
            if years >= 18 or q.bound == "up":
                groups.add("adult")
            if years >= 60:
                groups.add("elder")
    return frozenset(groups)


def _directions(said: Traits, source: Traits, parts: list[Traits]) -> Support:
    near = _nearest(said, parts)
    text = "\n".join(p.text for p in near) or source.text
    for first, second in OPPOSITES:
        for one, other in ((first, second), (second, first)):
            if one.search(said.text) and not other.search(said.text):
                if other.search(text) and not one.search(text):
                    return "contradicted"
                if other.search(source.text) and not one.search(source.text):
                    return "contradicted"
    return "supported"


def _absolutes(said: Traits, source: Traits) -> Support:
    missing = any(p.search(said.text) and not p.search(source.text) for p in ABSOLUTES)
    return "unsupported" if missing else "supported"


def _score(first: Traits, second: Traits) -> float:
    shared = len(first.grams & second.grams) + len(first.groups & second.groups) + len(first.drugs & second.drugs)
    return shared / max(1, min(len(first.grams), len(second.grams)) + 1)


def _nearest(said: Traits, parts: list[Traits]) -> list[Traits]:
    scored = [(_score(said, p), p) for p in parts]
    best = max((s for s, _ in scored), default=0.0)
    return [p for s, p in scored if s >= max(_ALIGNED, best * 0.8)] if best >= _ALIGNED else []


def _permission(sentence: str, parts: list[Traits], whole: str) -> Support:
    worst: Support = "supported"
    everywhere = polarities(whole)
    spoken = [traits(c) for c in clauses(sentence)] or [traits(sentence)]
    for said in spoken:
        if not said.polarity:
            worst = max(worst, _plain_negation(said, parts), key=lambda v: _WORSE[v])
            continue
        near = {p.polarity for p in _nearest(said, parts)} - {""}
        worst = max(worst, _polar(said.polarity, near, everywhere), key=lambda v: _WORSE[v])
    return worst


def _plain_negation(said: Traits, parts: list[Traits]) -> Support:
    """A fact denied that the source states, or stated that it denies."""
    near = _nearest(said, parts)
    stated = [p for p in near if not p.polarity]
    if not stated:
        return "supported"
    if said.negated and not any(p.negated for p in near):
        return "contradicted"
    if not said.negated and all(p.negated for p in stated):
        return "contradicted"
    return "supported"


def _polar(said: str, near: set[str], everywhere: frozenset[str]) -> Support:
    against = {"permit": {"forbid", "careful"}, "forbid": {"permit"}, "careful": {"forbid"}}[said]
    if said in near or (said == "forbid" and "forbid" in everywhere and "permit" not in near):
        return "supported"
    if near & against:
        return "contradicted" if said not in everywhere or said == "permit" else "unsupported"
    if said in everywhere:
        return "supported" if said != "permit" or not (everywhere & against) else "unsupported"
    if everywhere & against:
        return "contradicted"
    return "unsupported" if said in ("permit", "forbid") else "supported"


def _topic(said: Traits, source: Traits) -> Support:
    """Too little in common to be about the same thing, in a language both have."""
    own = said.grams
    if not own:
        return "supported"
    latin = sum(g.isascii() for g in own) * 2 > len(own)
    same_language = any(g.isascii() == latin for g in source.grams)
    if not same_language:
        return "supported" if said.drugs & source.drugs or said.groups & source.groups else "unsupported"
    shared = len(own & source.grams) / len(own)
    return "supported" if shared >= _TOPIC or drugs_in(said.text) & source.drugs else "unsupported"
