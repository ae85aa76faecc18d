"""An insert becomes a proposal, counts once a person confirmed it, and stops counting when it is taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kangban.clinical.person import MedicineUse
from kangban.clinical.record import DetectedIssue, DocumentReference, Entry, MedicationStatement, Patient, Provenance
from kangban.journeys.attachments import Upload
from kangban.journeys.conclusions import FUNCTIONS
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.house import House, as_system, seen_by
from kangban.journeys.own_products import Insert, decide, get_insert, inserts_of, propose_insert, withdraw
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import Conflict, InvalidInput, KangbanError, NotFound, NotPermitted
from kangban.reasoning.medication.check import check_medicines
from kangban.record.replay import replay_member
from kangban.record.timeline import facts_of
from kangban.rules.compiled import shipped
from tests.support.houses import NOW, memory_house, person_with_account

NAME = "虚构牌退热止痛片"
TEXT = f"""【药品名称】
通用名称：{NAME}
【成份】每片含对乙酰氨基酚0.5克、虚构苷5毫克。
【用法用量】口服。成人一次1片。
【禁忌】孕妇禁用。
"""
INSERT = Upload("说明书.txt", TEXT.encode())
ASKED = [MedicineUse(NAME, "4片", 4)]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


async def at_home(clock: FixedClock) -> tuple[House, str]:
    house = memory_house(clock=clock)
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    patient = Patient("爸爸", sex="male", born_on=date(1985, 1, 1))
    return mum, await add_member(mum, patient, client_id="member-dad", consent=True)


async def over_limit(house: House, who: str, clock: FixedClock) -> bool:
    facts = await facts_of(house.store, "home", who, clock.now())
    return any(f.over_limit for f in check_medicines(facts, ASKED).findings)


async def test_it_counts_from_the_word_of_a_person_until_it_is_taken_back(clock: FixedClock) -> None:
    mum, dad = await at_home(clock)
    one = await propose_insert(mum, dad, INSERT)
    assert (one.body.status, one.body.names, one.matched) == ("proposed", (NAME,), None)
    assert [(c.ingredient, c.amount) for c in one.body.contents] == [("paracetamol", "0.5 克"), (None, "5 毫克")]
    assert (await propose_insert(mum, dad, INSERT)).id == one.id
    assert not await over_limit(mum, dad, clock)
    clock.move(timedelta(minutes=1))
    sure = await decide(mum, one.id, confirm=True)
    assert sure.id == one.id
    assert sure.body.status == "confirmed"
    assert (await decide(mum, sure.entry.id, confirm=True)).entry.id == sure.entry.id
    assert await over_limit(mum, dad, clock)
    with pytest.raises(Conflict):
        await decide(mum, one.id, confirm=False)
    clock.move(timedelta(minutes=1))
    await withdraw(mum, one.id)
    assert not await over_limit(mum, dad, clock)
    assert await inserts_of(mum, dad) == []
    with pytest.raises(NotFound):
        await get_insert(mum, one.id)
    assert await mum.store.entries("home", dad, kinds=["DocumentReference"]), "the kept file stays"
    assert (await propose_insert(mum, dad, INSERT)).body.status == "proposed", "and may be read again"


async def test_what_was_dismissed_never_counts(clock: FixedClock) -> None:
    mum, dad = await at_home(clock)
    one = await propose_insert(mum, dad, INSERT)
    assert (await decide(mum, one.id, confirm=False)).body.status == "dismissed"
    assert not await over_limit(mum, dad, clock)


async def test_a_conclusion_drawn_with_it_is_rebuilt_byte_for_byte_whatever_came_after(clock: FixedClock) -> None:
    mum, dad = await at_home(clock)
    one = await propose_insert(mum, dad, INSERT)
    await decide(mum, one.id, confirm=True)
    facts = await facts_of(mum.store, "home", dad, clock.now())
    inputs = {"medicines": [{"name": NAME, "dose": "4片", "per_day": 4}]}
    output = FUNCTIONS["medicine_check"](inputs, facts)
    assert f'"family_confirmed_insert":["{NAME}"]' in output
    body = DetectedIssue("medicine_check", inputs, clock.now(), shipped().fingerprint, output)
    issue = Entry("issue", "home", dad, body, clock.now(), clock.now(), Provenance("kangban", "system"))
    await as_system(mum).store.append([issue])
    clock.move(timedelta(minutes=1))
    await withdraw(mum, one.id)
    [told] = await replay_member(mum.store, "home", dad, FUNCTIONS, rules_fingerprint=shipped().fingerprint)
    assert told.same


async def test_whoever_takes_it_is_told_when_the_word_makes_it_worse(clock: FixedClock) -> None:
    mum, dad = await at_home(clock)
    for name in (NAME, "对乙酰氨基酚片"):
        await write_fact(mum, dad, MedicationStatement(name, "500 mg", 3))
    one = await propose_insert(mum, dad, INSERT)
    before = await mum.notices.of_account("acc-mum", "home", clock.now() + timedelta(seconds=1))
    await decide(mum, one.id, confirm=True)
    after = await mum.notices.of_account("acc-mum", "home", clock.now() + timedelta(seconds=1))
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(
    "text", ["【成份】每片含对乙酰氨基酚0.5克。", f"【药品名称】\n通用名称：{NAME}\n【禁忌】孕妇禁用。", "\n"]
)
async def test_what_is_no_whole_insert_leaves_nothing(clock: FixedClock, text: str) -> None:
    mum, dad = await at_home(clock)
    with pytest.raises(InvalidInput):
        await propose_insert(mum, dad, Upload("a.txt", text.encode()))
    assert not await mum.store.entries("home", dad, kinds=["DocumentReference", "MedicationKnowledge"])


async def test_two_decide_at_once_and_one_wins(clock: FixedClock) -> None:
    mum, dad = await at_home(clock)
    one: Insert = await propose_insert(mum, dad, INSERT)
    outcomes: list[str] = []
    for yes in (True, False):
        try:
            outcomes.append((await decide(mum, one.id, confirm=yes)).body.status)
        except KangbanError as error:
            outcomes.append(type(error).__name__)
    assert outcomes == ["confirmed", "Conflict"]


async def test_who_was_given_nothing_may_not(clock: FixedClock) -> None:
    mum, dad = await at_home(clock)
    one = await propose_insert(mum, dad, INSERT)
    for role in ("helper", "adult", "pharmacist"):
        other = seen_by(mum, await person_with_account(mum, f"some-{role}", role))
        for call in (propose_insert(other, dad, INSERT), decide(other, one.id, confirm=True), withdraw(other, one.id)):
            with pytest.raises((NotFound, NotPermitted)):
                await call
    [kept] = await mum.store.entries("home", dad, kinds=["DocumentReference"])
    assert isinstance(kept.body, DocumentReference)
