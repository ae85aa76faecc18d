"""Role × kind × door × consent state through the doors people come in by, each against the oracle written on its own."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from kangban.agent.scripted import ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.clinical.account import Account, Tenant
from kangban.clinical.draft import Answer, Draft
from kangban.clinical.reading import Whose
from kangban.clinical.record import (
    AllergyIntolerance,
    AnswerGiven,
    Body,
    Communication,
    Condition,
    DetectedIssue,
    DiagnosticReport,
    DocumentReference,
    Entry,
    Feedback,
    MedicationAdministration,
    MedicationKnowledge,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Proposal,
    Provenance,
    ReviewItem,
    Transmission,
)
from kangban.clinical.report import PrintedReport, Report
from kangban.journeys.accounts.feeds import make_feed
from kangban.journeys.accounts.login import actor_of
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, seen_by
from kangban.journeys.reports.viewing import shelf_of
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import KangbanError, NotFound, NotPermitted, Unavailable
from kangban.ports.chat_model import ChatRequest
from kangban.web.reports.paper import picture_of
from tests.attacks.access_oracle import GROUPS, Situation, allowed
from tests.attacks.test_access_matrix import (
    ACCOUNT,
    BEFORE,
    EVERYTHING,
    NOW,
    OWN_RECORD,
    PERSON,
    log_of,
    memberships,
)
from tests.support.api_desk import ApiDesk
from tests.support.gates import CountedPasswords
from tests.support.houses import memory_house

SAMPLE = 110
ROLES = (
    "manager",
    "adult",
    "elder",
    "teen",
    "child",
    "helper",
    "nurse",
    "doctor",
    "pharmacist",
    "reviewer",
    "operator",
)
SHARES = (
    None,
    (frozenset[str](), frozenset({"view"})),
    (frozenset({"medicines"}), frozenset({"view", "ask", "notify"})),
    EVERYTHING,
)
ANSWER = Answer("a-1", "offline", "unknown", "release", "M-AnswerGiven", (), None, (), (), (), (), (), ())
PLANTED: dict[str, Body] = {
    "MedicationStatement": MedicationStatement("M-MedicationStatement", status="in_cabinet", expires_on=date(2026, 5, 20)),
    "MedicationRequest": MedicationRequest("M-MedicationRequest"),
    "MedicationAdministration": MedicationAdministration("M-MedicationAdministration"),
    "MedicationKnowledge": MedicationKnowledge("doc-1", ("M-MedicationKnowledge",), ()),
    "AllergyIntolerance": AllergyIntolerance("M-AllergyIntolerance"),
    "Condition": Condition("M-Condition"),
    "Observation": Observation("weight", 51.0, "kg", "M-Observation"),
    "DocumentReference": DocumentReference("M-DocumentReference", "image/png", 3, "0" * 64),
    "DiagnosticReport": DiagnosticReport(
        "x-DocumentReference", 1, 1, "preliminary", Report(PrintedReport("other", (1,), "M-DiagnosticReport")), Whose("same")
    ),
    "Communication": Communication("main", "c-1", "M-Communication"),
    "AnswerGiven": AnswerGiven("main", "m-1", ANSWER),
    "Feedback": Feedback("a-1", True, "M-Feedback"),
    "DetectedIssue": DetectedIssue("triage", {"text": "M-DetectedIssue"}, BEFORE, "f", "{}"),
    "Proposal": Proposal(Condition("M-Proposal"), BEFORE),
    "ReviewItem": ReviewItem("a-1", "m-1", "M-ReviewItem", Draft("M-ReviewItem"), "unknown", (), topics=("medicines",), due_at=NOW + timedelta(hours=1)),
    "Transmission": Transmission("m-1", "model", "host", "mainland", "M-Transmission"),
}  # fmt: skip
WRITTEN: dict[str, Any] = {
    "Observation": {"type": "Observation", "code": "height", "value": 150, "unit": "cm"},
    "Condition": {"type": "Condition", "text": "cough"},
    "AllergyIntolerance": {"type": "AllergyIntolerance", "substance": "eggs"},
    "MedicationStatement": {"type": "MedicationStatement", "name": "zinc"},
    "MedicationRequest": {"type": "MedicationRequest", "name": "iron"},
    "MedicationAdministration": {"type": "MedicationAdministration", "name": "iron"},
}


def every_situation() -> list[Situation]:
    found: list[Situation] = []
    for role in ROLES:
        whose = [(False, "child", False), (False, "teen", True), (False, "grown", True), (False, "grown", False)]
        if role in OWN_RECORD:
            own_age = role if role in ("teen", "child") else "grown"
            whose.append((True, own_age, True))
        found += [
            Situation(role, own, age, account, health, share, False, models=False, training=False)
            for own, age, account in whose
            for health in ("never", "given", "withdrawn")
            for share in SHARES
        ]
    return found


def sampled() -> list[Situation]:
    """The same every time; every role with every consent state, and where something is open more often."""
    chance = random.Random(20260503)
    every = every_situation()
    first = {(s.role, s.health, s.share is not None): s for s in chance.sample(every, len(every))}
    return [*first.values(), *chance.sample(every, SAMPLE - len(first))]


class World:
    """One family in one situation, behind its doors."""

    def __init__(self, s: Situation) -> None:
        self.s = s
        clock = FixedClock(NOW)
        self.house: House = memory_house(clock=clock)
        self.gate = Gate(self.house.accounts, self.house.audit, self.house.notices, CountedPasswords(), clock)
        self.desk = ApiDesk(self.house, self.gate)

    async def furnish(self) -> None:
        for account in (ACCOUNT, "acc-other", "acc-person"):
            await self.gate.accounts.add_account(Account(account, account, account))
        for place in memberships(self.s):  # "all" is a doctor's licence; this one is everybody's
            licence = place.licence and msgspec.structs.replace(place.licence, scope=("medicines",))
            await self.gate.accounts.put_membership(msgspec.structs.replace(place, licence=licence))
        await self.gate.accounts.put_tenant(Tenant("home", "family", "", NOW))
        said, mine = Provenance("acc-other", "person"), Provenance(ACCOUNT, "person")
        made = [Entry(f"x-{kind}", "home", PERSON, body, BEFORE, BEFORE, said) for kind, body in PLANTED.items()]
        made.append(Entry("mine", "home", PERSON, Communication("main", "c-2", "M-mine"), BEFORE, BEFORE, mine))
        await self.house.store.inner.append([*log_of(self.s), *made])  # type: ignore[attr-defined]

    def may(self, kind: str, purpose: str, *, mine: bool = False) -> bool:
        return allowed(self.s, kind, purpose, mine=mine)

    async def seen(self) -> House:
        actor = await actor_of(self.gate, ACCOUNT, "home", door="page")
        assert actor is not None
        return seen_by(self.house, actor)


async def door_list(world: World) -> list[str]:
    """GET entries, kind by kind and all at once."""
    wrong: list[str] = []
    whole = await world.desk.call("GET", f"/members/{PERSON}/entries?limit=200", ACCOUNT)
    for kind in PLANTED:
        one = await world.desk.call("GET", f"/members/{PERSON}/entries?kind={kind}&limit=200", ACCOUNT)
        right = world.may(kind, "view")
        wrong += [
            f"list {kind}: {right}, {got.status}"
            for got in (one, whole)
            if (f"x-{kind}" in got.text) != right or (f"M-{kind}" in got.text) > right
        ]
    if ('"mine"' in whole.text) != world.may("Communication", "view", mine=True):
        wrong.append("list mine")
    return wrong


async def door_entry(world: World) -> list[str]:
    """GET one entry by its id."""
    wrong: list[str] = []
    for kind in PLANTED:
        got = await world.desk.call("GET", f"/entries/x-{kind}", ACCOUNT)
        right = world.may(kind, "view")
        if (got.status == 200) != right or (f"M-{kind}" in got.text) > right:
            wrong.append(f"entry {kind}: {right}, {got.status}")
    return wrong


async def door_export(world: World) -> list[str]:
    """The export holds what may be exported, and is refused where the person is closed to it."""
    got = await world.desk.call("GET", f"/members/{PERSON}/export", ACCOUNT)
    open_ = world.may("Patient", "export")
    if (got.status == 200) != open_:
        return [f"export: {open_}, {got.status}"]
    return [f"export {k}" for k in PLANTED if open_ and (f"M-{k}" in got.text) != world.may(k, "export")]


async def door_desk(world: World) -> list[str]:
    """Reviews, by session and never by key."""
    got = await world.desk.call("GET", "/reviews/a-1", ACCOUNT)
    right = world.may("ReviewItem", "review")
    return (
        []
        if (got.status == 200) == right and ("M-ReviewItem" in got.text) == right
        else [f"desk: {right}, {got.status}"]
    )


async def door_audit(world: World) -> list[str]:
    """Who saw what of this person."""
    got = await world.desk.call("GET", f"/audit?member={PERSON}", ACCOUNT)
    right = world.may("Patient", "audit")
    return [] if (got.status == 200) == right else [f"audit: {right}, {got.status}"]


async def door_calendar(world: World) -> list[str]:
    """A date of the medicine box, and never its name."""
    actor = await actor_of(world.gate, ACCOUNT, "home", door="page")
    assert actor is not None
    token, _ = await make_feed(world.gate, actor, "phone")
    got = await world.desk.call("GET", f"/{token}.ics", base="/calendar")
    right = world.may("Patient", "notify") and world.may("MedicationStatement", "notify")
    wrong = [] if ("20260520" in got.text) == right else [f"calendar: {right}"]
    return wrong + ["calendar names it" for _ in [0] if "M-" in got.text or "Person" in got.text]


async def door_page(world: World) -> list[str]:
    """What a page of the family is drawn from."""
    from kangban.web.household import Visitor
    from kangban.web.visit import Visit

    house = await world.seen()
    visit = Visit(None, Visitor(house.actor, "token"), house, "zh", "/family")  # type: ignore[arg-type]
    await visit.refresh()
    listed = PERSON in {one.id for one in visit.people}
    wrong = [] if listed == world.may("Patient", "view") else [f"page lists: {not listed}"]
    told = msgspec.json.encode(visit.logs.get(PERSON, [])).decode()
    facts = ("MedicationStatement", "MedicationRequest", "AllergyIntolerance", "Condition", "Observation")
    return wrong + [f"page {k}" for k in facts if (f"M-{k}" in told) != world.may(k, "view")]


async def door_report(world: World) -> list[str]:
    """The list of reports, and a page of one: nobody reads pictures here, and only who may see it is told that."""
    house, view = await world.seen(), world.may("DiagnosticReport", "view")
    try:
        listed = "x-DiagnosticReport" in {one.id for one in (await shelf_of(house, PERSON)).reports}
    except (NotFound, NotPermitted):
        listed = False
    try:
        await picture_of(house, "x-DiagnosticReport", 1)
        raise AssertionError("a picture of nothing")
    except (NotFound, NotPermitted):
        pictured = False
    except Unavailable:
        pictured = True
    wrong = [] if listed == (view and world.may("Patient", "view")) else [f"reports listed: {listed}"]
    right = view and world.may("DocumentReference", "view")
    return wrong + [f"page of a report: {pictured}" for _ in [0] if pictured != right]


async def door_model(world: World) -> list[str]:
    """What a brain is told of the record when somebody asks."""
    heard: list[ChatRequest] = []

    def play(request: ChatRequest) -> ScriptedMessage:
        heard.append(request)
        if request.messages[-1].role == "tool":
            return ScriptedMessage(text="好的。")
        return ScriptedMessage(calls=(ScriptedCall("look_up_record", {}),))

    house = msgspec.structs.replace(await world.seen(), model=ScriptedModel(play, name="scripted"))
    try:
        async for _ in chat_turn(house, Question(PERSON, "现在吃什么药？", "c-9")):
            pass
        refused = False
    except KangbanError:
        refused = True
    right = world.may("Patient", "ask") and world.may("Communication", "ask", mine=True)
    told = msgspec.json.encode([r.messages for r in heard]).decode()
    facts = ("MedicationStatement", "MedicationRequest", "AllergyIntolerance", "Condition")
    wrong = [] if refused != right else [f"model: {right}"]
    if not right:
        return wrong + ["model heard something" for _ in [0] if "M-" in told]
    return wrong + [f"model {k}" for k in facts if (f"M-{k}" in told) != world.may(k, "ask")]


async def door_write(world: World) -> list[str]:
    """Facts written by hand, each kind."""
    wrong: list[str] = []
    for kind, body in WRITTEN.items():
        got = await world.desk.call("POST", f"/members/{PERSON}/entries", ACCOUNT, body={"body": body})
        right = world.may(kind, "write") and world.may("Patient", "view")
        if (got.status == 201) != right:
            wrong.append(f"write {kind}: {right}, {got.status}")
    return wrong


async def door_erase(world: World) -> list[str]:
    """The last door of all."""
    got = await world.desk.call("DELETE", f"/members/{PERSON}", ACCOUNT)
    right = world.may("Patient", "erase")
    return [] if (got.status == 200) == right else [f"erase: {right}, {got.status}"]


DOORS = (
    door_list,
    door_entry,
    door_export,
    door_desk,
    door_audit,
    door_calendar,
    door_page,
    door_report,
    door_model,
    door_write,
    door_erase,
)


@pytest.mark.parametrize("s", sampled(), ids=lambda s: f"{s.role}-{'own' if s.own else s.age}-{s.account}-{s.health}")
async def test_every_door_opens_as_the_oracle_says(s: Situation) -> None:
    world = World(s)
    await world.furnish()
    wrong = [line for door in DOORS for line in await door(world)]
    assert not wrong, f"{s}\n" + "\n".join(wrong)


def test_the_sample_meets_every_role_and_every_word() -> None:
    assert set(PLANTED) == set(GROUPS) - {"Patient", "Consent", "BreakGlass"}, "every kind but those that decide"
    chosen = sampled()
    assert {s.role for s in chosen} == set(ROLES)
    assert {(s.role, s.health) for s in chosen} == {(r, h) for r in ROLES for h in ("never", "given", "withdrawn")}
    opened = [s for s in chosen if allowed(s, "MedicationStatement", "view", mine=False)]
    assert len(opened) >= 20, "a walk past closed doors alone proves little"
