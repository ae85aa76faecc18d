"""Advice and 24-hour sums, whatever the box and whoever asks: order never matters, what is hidden never hides danger."""

from __future__ import annotations

import random
from datetime import date

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangban.clinical.advice import Advice, BoxItem
from kangban.clinical.finding import Finding, MedicineCheck
from kangban.clinical.person import MedicineUse, PersonFacts, TakenDose
from kangban.clinical.urgency import severity_rank
from kangban.perception.language.read import read
from kangban.reasoning.medication.advise import advise
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver
from kangban.reasoning.medication.taken import sums_taken
from kangban.reasoning.triage import triage
from tests.rules.test_medication_properties import NAMES, people

TODAY = date(2026, 5, 3)
AVOID = severity_rank("avoid")
CATALOGUE = resolver().names
# What may be offered at all stands in every second box; the rest of the catalogue in the others.
TREATS = sorted(
    {
        name
        for name, named in CATALOGUE.by_name.items()
        if named.kind != "class"
        and (
            (named.product is not None and named.product.indication)
            or any(CATALOGUE.ingredients[i].indication for i, _ in named.contents if i in CATALOGUE.ingredients)
        )
    }
)
complaints = st.sampled_from(
    ["头疼", "发烧38.2", "流鼻涕打喷嚏", "烧心反酸", "拉肚子", "过敏皮肤痒", "喉咙痛", "cough"]
)
days = st.sampled_from([None, date(2026, 5, 2), date(2026, 5, 3), date(2030, 1, 1)])
items = st.builds(BoxItem, st.one_of(st.sampled_from(TREATS), st.sampled_from(NAMES)), days)
boxes = st.lists(items, min_size=1, max_size=6, unique_by=lambda item: item.name)
DOSES = [None, "1片", "2片", "半片", "500 mg", "1 g", "3 g", "5 mL", "1袋", "10 IU"]
DOSED = sorted(n for n in NAMES if any(CATALOGUE.ingredients[i].dose for i, _ in CATALOGUE.by_name[n].contents
                                       if i in CATALOGUE.ingredients))  # fmt: skip
hours = st.sampled_from([0.0, 1.0, 3.5, 5.9, 8.0, 12.0, 23.9])
doses = st.builds(TakenDose, st.sampled_from(NAMES), hours, st.sampled_from(DOSES))
# Names that hold the same ingredient, so that sums really meet; one dose in a few is of anything else.
SAME: dict[str, list[str]] = {}
for one in DOSED:
    for ingredient, _ in CATALOGUE.by_name[one].contents:
        SAME.setdefault(ingredient, []).append(one)


def of_one_ingredient(ingredient: str) -> st.SearchStrategy[tuple[list[TakenDose], TakenDose, MedicineUse]]:
    alike = st.builds(TakenDose, st.sampled_from(SAME[ingredient]), hours, st.sampled_from(DOSES))
    some = st.one_of(alike, alike, alike, doses)
    use = st.builds(MedicineUse, st.sampled_from(SAME[ingredient]), st.sampled_from(DOSES))
    return st.tuples(st.lists(some, min_size=0, max_size=5), some, use)


DAILY = sorted(
    i
    for i in SAME
    if i in CATALOGUE.ingredients and any(d.max_daily or d.max_per_day for d in CATALOGUE.ingredients[i].dose)
)
Last = tuple[list[TakenDose], TakenDose, MedicineUse]
lasts = st.sampled_from(DAILY).flatmap(of_one_ingredient)
fast = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told(person: PersonFacts, complaint: str, box: list[BoxItem]) -> Advice:
    return advise(person, triage(read(complaint), person), box, TODAY)


def as_sets(advice: Advice) -> tuple[object, ...]:
    offers = {msgspec.json.encode(msgspec.structs.replace(o, not_with=tuple(sorted(o.not_with)))) for o in advice.offer}
    refused = {msgspec.json.encode(r) for r in advice.refuse}
    return offers, refused, {n.name for n in advice.not_in_catalogue}, {(u.fact, u.worst) for u in advice.unknown}


def after(person: PersonFacts, *taken: TakenDose) -> PersonFacts:
    return msgspec.structs.replace(person, taken=taken)


def grave(outcome: MedicineCheck) -> list[Finding]:
    return [f for f in outcome.findings if severity_rank(f.severity) <= AVOID]


@fast
@given(people, complaints, boxes, st.randoms())
def test_the_order_of_the_box_never_matters(
    person: PersonFacts, complaint: str, box: list[BoxItem], rng: random.Random
) -> None:
    shuffled = box[:]
    rng.shuffle(shuffled)
    first, second = told(person, complaint, box), told(person, complaint, shuffled)
    assert as_sets(first) == as_sets(second)
    assert [o.name for o in first.offer] == [o.name for o in second.offer]


@fast
@given(people, complaints, boxes, items)
def test_one_more_thing_in_the_box_changes_nothing_about_the_others(
    person: PersonFacts, complaint: str, box: list[BoxItem], more: BoxItem
) -> None:
    before, behind = told(person, complaint, box), told(person, complaint, [*box, more])
    doses_after = {o.name: (o.dose, o.interval_hours, o.max_per_day) for o in behind.offer}
    for offer in before.offer:
        assert doses_after[offer.name] == (offer.dose, offer.interval_hours, offer.max_per_day)
    assert {r.name for r in before.refuse} <= {r.name for r in behind.refuse}


@fast
@given(
    people,
    complaints,
    boxes,
    st.sampled_from(["age_years", "conditions", "allergies", "medicines", "pregnant", "egfr"]),
)
def test_what_is_not_known_never_offers_more(
    person: PersonFacts, complaint: str, box: list[BoxItem], fact: str
) -> None:
    if fact == "egfr" and (person.age_years or 0) < 60:
        return  # a kidney figure nobody has is asked for only where kidneys are likely to be poor
    full = told(person, complaint, box)
    hidden = told(msgspec.structs.replace(person, **{fact: None}), complaint, box)
    dangers = {
        r.name for r in full.refuse if r.reason in ("finding", "must_know", "expired", "needs_doctor", "emergency")
    }
    assert dangers.isdisjoint(o.name for o in hidden.offer)


@fast
@given(people, complaints, boxes, doses)
def test_a_dose_taken_never_offers_more(
    person: PersonFacts, complaint: str, box: list[BoxItem], dose: TakenDose
) -> None:
    before, behind = told(person, complaint, box), told(after(person, dose), complaint, box)
    assert {o.name for o in behind.offer} <= {o.name for o in before.offer}


@fast
@given(people, complaints, boxes)
def test_nothing_expired_or_on_order_is_offered(person: PersonFacts, complaint: str, box: list[BoxItem]) -> None:
    kept = {item.name: item.expires_on for item in box}
    for offer in told(person, complaint, box).offer:
        named = resolver().resolve(offer.name).named
        assert named is not None
        assert named.market in ("otc_a", "otc_b", "supplement", "food")
        assert kept[offer.name] is None or kept[offer.name] >= TODAY
        assert offer.dose
        assert offer.citations


@fast
@given(people, lasts, st.randoms())
def test_the_order_of_doses_never_matters(person: PersonFacts, last: Last, rng: random.Random) -> None:
    log, _, use = last
    shuffled = log[:]
    rng.shuffle(shuffled)
    assert sums_taken(after(person, *log)) == sums_taken(after(person, *shuffled))
    first = check_medicines(after(person, *log), [use])
    second = check_medicines(after(person, *shuffled), [use])
    assert {msgspec.json.encode(f) for f in first.findings} == {msgspec.json.encode(f) for f in second.findings}


@fast
@given(people, lasts)
def test_one_more_dose_never_makes_the_day_look_better(person: PersonFacts, last: Last) -> None:
    log, more, use = last
    before = {s.ingredient: s for s in sums_taken(after(person, *log)).sums}
    behind = {s.ingredient: s for s in sums_taken(after(person, *log, more)).sums}
    for ingredient, old in before.items():
        new = behind[ingredient]
        assert new.times >= old.times
        assert new.hours_since <= old.hours_since
        assert new.amount >= old.amount or new.untold  # another dimension first leaves the other untold
    found = check_medicines(after(person, *log, more), [use])
    for danger in grave(check_medicines(after(person, *log), [use])):
        kept = any(
            set(danger.ingredients) <= set(f.ingredients)
            and severity_rank(f.severity) <= severity_rank(danger.severity)
            for f in found.findings
        )
        opened = any(severity_rank(u.worst) <= severity_rank(danger.severity) for u in found.unknown)
        assert kept or opened, danger


@fast
@given(people, lasts, st.integers(0, 4), st.booleans())
def test_hiding_how_much_never_hides_danger(person: PersonFacts, last: Last, at: int, asked: bool) -> None:
    log, _, use = last
    hidden = [msgspec.structs.replace(d, dose=None) if n == at else d for n, d in enumerate(log)]
    full = check_medicines(after(person, *log), [use])
    less = check_medicines(after(person, *hidden), [msgspec.structs.replace(use, dose=None) if asked and log else use])
    still = {(f.ingredients, f.kind): severity_rank(f.severity) for f in reversed(less.findings)}
    worst_open = min((severity_rank(u.worst) for u in less.unknown), default=9)
    for danger in grave(full):
        if "-taken-" in danger.rule:
            rank = severity_rank(danger.severity)
            assert still.get((danger.ingredients, danger.kind), 9) <= rank or worst_open <= rank, danger
