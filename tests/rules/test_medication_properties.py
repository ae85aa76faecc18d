"""Whatever the list: order never matters, adding never hides, and a hidden fact never hides danger."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangban.clinical.finding import Finding, MedicineCheck
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.urgency import severity_rank
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver

NAMES = sorted(n for n, named in resolver().names.by_name.items() if named.kind != "class")
names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True)
people = st.builds(
    PersonFacts,
    age_years=st.sampled_from([0.5, 3.0, 9.0, 15.0, 30.0, 70.0, 85.0]),
    sex=st.sampled_from(["female", "male"]),
    weight_kg=st.sampled_from([8.0, 20.0, 60.0]),
    pregnant=st.just(False),
    breastfeeding=st.just(False),
    conditions=st.sampled_from([(), ("hypertension",), ("peptic_ulcer", "asthma"), ("ckd",)]),
    allergies=st.sampled_from([(), ("青霉素",)]),
    egfr=st.sampled_from([20.0, 50.0, 95.0]),
    medicines=st.sampled_from([(), (MedicineUse("华法林", ordered=True),)]),
)
fast = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def asked(chosen: list[str]) -> list[MedicineUse]:
    return [MedicineUse(n) for n in chosen]


def meant(called: tuple[str, ...]) -> set[str]:
    """What the names mean: asked about as "warfarin", the recorded 华法林 is the same medicine by another name."""
    return {found.named.id if (found := resolver().resolve(name)).named else name for name in called}


def grave(outcome: MedicineCheck) -> list[Finding]:
    return [f for f in outcome.findings if f.severity in ("contraindicated", "avoid")]


@fast
@given(names, people, st.randoms())
def test_order_never_matters(chosen: list[str], person: PersonFacts, rng: random.Random) -> None:
    shuffled = chosen[:]
    rng.shuffle(shuffled)
    first, second = check_medicines(person, asked(chosen)), check_medicines(person, asked(shuffled))
    assert {msgspec.json.encode(f) for f in first.findings} == {msgspec.json.encode(f) for f in second.findings}


@fast
@given(names, st.sampled_from(NAMES), people)
def test_adding_a_medicine_keeps_every_finding(chosen: list[str], more: str, person: PersonFacts) -> None:
    before = check_medicines(person, asked(chosen))
    after = check_medicines(person, asked([*chosen, more]))
    for old in before.findings:
        assert any(
            meant(old.medicines) <= meant(new.medicines)
            and set(old.ingredients) <= set(new.ingredients)
            and severity_rank(new.severity) <= severity_rank(old.severity)
            for new in after.findings
        ), old


@fast
@given(names, people, st.sampled_from(["age_years", "conditions", "allergies", "egfr", "medicines", "pregnant"]))
def test_hiding_a_fact_never_hides_danger(chosen: list[str], person: PersonFacts, fact: str) -> None:
    full = check_medicines(person, asked(chosen))
    hidden = check_medicines(msgspec.structs.replace(person, **{fact: None}), asked(chosen))
    still = {(f.rule, f.medicines) for f in hidden.findings}
    worst_open = min((severity_rank(u.worst) for u in hidden.unknown), default=9)
    for danger in grave(full):
        assert (danger.rule, danger.medicines) in still or worst_open <= severity_rank(danger.severity), danger


@pytest.mark.parametrize("name", ["", " ", "🤒", "a" * 500, "<script>", "'; drop table", "片", "1/2片", "\u0000"])
def test_a_strange_name_is_never_passed_over(name: str) -> None:
    outcome = check_medicines(PersonFacts(), [MedicineUse(name or " ")])
    assert [m.name for m in outcome.not_in_catalogue] == [name or " "]
    assert not outcome.findings


def test_three_hundred_medicines_are_checked() -> None:
    outcome = check_medicines(PersonFacts(), asked(NAMES[:300]))
    assert outcome.findings
