"""What of the box may be offered: only what is sold freely or ordered, read, fitting, clean and dosed by a label."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from kangban.clinical.advice import Advice, BoxItem
from kangban.clinical.finding import TriageOutcome
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.perception.language.read import read
from kangban.reasoning.medication.advise import advise
from kangban.reasoning.triage import triage

TODAY = date(2026, 11, 21)
ADULT = PersonFacts(
    age_years=35, sex="male", weight_kg=70, pregnant=False, breastfeeding=False, conditions=(), allergies=(),
    medicines=(),
)  # fmt: skip
CHILD = msgspec.structs.replace(ADULT, age_years=6.5, weight_kg=21)


def asked(person: PersonFacts, complaint: str, *box: str | BoxItem) -> Advice:
    items = [b if isinstance(b, BoxItem) else BoxItem(b) for b in box]
    return advise(person, triage(read(complaint), person), items, TODAY)


def refused(advice: Advice, name: str) -> str:
    return next(r.reason for r in advice.refuse if r.name == name)


def test_a_label_dose_is_offered_with_interval_and_times():
    offer = asked(ADULT, "头痛", "对乙酰氨基酚片").offer[0]
    assert offer.dose.startswith("每次 500 mg")
    assert offer.interval_hours == 4
    assert offer.max_per_day == 4
    assert offer.citations


def test_a_childs_dose_never_exceeds_what_its_weight_allows():
    offer = asked(CHILD, "孩子发烧38.6度", "对乙酰氨基酚").offer[0]
    amount = float(offer.dose.split()[1])
    assert 0 < amount <= 15 * 21


def test_a_usual_dose_per_kilogram_is_multiplied_by_the_weight():
    offer = asked(CHILD, "孩子发烧38.6度", "布洛芬").offer[0]
    amount = float(offer.dose.split()[1])
    assert 5 * 21 <= amount <= 10 * 21


@pytest.mark.parametrize(
    ("fact", "value"),
    [("allergies", None), ("medicines", None), ("conditions", None), ("age_years", None)],
)
def test_a_missing_fact_that_could_forbid_it_keeps_it_back(fact, value):
    person = msgspec.structs.replace(ADULT, **{fact: value})
    advice = asked(person, "头痛", "对乙酰氨基酚片")
    assert not advice.offer
    assert refused(advice, "对乙酰氨基酚片") == "must_know"
    assert fact in {u.fact for u in advice.unknown}


def test_an_allergy_a_disease_or_the_same_thing_taken_already_refuses():
    allergic = msgspec.structs.replace(ADULT, allergies=("对乙酰氨基酚",))
    assert refused(asked(allergic, "头痛", "对乙酰氨基酚片"), "对乙酰氨基酚片") == "finding"
    taking = msgspec.structs.replace(ADULT, medicines=(MedicineUse("泰诺林", "500 mg", 3),))
    assert refused(asked(taking, "头痛", "对乙酰氨基酚片"), "对乙酰氨基酚片") == "finding"


def test_leftover_antibiotics_and_prescriptions_are_not_offered():
    advice = asked(ADULT, "头痛发烧", "头孢克肟", "阿莫西林胶囊")
    assert {r.reason for r in advice.refuse} == {"needs_doctor"}


def test_expired_unread_and_foreign_names_are_told_apart():
    advice = asked(ADULT, "头痛", BoxItem("对乙酰氨基酚片", date(2026, 11, 20)), "芬必得", "神奇快好丸", "退烧药")
    assert refused(advice, "对乙酰氨基酚片") == "expired"
    assert refused(advice, "芬必得") in ("not_read", "not_for_this")
    assert refused(advice, "退烧药") == "not_read"
    assert [m.name for m in advice.not_in_catalogue] == ["神奇快好丸"]


def test_the_last_day_on_the_box_still_counts():
    assert asked(ADULT, "头痛", BoxItem("对乙酰氨基酚片", TODAY)).offer


def test_an_emergency_offers_nothing():
    advice = asked(ADULT, "胸口压榨样疼痛，出冷汗", "对乙酰氨基酚片")
    assert advice.urgency == "emergency"
    assert not advice.offer
    assert refused(advice, "对乙酰氨基酚片") == "emergency"


def test_a_complaint_nobody_understood_offers_nothing():
    advice = asked(ADULT, "嗯嗯", "对乙酰氨基酚片")
    assert not advice.offer
    assert "complaint" in {u.fact for u in advice.unknown}


def test_two_boxes_with_the_same_thing_inside_are_kept_apart():
    advice = asked(ADULT, "头痛", "对乙酰氨基酚片", "泰诺林")
    apart = {o.name: o.not_with for o in advice.offer}
    assert apart == {"对乙酰氨基酚片": ("泰诺林",), "泰诺林": ("对乙酰氨基酚片",)}


def test_the_order_of_the_box_does_not_matter():
    box = ["对乙酰氨基酚片", "头孢克肟", "泰诺林", "氯雷他定"]
    forward, backward = asked(ADULT, "头痛", *box), asked(ADULT, "头痛", *reversed(box))
    assert {o.name for o in forward.offer} == {o.name for o in backward.offer}
    assert [o.name for o in forward.offer] == [o.name for o in backward.offer]
    assert {(r.name, r.reason) for r in forward.refuse} == {(r.name, r.reason) for r in backward.refuse}


def test_no_complaint_is_judged_from_nothing():
    told = TriageOutcome("unknown", (), "", "")
    assert not advise(ADULT, told, [BoxItem("对乙酰氨基酚片")], TODAY).offer
