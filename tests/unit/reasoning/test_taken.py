"""Doses really taken: sums per ingredient over all products of 24 hours, and what one more dose would make of them."""

from __future__ import annotations

import msgspec
import pytest

from kangban.clinical.person import MedicineUse, PersonFacts, TakenDose
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.taken import sums_taken

ADULT = PersonFacts(age_years=35, sex="male", weight_kg=70, conditions=(), allergies=(), medicines=(), egfr=95)


def after(*doses: tuple[str, float, str | None], person: PersonFacts = ADULT) -> PersonFacts:
    return msgspec.structs.replace(person, taken=tuple(TakenDose(name, hours, dose) for name, hours, dose in doses))


def dose_findings(person: PersonFacts, *asked: MedicineUse):
    found = check_medicines(person, list(asked)).findings
    return {(f.rule.split("-taken-")[1].split("@")[0], f.severity) for f in found if "-taken-" in f.rule}


def test_one_ingredient_under_two_names_is_one_sum():
    person = after(("对乙酰氨基酚", 9, "500 mg"), ("扑热息痛", 3, "0.5 g"))
    (one,) = sums_taken(person).sums
    assert (one.ingredient, one.amount, one.times, one.hours_since) == ("paracetamol", 1000.0, 2, 3)
    assert one.limit is not None


def test_an_amount_that_cannot_be_told_is_named_and_not_counted():
    person = after(("泰诺林", 9, "2片"), ("泰诺林", 20, None), ("对乙酰氨基酚", 7, "500 mg"))
    (one,) = sums_taken(person).sums
    assert (one.amount, one.untold, one.times) == (500.0, ("泰诺林",), 3)


def test_a_dose_of_yesterday_counts_no_more():
    assert sums_taken(after(("布洛芬", 24, "200 mg"))).sums == ()
    assert sums_taken(after(("布洛芬", 23.9, "200 mg"))).sums != ()


def test_a_name_in_no_catalogue_is_in_no_sum_and_said():
    log = sums_taken(after(("不存在的药名甲", 1, "1片")))
    assert log.sums == ()
    assert [m.name for m in log.not_in_catalogue] == ["不存在的药名甲"]
    checked = check_medicines(after(("不存在的药名甲", 1, "1片")), [MedicineUse("布洛芬", "200 mg")])
    assert [m.name for m in checked.not_in_catalogue] == ["不存在的药名甲"]


@pytest.mark.parametrize(
    ("taken", "asked", "found"),
    [
        ([], MedicineUse("对乙酰氨基酚", "500 mg"), set()),
        ([("对乙酰氨基酚", 8, "500 mg")], MedicineUse("对乙酰氨基酚", "500 mg"), {("sum", "note")}),
        ([("对乙酰氨基酚", 2, "500 mg")], MedicineUse("扑热息痛", "500 mg"), {("soon", "avoid"), ("sum", "note")}),
        ([("对乙酰氨基酚", 8, "500 mg"), ("对乙酰氨基酚", 14, "1500 mg")], MedicineUse("扑热息痛", "1 mg"),
         {("would", "contraindicated")}),
        ([("对乙酰氨基酚", 8, "500 mg"), ("对乙酰氨基酚", 14, "1200 mg")], MedicineUse("扑热息痛", "500 mg"),
         {("would", "contraindicated")}),
        ([(n, h, "100 mg") for n in ("对乙酰氨基酚",) for h in (6, 11, 16, 21)], MedicineUse("扑热息痛", "100 mg"),
         {("times", "avoid"), ("sum", "note")}),
    ],
)  # fmt: skip
def test_what_one_more_dose_would_make(taken, asked, found):
    said = dose_findings(after(*taken), asked)
    assert {one for one in said if one[1] != "note"} == {one for one in found if one[1] != "note"}
    assert (("sum", "note") in said) == (("sum", "note") in found)


def test_with_nothing_asked_only_what_is_over_is_found():
    assert dose_findings(after(("对乙酰氨基酚", 1, "500 mg"))) == set()
    assert ("over", "contraindicated") in dose_findings(
        after(
            ("对乙酰氨基酚", 1, "3 g"), person=msgspec.structs.replace(ADULT, medicines=(MedicineUse("对乙酰氨基酚"),))
        )
    )


def test_hiding_an_amount_leaves_the_worst_open():
    known = after(("对乙酰氨基酚", 8, "2 g"))
    hidden = after(("对乙酰氨基酚", 8, None))
    asked = MedicineUse("扑热息痛", "500 mg")
    assert ("would", "contraindicated") in dose_findings(known, asked)
    unknown = {u.fact: u.worst for u in check_medicines(hidden, [asked]).unknown}
    assert unknown["strength:对乙酰氨基酚"] == "contraindicated"
    unsaid = {
        u.fact: u.worst for u in check_medicines(after(("对乙酰氨基酚", 8, "1 g")), [MedicineUse("扑热息痛")]).unknown
    }
    assert unsaid["dose:扑热息痛"] == "contraindicated"


def test_what_was_taken_meets_what_is_asked():
    found = check_medicines(after(("华法林", 10, "3 mg")), [MedicineUse("布洛芬", "200 mg")]).findings
    assert any(f.kind == "interaction" and set(f.medicines) == {"华法林", "布洛芬"} for f in found)


def test_a_child_without_a_weight_is_asked_for_it():
    child = PersonFacts(age_years=4, conditions=(), allergies=(), medicines=())
    facts = {
        u.fact
        for u in check_medicines(
            after(("布洛芬", 7, "100 mg"), person=child), [MedicineUse("布洛芬", "100 mg")]
        ).unknown
    }
    assert "weight_kg" in facts
