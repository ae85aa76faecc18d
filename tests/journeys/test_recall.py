"""A wrong rule is recalled: what it touched over all families, ids only, and drafts for those who may be told."""

from __future__ import annotations

from datetime import date
from functools import partial

import msgspec
import pytest

from kangban.app import in_family
from kangban.clinical.draft import Answer
from kangban.clinical.record import AllergyIntolerance, MedicationRequest, Patient
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, as_system, seen_by
from kangban.journeys.recall import known_rules, recall
from kangban.journeys.turn_events import TurnDone
from kangban.kernel.errors import InvalidInput, NotPermitted
from kangban.rules.compiled import shipped
from tests.support.gates import CountedPasswords
from tests.support.houses import memory_house, person_with_account

SECRET = "王秀英"


def gate_of(house: House) -> Gate:
    return Gate(house.accounts, house.audit, house.notices, CountedPasswords(), house.clock)


async def family(house: House, family_id: str, medicine: str, question: str) -> tuple[str, Answer]:
    there = in_family(house, family_id)
    mum = seen_by(there, await person_with_account(there, f"mum-{family_id}", "manager"))
    who = await add_member(mum, Patient(SECRET, born_on=date(1950, 1, 1)), client_id=f"m-{family_id}", consent=True)
    await write_fact(mum, who, AllergyIntolerance("none"))
    await write_fact(mum, who, MedicationRequest(medicine, "3 mg", 1))
    (done,) = [e async for e in chat_turn(mum, Question(who, question, "question-1")) if isinstance(e, TurnDone)]
    return who, done.answer


async def test_every_family_it_touched_and_no_other():
    house = memory_house()
    first, answer = await family(house, "home", "华法林", "能吃布洛芬吗？")
    second, _ = await family(house, "hill", "华法林", "布洛芬可以吃吗")
    await family(house, "lake", "氨氯地平", "维生素C可以吃吗")
    rule = next(f.rule for f in answer.findings if f.kind == "interaction")
    families = ["home", "hill", "lake", "home"]
    found = await recall(gate_of(house), local_actor("home", "cli"), rule, families, lambda one: in_family(house, one))
    assert found.known
    assert found.families == 3
    assert {(m.family_id, m.member_id) for m in found.members} == {("home", first), ("hill", second)}
    for one in found.members:
        assert [c.function for c in one.conclusions] == ["medicine_check"]
        assert len(one.answers) == 1
        assert one.answers[0].message_id == one.conclusions[0].message_id
    assert {(n.family_id, n.account_id) for n in found.notices} == {("home", "acc-mum-home"), ("hill", "acc-mum-hill")}
    assert all(rule in n.text and rule in n.text_en for n in found.notices)
    whole = msgspec.json.encode(found).decode()
    assert SECRET not in whole
    assert "布洛芬" not in whole
    assert await house.notices.of_account("acc-mum-home", "home", house.clock.now()) == []  # drafts are not sent
    for each, touched in (("home", True), ("lake", False)):
        kept = {link.event.what for link in await house.audit.chain(each)}
        assert ("rules.recalled" in kept) is touched


async def test_a_passage_read_wrongly_is_recalled_too():
    house = memory_house()
    who, answer = await family(house, "home", "华法林", "能吃布洛芬吗？")
    cited = answer.findings[0].citations[0]
    found = await recall(gate_of(house), local_actor("home", "cli"), cited, ["home"], lambda one: in_family(house, one))
    assert found.known
    assert [m.member_id for m in found.members] == [who]


async def test_a_rule_that_was_merged_into_another_finding_is_recalled_too():
    house = memory_house()
    who, answer = await family(house, "home", "华法林", "能吃布洛芬吗？")
    merged = [rule for f in answer.findings for rule in f.also_rules]
    assert merged
    of = partial(in_family, house)
    for rule in merged:
        found = await recall(gate_of(house), local_actor("home", "cli"), rule, ["home"], of)
        assert [m.member_id for m in found.members] == [who], rule


async def test_another_version_of_the_rule_is_another_rule():
    house = memory_house()
    _, answer = await family(house, "home", "华法林", "能吃布洛芬吗？")
    rule = answer.findings[0].rule.split("@")[0] + "@999999"
    found = await recall(gate_of(house), local_actor("home", "cli"), rule, ["home"], lambda one: in_family(house, one))
    assert (found.known, found.members, found.notices) == (False, (), ())


@pytest.mark.parametrize(
    "rule", ["", "warfarin", "warfarin.bleed@", "warfarin.bleed@1 or 1=1", "规则@1", "a" * 200 + "@1"]
)
async def test_words_that_are_no_rule_are_refused(rule):
    house = memory_house()
    with pytest.raises(InvalidInput):
        await recall(gate_of(house), local_actor("home", "cli"), rule, ["home"], lambda one: in_family(house, one))


async def test_only_who_keeps_the_server_recalls():
    house = memory_house()
    mum = await person_with_account(house, "mum", "manager")
    asked: list[str] = []

    def of(family_id: str) -> House:
        asked.append(family_id)
        return in_family(house, family_id)

    with pytest.raises(NotPermitted):
        await recall(gate_of(house), mum, "warfarin.bleed@1", ["home"], of)
    assert asked == []


async def test_findings_of_an_answer_name_rules_the_packs_know():
    house = memory_house()
    _, answer = await family(house, "home", "华法林", "能吃布洛芬吗？")
    known = known_rules(shipped().packs)
    assert {f.rule for f in answer.findings if f.kind == "interaction"} <= known
    entries = await as_system(house).store.entries("home", kinds=["DetectedIssue"])
    assert entries
