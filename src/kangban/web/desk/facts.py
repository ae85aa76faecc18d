"""The person an answer is about, as far as it was weighed: facts with their days, findings, what is not known."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.citation import Citation
from kangban.clinical.person import MedicineUse, ObservedValue, PersonFacts
from kangban.clinical.urgency import Lang
from kangban.journeys.reviewing.viewing import OnDesk
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import has_text, t
from kangban.web.chat.answer import finding_cards
from kangban.web.chat.sources import Sources
from kangban.web.elements import Tag
from kangban.web.names import observed_name, unit_name
from kangban.web.visit import Visit


def person_facts(visit: Visit, shown: OnDesk) -> None:
    """A list of terms and words; what nobody recorded is said to be unknown."""
    person, lang = shown.person, visit.lang
    if shown.changed:
        named = [_field(name, lang) for name in shown.changed]
        Tag("p", visit.text("web_desk.changed", what=_listed(named, lang)), "glass", role="note")
    with Tag("dl", classes="facts-of"):
        _row(visit, "who", [_who(person, lang)])
        _row(visit, "conditions", _words(shown, person.conditions, visit))
        _row(visit, "allergies", _words(shown, person.allergies, visit))
        medicines = None if person.medicines is None else [_medicine(one, shown, visit) for one in person.medicines]
        _row(visit, "medicines", medicines)
        _row(visit, "measurements", [_value(one, visit) for one in person.observations])
        states = _states(person, lang)
        if states:
            _row(visit, "states", states)


def _row(visit: Visit, name: str, words: list[str] | None) -> None:
    Tag("dt", visit.text(f"web_desk.fact.{name}"))
    with Tag("dd"):
        if words is None:
            Tag("span", visit.text("web_desk.not_recorded"), "tag warn")
        elif not words:
            Tag("span", visit.text("web_desk.none_there"), "small")
        for one in words or ():
            Tag("span", one)


def _who(person: PersonFacts, lang: Lang) -> str:
    age = t("web.years", lang, n=int(person.age_years)) if person.age_years is not None else ""
    sex = t(f"web.{person.sex}", lang) if person.sex else ""
    return " · ".join(part for part in (person.name or "", sex, age) if part)


def _words(shown: OnDesk, words: tuple[str, ...] | None, visit: Visit) -> list[str] | None:
    if words is None:
        return None
    found: list[str] = []
    for one in words:
        told = shown.told.get(one)
        since = visit.say("since", day=visit.day(told.at)) if told else ""
        found.append(_aside(told.words if told else one, since, visit.lang))
    return found


def _medicine(one: MedicineUse, shown: OnDesk, visit: Visit) -> str:
    times = visit.say("per_day", n=plain_number(one.per_day)) if one.per_day else ""
    by = visit.say("by_clinician") if one.ordered else ""
    told = shown.told.get(one.name)
    since = visit.say("since", day=visit.day(told.at)) if told else ""
    name = " ".join(part for part in (one.name, (one.dose or "").replace("ug", "μg"), times) if part)
    return _aside(name, " · ".join(part for part in (by, since) if part), visit.lang)


def _value(one: ObservedValue, visit: Visit) -> str:
    value = f"{observed_name(one.code, visit.lang)} {plain_number(one.value)} {unit_name(one.unit)}".strip()
    return _aside(value, visit.day(one.at) if one.at else "", visit.lang)


def _states(person: PersonFacts, lang: Lang) -> list[str]:
    found: list[str] = []
    if person.pregnant and person.pregnancy_weeks is not None:
        found.append(t("web.weeks", lang, n=int(person.pregnancy_weeks)))
    if person.breastfeeding:
        found.append(t("web.obs.breastfeeding", lang))
    return found


def _aside(words: str, more: str, lang: Lang) -> str:
    if not more:
        return words
    return f"{words}（{more}）" if lang == "zh" else f"{words} ({more})"


def _listed(words: Sequence[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(words)


def _field(name: str, lang: Lang) -> str:
    """A field of the person as people call it."""
    keys = (f"fact.{name}", f"web_desk.field.{name}")
    return next((t(key, lang) for key in keys if has_text(key, lang)), name)


def findings(visit: Visit, shown: OnDesk, citations: Sequence[Citation], sources: Sources) -> None:
    """What the rules found and what they could not tell, each with its word."""
    found = {(f.rule, f.medicines): f for f in shown.waiting.item.findings}
    if found:
        finding_cards(visit, tuple(found.values()), citations, sources, visit.lang)
    if shown.unknown or shown.unchecked:
        word = visit.text("severity.unchecked")
        with Tag("ul", classes="finds"):
            for name in shown.unchecked:
                near = _listed(name.suggestions, visit.lang)
                said = visit.say("not_in_catalogue_near", near=near) if near else visit.say("not_in_catalogue")
                _unchecked(word, name.name, said)
            for fact in shown.unknown:
                key = f"fact.{fact.fact}"
                what = visit.text(key) if has_text(key, visit.lang) else fact.fact.split(":")[-1]
                why = fact.why if visit.lang == "zh" or not fact.why_en else fact.why_en
                _unchecked(word, visit.say("missing", fact=what), why or fact.why_en)
    if not found and not shown.unknown and not shown.unchecked:
        Tag("p", visit.text("web_desk.no_findings"), "small")


def _unchecked(word: str, name: str, said: str) -> None:
    with Tag("li", classes="find u"):
        Tag("i", word)
        with Tag("div"):
            Tag("b", name)
            Tag("span", said, "small")
