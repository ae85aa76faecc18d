"""Does a passage carry a sentence? No model: numbers, permission, direction, who, which medicine, how often.

The answer errs on one side: a sentence is "supported" only where nothing it says is missing from or
against the passages; a true sentence said in very free words comes out "unsupported".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from kangban.kernel.frequency import frequencies
from kangban.retrieval.quantities import Quantity, find_quantities, same
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
_WORSE: dict[Support, int] = {"supported": 0, "unsupported": 1, "contradicted": 2}
# Less shared wording than this and a clause is not taken as being about the same thing.
_ALIGNED = 0.12
_TOPIC = 0.10
# This much shared wording, and a sentence repeats one of the source.
_REPEATED = 0.45
_SEGMENT = re.compile(r"[。；;！!？?\n]|(?<=[a-z)])\.(?=\s|$)")
# "not daily", "taken daily by mistake": the word stands there, but is not what the source says.
_DENIED = re.compile(
    r"(?:不是|并非|不要|误作|误为|误|不在|而非|, not|\bnot|rather than) ?\S{0,3}(?:每天|每日|daily|饭前|饭后|空腹|drowsy)|daily use by mistake",
    re.I,
)


def supports(sentence: str, passage_texts: Sequence[str]) -> Support:
    """Whether the passages together carry the sentence. zh and en; pure; no passage carries nothing."""
    if not passage_texts or not sentence.strip():
        return "unsupported"
    whole = "\n".join(passage_texts)
    said = traits(sentence)
    source = traits(whole)
    parts = [traits(c) for c in clauses(whole)]
    verdicts: list[Support] = [
        _medicines(said, source),
        _numbers(said, source, whole),
        _often(sentence, whole),
        _groups(said, source),
        _directions(said, source, parts),
        _absolutes(said, source),
        _permission(sentence, parts, whole),
        _topic(said, source),
    ]
    return max(verdicts, key=lambda v: _WORSE[v])


def _medicines(said: Traits, source: Traits) -> Support:
    """A medicine the source does not name (nor its class, nor a member of it) is not carried."""
    names = catalogue()
    known = set(source.drugs).union(*(names.members.get(one, frozenset[str]()) for one in source.drugs))
    above = known.union(*(names.keys.get(one, frozenset[str]()) for one in source.drugs))
    for one in said.drugs:
        if one not in (above if one.startswith("class:") else known) and not _product_of(one, source.drugs):
            return "unsupported"
    return "supported"


@lru_cache(maxsize=1)
def _contents() -> dict[str, frozenset[str]]:
    return {named.id: frozenset(i for i, _ in named.contents) for named in catalogue().by_name.values()}


def _product_of(one: str, known: frozenset[str]) -> bool:
    """A product and what is in it stand for one another."""
    return not known.isdisjoint(_contents().get(one, frozenset()))


def _numbers(said: Traits, source: Traits, whole: str) -> Support:
    """Every number of a part must stand in one sentence of the source, in the same company."""
    segments = [traits(x) for x in _SEGMENT.split(whole) if x.strip()]
    worst: Support = "supported"
    for part in _SEGMENT.split(said.text):
        wanted = [q for q in find_quantities(part) if not _ordinary(q, part)]
        for one in wanted:
            equal = [q for q in source.quantities if same(one, q)]
            if not equal:
                if any(q.dim == one.dim for q in source.quantities):
                    return "contradicted"
                worst = "unsupported"
            elif one.bound and not any(q.bound == one.bound for q in equal):
                if any(q.bound for q in equal):
                    return "contradicted"
                if any((q.bound, q.dim) == (one.bound, one.dim) for q in source.quantities):
                    worst = "unsupported"  # the source sets this bound, at another number
        if wanted and worst == "supported" and not _together(wanted, traits(part), segments):
            worst = "unsupported"
    return worst


def _often(sentence: str, whole: str) -> Support:
    """How often a day must be one of the frequencies the source names, where it names any."""
    there = list(frequencies(whole))
    for said in frequencies(sentence) if there else ():
        if not any(one.low - 0.01 <= said.high <= one.high + 0.01 for one in there):
            return "unsupported"
    return "supported"


def _together(wanted: list[Quantity], part: Traits, segments: list[Traits]) -> bool:
    """Some source sentence holds all the numbers, and speaks of whom this part speaks, as far as any with numbers does."""
    holding = [s for s in segments if _all_in(wanted, list(s.quantities))]
    if not holding:
        return False
    about = part.groups | part.drugs
    dims = {q.dim for q in wanted}
    rivals = [s for s in segments if any(q.dim in dims for q in s.quantities)]
    spoken = about & frozenset[str]().union(*((s.groups | s.drugs) for s in rivals))
    return any(spoken <= (s.groups | s.drugs) for s in holding) or not spoken


def _all_in(wanted: list[Quantity], there: list[Quantity]) -> bool:
    """Whether each number finds one of its own in a source sentence, with no bound turned round."""
    left = list(there)
    for one in wanted:
        match = next((q for q in left if same(one, q) and (not one.bound or not q.bound or q.bound == one.bound)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _ordinary(one: Quantity, text: str) -> bool:
    return one.dim == "" and (
        one.low in (110, 119, 120, 12356, 911, 999, 112) or 1900 < one.low < 2100 or text[: one.start].strip() == ""
    )


def _groups(said: Traits, source: Traits) -> Support:
    worst: Support = "supported"
    have = _with_ages(source)
    for swap in SWAPS:
        asked = (_with_ages(said) if swap == {"child", "adult", "elder"} else said.groups) & swap
        there = have & swap
        if asked - there:
            if there and not asked & there and len(swap) <= 3:
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
    """Of two opposites the sentence must use the one the source uses, where the source speaks of that."""
    text = _DENIED.sub(" ", source.text)
    near = _DENIED.sub(" ", "\n".join(p.text for p in _nearest(said, parts))) or text
    own = _DENIED.sub(" ", said.text)
    sentence = _DENIED.sub(" ", _same_sentence(said, source.text))
    worst: Support = "supported"
    for first, second in OPPOSITES:
        for one, other in ((first, second), (second, first)):
            if not one.search(own) or (other.search(own) and other.search(text) and one.search(text)):
                continue
            if not one.search(text):
                if other.search(text):
                    return "contradicted"
                worst = "unsupported"
            elif any(other.search(n) and not one.search(n) for n in (near, sentence) if n):
                return "contradicted"
    return worst


def _same_sentence(said: Traits, whole: str) -> str:
    """The sentence of the source that is plainly the one repeated, or "": a clause alone may not say which way."""
    scored = [(_score(said, traits(x)), x) for x in _SEGMENT.split(whole) if x.strip()]
    best, text = max(scored, default=(0.0, ""))
    return text if best >= _REPEATED else ""


def _absolutes(said: Traits, source: Traits) -> Support:
    missing = any(p.search(said.text) and not p.search(source.text) for p in ABSOLUTES)
    return "unsupported" if missing else "supported"


def _score(first: Traits, second: Traits) -> float:
    shared = len(first.grams & second.grams) + len(first.groups & second.groups) + len(first.drugs & second.drugs)
    return shared / max(1, min(len(first.grams), len(second.grams)) + 1)


def _nearest(said: Traits, parts: list[Traits]) -> list[Traits]:
    """The clauses most alike; where medicines are named, those that name the one the source names least often."""
    counts = {d: sum(d in p.drugs for p in parts) for d in said.drugs}
    rare = min((n for n in counts.values() if n), default=0)
    if rare and rare < len(parts):
        pick = {d for d, n in counts.items() if n == rare}
        naming = [p for p in parts if p.drugs & pick and (p.polarity or p.text not in _titles(parts))]
        if any(p.polarity for p in naming):
            return naming
    return _alike(said, parts)


def _alike(said: Traits, parts: list[Traits]) -> list[Traits]:
    """The clauses that share most wording; none where too little is shared."""
    scored = [(_score(said, p), p) for p in parts]
    best = max((s for s, _ in scored), default=0.0)
    return [p for s, p in scored if s >= max(_ALIGNED, best * 0.8)] if best >= _ALIGNED else []


def _titles(parts: list[Traits]) -> frozenset[str]:
    """The first clauses are title and place."""
    return frozenset(p.text for p in parts[:2])


def _permission(sentence: str, parts: list[Traits], whole: str) -> Support:
    worst: Support = "supported"
    everywhere = polarities(whole)
    spoken = [traits(c) for c in clauses(sentence)] or [traits(sentence)]
    for said in spoken:
        if not said.polarity:
            worst = max(worst, _plain_negation(said, parts), key=lambda v: _WORSE[v])
            continue
        near = {p.polarity for p in _nearest(said, parts)} - {""}
        if said.polarity == "permit":
            # What is worded alike forbids, even where another clause names the medicine and allows something.
            near |= {p.polarity for p in _alike(said, parts)} & {"forbid"}
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
    against = {"permit": {"forbid", "careful"}, "forbid": {"permit"}, "careful": set[str]()}[said]
    if (said in near and not (said == "permit" and "forbid" in near)) or (
        said == "forbid" and "forbid" in everywhere and "permit" not in near
    ):
        return "supported"
    if near & against:
        return "contradicted" if said not in everywhere or said == "permit" else "unsupported"
    if said in everywhere:
        return "supported" if said != "permit" or not (everywhere & against) else "unsupported"
    if everywhere & against:
        return "contradicted"
    if said == "careful":
        return "unsupported" if "forbid" in near else "supported"
    return "unsupported"


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
