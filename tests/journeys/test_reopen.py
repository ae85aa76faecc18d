"""A new kidney figure, pregnancy or allergy re-runs what rests on it and tells those who may be told, nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from kangban.clinical.record import (
    AllergyIntolerance,
    Condition,
    Consent,
    DetectedIssue,
    Entry,
    FactBody,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
    Proposal,
    Provenance,
)
from kangban.journeys.conclusions import FUNCTIONS
from kangban.journeys.consents import give
from kangban.journeys.doses_taken import took_it
from kangban.journeys.family import add_member, correct_fact, decide_proposal, withdraw_fact, write_fact
from kangban.journeys.house import House, as_system, seen_by
from kangban.kernel.clock import FixedClock
from kangban.record.timeline import facts_of
from kangban.rules.compiled import shipped
from tests.support.houses import NOW, memory_house, person_with_account

METFORMIN, WARFARIN = MedicationRequest("二甲双胍", "500 mg", 2), MedicationRequest("华法林", "3 mg", 1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


async def at_home(clock: FixedClock, *facts: FactBody) -> tuple[House, str]:
    house = memory_house(clock=clock)
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    who = await add_member(
        mum, Patient("李奶奶", sex="female", born_on=date(1990, 1, 1)), client_id="member-1", consent=True
    )
    for fact in facts:
        await write_fact(mum, who, fact)
    return mum, who


async def told(house: House, account: str) -> list[tuple[str, dict[str, str], str]]:
    found = await house.notices.of_account(account, house.family_id, house.clock.now() + timedelta(seconds=1))
    return [(n.notice.key, n.notice.values, n.notice.path) for n in found]


KNOWN = (
    AllergyIntolerance("none"),
    Condition("none"),
    Observation("breastfeeding", 0.0),
    Observation("weight", 60.0, "kg"),
)


@pytest.mark.parametrize(
    ("takes", "better", "worse"),
    [
        (METFORMIN, Observation("egfr", 80.0), Observation("egfr", 20.0)),
        (WARFARIN, Observation("pregnancy", 0.0), Observation("pregnancy", 8.0)),
        (MedicationRequest("阿莫西林", "500 mg", 3), Observation("weight", 61.0, "kg"), AllergyIntolerance("青霉素")),
        (WARFARIN, MedicationStatement("维生素C"), MedicationStatement("布洛芬", "200 mg")),
    ],
)
async def test_what_becomes_worse_is_told_and_the_rest_is_not(clock, takes, better, worse):
    mum, who = await at_home(clock, *KNOWN, Observation("pregnancy", 0.0), Observation("egfr", 90.0), takes)
    before = await told(mum, "acc-mum")
    await write_fact(mum, who, better)
    assert await told(mum, "acc-mum") == before
    clock.move(timedelta(minutes=1))
    first = await write_fact(mum, who, worse, client_id="fact-0001")
    (new,) = (await told(mum, "acc-mum"))[: len(await told(mum, "acc-mum")) - len(before)]
    assert new[0] == "reopen.notice"
    assert new[2] == f"/family?who={who}"
    assert new[1].keys() == {"count"}
    assert await write_fact(mum, who, worse, client_id="fact-0001") == first
    assert len(await told(mum, "acc-mum")) == len(before) + 1


async def test_a_correction_and_a_confirmed_proposal_are_new_facts_too(clock):
    mum, who = await at_home(clock, *KNOWN, Observation("pregnancy", 0.0), METFORMIN)
    good = await write_fact(mum, who, Observation("egfr", 85.0))
    count = len(await told(mum, "acc-mum"))
    await correct_fact(mum, good, Observation("egfr", 18.0))
    assert len(await told(mum, "acc-mum")) == count + 1
    proposal = Entry(
        "p-1", "home", who, Proposal(AllergyIntolerance("二甲双胍"), NOW), NOW, NOW, Provenance("kangban", "system")
    )
    await as_system(mum).store.append([proposal])
    await decide_proposal(mum, "p-1", confirm=True)
    assert len(await told(mum, "acc-mum")) == count + 2


async def test_a_stored_answer_is_run_again_while_it_may_still_be_acted_on(clock):
    mum, who = await at_home(
        clock, *KNOWN, Observation("pregnancy", 0.0), Observation("egfr", 90.0), MedicationStatement("none")
    )
    await concluded(mum, who)
    clock.move(timedelta(days=2))
    await write_fact(mum, who, Condition("胃溃疡", "peptic_ulcer"))
    (only,) = await told(mum, "acc-mum")
    assert int(only[1]["count"]) == 1


async def test_an_old_answer_is_left_alone(clock):
    mum, who = await at_home(clock, *KNOWN, Observation("pregnancy", 0.0), MedicationStatement("none"))
    await concluded(mum, who)
    clock.move(timedelta(days=91))
    await write_fact(mum, who, Condition("胃溃疡", "peptic_ulcer"))
    assert await told(mum, "acc-mum") == []


async def test_an_offer_out_of_the_box_that_would_not_be_made_any_more_is_told(clock):
    mum, who = await at_home(clock, *KNOWN, Observation("pregnancy", 0.0), MedicationStatement("none"))
    at = clock.now()
    facts = await facts_of(mum.store, "home", who, at)
    inputs = {"complaint": "头痛", "box": [{"name": "布洛芬缓释胶囊", "expires_on": None}], "today": "2026-11-21"}
    output = FUNCTIONS["medicine_advice"](inputs, facts)
    assert msgspec.json.decode(output)["offer"]
    body = DetectedIssue("medicine_advice", inputs, at, shipped().fingerprint, output)
    await as_system(mum).store.append([Entry("i-2", "home", who, body, at, at, Provenance("kangban", "system"))])
    clock.move(timedelta(days=1))
    await write_fact(mum, who, Condition("胃溃疡", "peptic_ulcer"))
    (only,) = await told(mum, "acc-mum")
    assert only[1] == {"count": "1"}


async def test_taking_back_a_fact_is_news_too(clock):
    mum, who = await at_home(clock, *KNOWN, Observation("pregnancy", 0.0), METFORMIN)
    bad = await write_fact(mum, who, Observation("egfr", 20.0))
    clock.move(timedelta(minutes=1))
    good = await write_fact(mum, who, Observation("egfr", 90.0))
    before = len(await told(mum, "acc-mum"))
    assert bad != good
    await withdraw_fact(mum, good)
    assert len(await told(mum, "acc-mum")) == before + 1


async def concluded(house: House, who: str) -> None:
    """That ibuprofen was asked about, as a turn stores it."""
    at = house.clock.now()
    facts = await facts_of(house.store, "home", who, at)
    inputs = {"medicines": [{"name": "布洛芬", "dose": "200 mg"}]}
    body = DetectedIssue(
        "medicine_check", inputs, at, shipped().fingerprint, FUNCTIONS["medicine_check"](inputs, facts)
    )
    await as_system(house).store.append([Entry("i-1", "home", who, body, at, at, Provenance("kangban", "system"))])


async def test_only_who_may_be_told_is_told_and_no_value_leaves(clock):
    mum, who = await at_home(clock, *KNOWN, METFORMIN)
    helper = await person_with_account(mum, "helper", "helper")
    shown = await person_with_account(mum, "shown", "helper")
    await give(mum, who, Consent("share", shown.account_id, True, ("medicines",), ("view", "notify")))
    await write_fact(mum, who, Observation("egfr", 12.0))
    assert await told(mum, helper.account_id) == []
    (only,) = await told(mum, shown.account_id)
    assert "12" not in msgspec.json.encode(only[1]).decode()
    assert "二甲双胍" not in msgspec.json.encode(only).decode()


async def test_a_dose_taken_re_opens_nothing(clock):
    mum, who = await at_home(clock, *KNOWN, WARFARIN)
    before = await told(mum, "acc-mum")
    await took_it(mum, who, "布洛芬", "200 mg")
    assert await told(mum, "acc-mum") == before
