"""The snapshot of a person: what is fresh is known, what is stale or missing is not."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.clinical.person import UNKNOWN_PERSON, MedicineUse, ObservedValue, PersonFacts
from kangban.clinical.record import (
    AllergyIntolerance,
    Condition,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
)
from kangban.kernel.errors import Broken
from kangban.record.merge import correct, retract
from kangban.record.timeline import describe_changes, facts_at
from tests.support.stores import SAID, START, fact

NOW = START
ADULT = Patient("李梅", "妈妈", "female", date(1990, 5, 1))
CHILD = Patient("小宝", "儿子", "male", date(2020, 5, 1))


def told(*bodies, days_ago: float = 0, member: str = "gran"):
    moment = NOW - timedelta(days=days_ago)
    return [msgspec.structs.replace(fact(body, member=member), true_at=moment, known_at=moment) for body in bodies]


def facts(*entries) -> PersonFacts:
    return facts_at([entry for group in entries for entry in group], NOW)


def test_an_empty_log_knows_nothing():
    assert facts_at([], NOW) == UNKNOWN_PERSON


def test_a_person_without_facts_has_every_fact_unknown():
    known = facts(told(Patient("无名"), days_ago=1))
    assert known == PersonFacts(member_id="gran", name="无名")
    assert (known.conditions, known.allergies, known.medicines) == (None, None, None)


def test_name_sex_and_age_come_from_the_patient():
    known = facts(told(ADULT, days_ago=9))
    assert (known.name, known.sex) == ("李梅", "female")
    assert known.age_years == pytest.approx(36.0, abs=0.01)


@pytest.mark.parametrize(
    ("patient", "days", "known"),
    [(CHILD, 180, True), (CHILD, 181, False), (ADULT, 181, True), (ADULT, 730, True), (ADULT, 731, False),
     (Patient("?"), 180, True), (Patient("?"), 181, False)],
)  # fmt: skip
def test_a_weight_counts_half_a_year_for_a_child_and_two_years_for_an_adult(patient, days, known):
    weight = facts(told(patient, days_ago=999), told(Observation("weight", 20.0, "kg"), days_ago=days)).weight_kg
    assert weight == (20.0 if known else None)


@pytest.mark.parametrize(
    ("value", "unit", "kg"),
    [(3200.0, "g", 3.2), (54.0, "公斤", 54.0), (54.0, "", 54.0), (54.0, "mL", None), (0.0, "kg", None)],
)
def test_a_weight_is_given_in_kilograms_or_not_at_all(value, unit, kg):
    assert facts(told(Observation("weight", value, unit))).weight_kg == kg


@pytest.mark.parametrize(("days", "egfr"), [(0, 42.0), (365, 42.0), (366, None)])
def test_an_egfr_counts_a_year(days, egfr):
    assert facts(told(Observation("egfr", 42.0), days_ago=days)).egfr == egfr


def test_the_latest_value_counts_and_a_fact_of_tomorrow_does_not():
    log = [told(Observation("egfr", v), days_ago=d) for v, d in ((80.0, 300), (42.0, 30), (90.0, 200), (10.0, -1))]
    assert facts(*log).egfr == 42.0


def test_a_newer_stale_value_does_not_bring_back_an_older_one():
    log = [told(Observation("egfr", 80.0), days_ago=400), told(Observation("egfr", None, text="样本溶血"), days_ago=3)]
    assert facts(*log).egfr is None


@pytest.mark.parametrize(
    ("value", "days", "pregnant", "weeks"),
    [(10.0, 0, True, 10.0), (10.0, 14, True, 12.0), (10.0, 32 * 7, True, 42.0), (10.0, 32 * 7 + 1, None, None),
     (0.0, 0, False, None), (0.0, 60, False, None), (0.0, 61, None, None), (None, 0, None, None)],
)  # fmt: skip
def test_a_pregnancy_grows_week_by_week_and_is_unknown_afterwards(value, days, pregnant, weeks):
    known = facts(told(Observation("pregnancy", value), days_ago=days))
    assert known.pregnant is pregnant
    assert known.pregnancy_weeks == (None if weeks is None else pytest.approx(weeks))


@pytest.mark.parametrize(
    ("value", "days", "answer"), [(1.0, 0, True), (0.0, 0, False), (1.0, 181, None), (None, 0, None)]
)
def test_breastfeeding_is_yes_no_or_unknown(value, days, answer):
    assert facts(told(Observation("breastfeeding", value), days_ago=days)).breastfeeding is answer


@pytest.mark.parametrize(
    ("bodies", "conditions"),
    [
        ([Condition("房颤", "atrial_fibrillation"), Condition("老寒腿")], ("atrial_fibrillation", "老寒腿")),
        ([Condition("none")], ()),
        ([Condition("None "), Condition("哮喘")], ("哮喘",)),
        ([Condition("哮喘"), Condition("none")], ("哮喘",)),
        ([Condition("肺炎", clinical_status="resolved")], ()),
        ([Condition("肺炎"), Condition("肺炎", clinical_status="remission")], ()),
        ([Condition("肺炎", clinical_status="resolved"), Condition("肺炎")], ("肺炎",)),
    ],
)
def test_conditions_are_those_active_and_none_is_a_word(bodies, conditions):
    log = [told(body, days_ago=len(bodies) - n) for n, body in enumerate(bodies)]
    assert facts(*log).conditions == conditions


@pytest.mark.parametrize(
    ("substances", "allergies"),
    [(["none"], ()), (["青霉素"], ("青霉素",)), (["青霉素", "none"], ("青霉素",)), (["Penicillin", "penicillin "], 1)],
)
def test_allergies_are_known_known_to_be_none_or_unknown(substances, allergies):
    log = [told(AllergyIntolerance(s), days_ago=9 - n) for n, s in enumerate(substances)]
    found = facts(*log).allergies
    assert found is not None
    assert (len(found) if isinstance(allergies, int) else found) == allergies


@pytest.mark.parametrize(
    ("bodies", "medicines"),
    [
        ([MedicationStatement("布洛芬", status="in_cabinet")], None),
        ([MedicationStatement("none")], ()),
        ([MedicationStatement("布洛芬"), MedicationStatement("布洛芬", status="stopped")], ()),
        ([MedicationStatement("布洛芬", "0.2 g", 3.0)], (MedicineUse("布洛芬", "0.2 g", 3.0),)),
        (
            [MedicationStatement("布洛芬", "0.2 g"), MedicationStatement("布洛芬", "0.4 g")],
            (MedicineUse("布洛芬", "0.4 g"),),
        ),
        ([MedicationStatement("布洛芬"), MedicationStatement("布洛芬", status="in_cabinet")], (MedicineUse("布洛芬"),)),
        ([MedicationRequest("华法林", "3 mg", 1.0)], (MedicineUse("华法林", "3 mg", 1.0, ordered=True),)),
        (
            [MedicationRequest("Warfarin", "3 mg", 1.0), MedicationStatement("warfarin", "6 mg")],
            (MedicineUse("Warfarin", "6 mg", 1.0, ordered=True),),
        ),
        (
            [MedicationRequest("华法林", "3 mg"), MedicationStatement("华法林", status="stopped")],
            (MedicineUse("华法林", "3 mg", ordered=True),),
        ),
        ([MedicationRequest("华法林", status="stopped")], ()),
    ],
)
def test_medicines_are_what_is_taken_and_what_is_ordered(bodies, medicines):
    log = [told(body, days_ago=len(bodies) - n) for n, body in enumerate(bodies)]
    assert facts(*log).medicines == medicines


def test_observations_are_the_latest_number_per_code_with_its_moment():
    log = [
        told(Observation("potassium", 5.6, "mmol/L"), Observation("pregnancy", 0.0), days_ago=2),
        told(Observation("potassium", 4.1, "mmol/L"), days_ago=9),
        told(Observation("hba1c", None, text="见报告")),
    ]
    assert facts(*log).observations == (ObservedValue("potassium", 5.6, "mmol/L", NOW - timedelta(days=2)),)


def test_a_corrected_or_retracted_fact_no_longer_counts_even_in_a_log_that_still_holds_it():
    (wrong,) = told(Observation("egfr", 9.0), days_ago=2)
    (allergy,) = told(AllergyIntolerance("青霉素"))
    right = correct(wrong, Observation("egfr", 90.0), known_at=NOW, provenance=SAID)
    log = [wrong, right, allergy, retract(allergy, known_at=NOW, provenance=SAID)]
    known = facts_at(log, NOW)
    assert known.egfr == 90.0
    assert known.allergies is None


def test_two_members_are_never_mixed():
    with pytest.raises(Broken):
        facts(told(ADULT), told(CHILD, member="son"))


BODIES = st.sampled_from(
    [ADULT, CHILD, Observation("weight", 50.0), Observation("weight", 51.0), Observation("pregnancy", 8.0), Condition("哮喘"),
     Condition("哮喘", clinical_status="resolved"), AllergyIntolerance("none"), MedicationStatement("布洛芬")]
)  # fmt: skip


@given(st.lists(st.tuples(BODIES, st.integers(-2, 900)), max_size=8), st.randoms())
def test_the_order_in_which_a_log_is_read_does_not_matter(lines, random):
    log = [entry for body, days in lines for entry in told(body, days_ago=days)]
    shuffled = list(log)
    random.shuffle(shuffled)
    assert facts_at(shuffled, NOW) == facts_at(log, NOW)


def test_changes_are_named_by_field():
    old = PersonFacts(member_id="gran", age_years=70.0, egfr=80.0, conditions=("哮喘",))
    new = PersonFacts(member_id="gran", age_years=70.9, egfr=25.0, conditions=("哮喘",), allergies=())
    assert describe_changes(old, new) == ["allergies", "egfr"]
    assert describe_changes(old, old) == []


@pytest.mark.parametrize(
    ("field", "before", "after", "changed"),
    [("age_years", 70.9, 71.0, True), ("age_years", 0.26, 0.3, False), ("age_years", 0.3, 0.4, True),
     ("age_years", 1.99, 2.0, True), ("age_years", None, 2.0, True), ("pregnancy_weeks", 8.1, 8.9, False),
     ("pregnancy_weeks", 8.9, 9.0, True)],
)  # fmt: skip
def test_growing_older_counts_by_completed_steps(field, before, after, changed):
    old, new = PersonFacts(**{field: before}), PersonFacts(**{field: after})
    assert describe_changes(old, new) == ([field] if changed else [])


def test_a_naive_moment_is_read_as_utc():
    assert facts_at(told(ADULT), NOW.replace(tzinfo=None)) == facts_at(told(ADULT), NOW)
