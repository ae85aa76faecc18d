"""The same matrix through the store every journey is handed: what is read, what is written, what is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from kangban.clinical.access import Actor
from kangban.clinical.draft import Answer, Draft
from kangban.clinical.reading import Whose
from kangban.clinical.record import (
    AllergyIntolerance,
    AnswerGiven,
    Body,
    BreakGlass,
    Communication,
    Condition,
    Consent,
    DetectedIssue,
    DiagnosticReport,
    DocumentReference,
    Entry,
    Feedback,
    MedicationKnowledge,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
    Proposal,
    Provenance,
    ReviewItem,
    Transmission,
)
from kangban.clinical.report import PrintedReport, Report
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.house import House, as_system, for_purpose, get_member, members, seen_by
from kangban.kernel.errors import KangbanError, NotFound, NotPermitted
from tests.support.houses import memory_house, person_with_account

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
SECRET = "held words nobody released"
ANSWER = Answer("a1", "offline", "unknown", "release", "text", (), None, (), (), (), (), (), ())
BODIES: tuple[Body, ...] = (
    Observation("weight", 50.0, "kg"), Condition("asthma"), AllergyIntolerance("penicillin"),
    MedicationStatement("warfarin"), MedicationRequest("amlodipine"),
    DocumentReference("scan.pdf", "application/pdf", 3, "0" * 64), Communication("main", "c1", "what is it"),
    AnswerGiven("main", "m1", ANSWER, Draft(SECRET)), Feedback("a1", True),
    DetectedIssue("triage", {"text": "headache"}, NOW, "f", "{}"),
    DetectedIssue("guard", {"draft": {"text": SECRET}}, NOW, "f", "{}"), Proposal(Condition("gout"), NOW),
    ReviewItem("a1", "m1", "what is it", Draft(SECRET), "unknown", ("numbers",)),
    BreakGlass("acc-x", "X", "doctor", "an emergency", NOW - timedelta(days=1)),
    Transmission("m1", "model", "host", "mainland", "what is it"),
    DiagnosticReport("doc", 1, 1, "preliminary", Report(PrintedReport("other", (1,), "words")), Whose("same")),
    MedicationKnowledge("doc", ("an invented syrup",), ()),
)  # fmt: skip
BORN = {"gran": date(1944, 1, 1), "mum": date(1984, 1, 1), "dad": date(1983, 1, 1), "teen": date(2011, 1, 1)}


def made(member: str, number: int, body: Body, by: str = "system", **more: str) -> Entry:
    return Entry(f"{member}-{number}", "home", member, body, NOW, NOW, Provenance(by, "person", **more))


class Family:
    """Gran has no account; mum looks after her; dad and the teen have accounts of their own."""

    def __init__(self) -> None:
        self.house = memory_house()
        self.who: dict[str, Actor] = {}

    def of(self, name: str) -> House:
        return seen_by(self.house, self.who[name])


@pytest.fixture
async def family() -> Family:
    one = Family()
    whole = as_system(one.house).store
    for member, born in BORN.items():
        bodies = (Patient(member, born_on=born), Consent("health_data", "record", True), *BODIES)
        await whole.append([made(member, n, body) for n, body in enumerate(bodies)])
    for name, role, member in (
        ("mum", "manager", "mum"), ("dad", "adult", "dad"), ("teen", "teen", "teen"), ("aide", "helper", None),
        ("nurse", "nurse", None), ("doctor", "doctor", None), ("reviewer", "reviewer", None),
        ("root", "operator", None),
    ):  # fmt: skip
        one.who[name] = await person_with_account(one.house, name, role, member)  # pyright: ignore[reportArgumentType]
    share = Consent("share", "acc-aide", True, purposes=("view", "ask", "write"), given_by="mum")
    care = Consent("share", "acc-nurse", True, ("measurements",), ("view", "write"), given_by="mum")
    await whole.append([made("gran", 100, share), made("gran", 101, care)])
    return one


async def kinds_seen(house: House, member: str) -> set[str]:
    return {entry.kind for entry in await house.store.entries("home", member)}


EVERY = {type(body).__name__ for body in BODIES} | {"Patient", "Consent"}
SAFETY = {
    "Patient", "Observation", "Condition", "AllergyIntolerance", "MedicationStatement", "MedicationRequest", "Consent",
    "BreakGlass", "MedicationKnowledge",
}  # fmt: skip
VISIBLE = [
    ("mum", "gran", EVERY - {"ReviewItem"}), ("mum", "mum", EVERY - {"ReviewItem"}), ("mum", "teen", SAFETY),
    ("dad", "dad", EVERY - {"ReviewItem"}), ("teen", "teen", EVERY - {"ReviewItem"}),
    ("aide", "gran", {"Patient", "MedicationStatement", "MedicationRequest", "MedicationKnowledge", "AllergyIntolerance"}),
    ("nurse", "gran", {"Patient", "Observation"}),
]  # fmt: skip


@pytest.mark.parametrize(("who", "member", "kinds"), VISIBLE)
async def test_what_is_seen(family: Family, who: str, member: str, kinds: set[str]) -> None:
    house = family.of(who)
    assert await kinds_seen(house, member) == kinds
    everywhere = {e.kind for e in await house.store.entries("home") if e.member_id == member}
    assert everywhere == kinds
    for number, body in enumerate(BODIES, 2):
        entry_id, kind = f"{member}-{number}", type(body).__name__
        if kind in kinds and not (isinstance(body, DetectedIssue) and body.function == "guard"):
            assert (await house.store.get("home", entry_id)).kind == kind
        else:
            with pytest.raises((NotPermitted, NotFound)):
                await house.store.get("home", entry_id)


INVISIBLE = [
    ("mum", "dad"), ("dad", "mum"), ("dad", "gran"), ("dad", "teen"), ("teen", "mum"), ("teen", "gran"),
    ("aide", "mum"), ("aide", "teen"), ("nurse", "dad"), ("doctor", "gran"), ("doctor", "mum"), ("reviewer", "gran"),
    ("reviewer", "dad"), ("root", "gran"), ("root", "mum"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "member"), INVISIBLE)
async def test_who_is_not_there(family: Family, who: str, member: str) -> None:
    house = family.of(who)
    assert member not in {one.id for one in await members(house)}
    assert not [e for e in await house.store.entries("home") if e.member_id == member]
    told: set[tuple[str, str]] = set()
    for wanted in (member, "nobody at all"):
        for asked in (get_member(house, wanted), house.store.entries("home", wanted)):
            with pytest.raises(NotFound) as caught:
                await asked
            told.add((caught.value.message, caught.value.key))
        with pytest.raises(NotFound):
            await house.store.delete_member("home", wanted)
        with pytest.raises(NotFound):
            await house.store.append([made(wanted, 900, Observation("weight", 1.0), by=house.actor.account_id)])
    assert len(told) == 1, "a person who is hidden and a person who does not exist sound alike"
    for number in range(2 + len(BODIES)):
        with pytest.raises(NotFound):
            await house.store.get("home", f"{member}-{number}")


async def test_nothing_of_a_draft_reaches_a_person(family: Family) -> None:
    for name in family.who:
        for purpose in ("view", "ask", "export", "confirm", "consent", "erase", "notify", "model", "audit"):
            house = for_purpose(family.of(name), purpose)  # pyright: ignore[reportArgumentType]
            seen: list[Entry] = list(await house.store.entries("home", include_superseded=True))
            told: list[str] = []
            for member in BORN:
                try:
                    seen += await house.store.entries("home", member)
                except KangbanError as error:
                    told.append(str(error))
            assert SECRET not in msgspec.json.encode([seen, told]).decode()
    reviewing = for_purpose(family.of("reviewer"), "review")
    assert {e.kind for e in await reviewing.store.entries("home")} == {"ReviewItem"}
    assert SECRET in msgspec.json.encode(await reviewing.store.entries("home")).decode()


WRITES = [
    ("mum", "gran", {"Observation", "Condition", "AllergyIntolerance", "MedicationStatement", "MedicationRequest", "MedicationKnowledge",
                     "DocumentReference", "DiagnosticReport", "Feedback"}),
    ("mum", "teen", {"Observation", "Condition", "AllergyIntolerance", "MedicationStatement", "MedicationRequest", "MedicationKnowledge"}),
    ("dad", "dad", {"Observation", "Condition", "AllergyIntolerance", "MedicationStatement", "MedicationRequest", "MedicationKnowledge",
                    "DocumentReference", "DiagnosticReport", "Feedback"}),
    ("aide", "gran", {"MedicationStatement", "DocumentReference", "DiagnosticReport", "Feedback"}),
    ("nurse", "gran", {"Observation", "DocumentReference", "DiagnosticReport", "Feedback"}),
]  # fmt: skip


@pytest.mark.parametrize(("who", "member", "kinds"), WRITES)
async def test_what_is_written_by_hand(family: Family, who: str, member: str, kinds: set[str]) -> None:
    if who == "mum" and member == "teen":
        kinds = kinds | {"DocumentReference", "DiagnosticReport", "Feedback"}  # of mum's own question
    house = family.of(who)
    for number, body in enumerate(BODIES, 500):
        entry = made(member, number, body, by=house.actor.account_id)
        if type(body).__name__ in kinds:
            assert await house.store.append([entry]) == 1
        else:
            with pytest.raises(NotPermitted):
                await house.store.append([entry])
            with pytest.raises(NotFound):
                await as_system(house).store.get("home", entry.id)


async def refused(house: House, entries: Sequence[Entry]) -> None:
    before = await as_system(house).store.entries("home", include_superseded=True)
    with pytest.raises((NotPermitted, NotFound)):
        await house.store.append(entries)
    assert await as_system(house).store.entries("home", include_superseded=True) == before


async def test_writing_in_anothers_name_or_over_other_things_is_refused(family: Family) -> None:
    mum = family.of("mum")
    fine = made("gran", 600, Observation("weight", 51.0), by="acc-mum")
    change = msgspec.structs.replace
    await refused(mum, [fine, made("gran", 601, Observation("weight", 52.0), by="acc-dad")])
    await refused(mum, [fine, made("gran", 602, Observation("weight", 52.0), by="system")])
    await refused(mum, [made("gran", 603, Observation("weight", 52.0), by="acc-mum", on_behalf_of="acc-dad")])
    await refused(mum, [change(fine, family_id="other")])
    await refused(mum, [change(fine, supersedes="gran-9")])  # an answer is not corrected by a weight
    await refused(mum, [change(fine, supersedes="gran-1")])  # nor a consent
    await refused(mum, [change(made("gran", 1, Consent("health_data", "record", True), by="acc-mum"), id="z",
                               supersedes="gran-1", retracted=True)])  # fmt: skip
    await refused(mum, [made("new", 1, Consent("health_data", "record", True, given_by="mum"), by="acc-mum")])
    assert await mum.store.append([fine]) == 1
    assert await mum.store.append([fine]) == 0


@pytest.mark.parametrize("who", ["dad", "teen", "aide", "nurse", "doctor", "reviewer", "root"])
async def test_who_looks_after_the_family_brings_in_new_people(family: Family, who: str) -> None:
    house = family.of(who)
    await refused(house, [made("new", 1, Patient("New"), by=house.actor.account_id)])
    mum = family.of("mum")
    assert await mum.store.append([made("new", 1, Patient("New"), by="acc-mum")]) == 1


async def test_a_purpose_opens_its_own_door_only(family: Family) -> None:
    aide = family.of("aide")
    for purpose in ("export", "erase", "notify", "model", "training", "confirm", "consent"):
        with pytest.raises(NotPermitted):
            await for_purpose(aide, purpose).store.entries("home", "gran")  # pyright: ignore[reportArgumentType]
    asked = await for_purpose(aide, "ask").store.entries("home", "gran")
    shared = {"MedicationStatement", "MedicationRequest", "MedicationKnowledge", "AllergyIntolerance"}
    assert {e.kind for e in asked} == {"Patient", *shared}
    with pytest.raises(NotPermitted):
        await aide.store.delete_member("home", "gran")
    assert await kinds_seen(aide, "gran")


async def test_another_family_does_not_exist(family: Family) -> None:
    other = memory_house(family_id="other")
    for name, actor in family.who.items():
        with pytest.raises(NotPermitted):
            seen_by(other, actor)
        house = family.of(name)
        assert await house.store.families() == ["home"]
        for call in (house.store.entries("other"), house.store.delete_member("other", "gran")):
            with pytest.raises(NotPermitted):
                await call
        with pytest.raises(NotFound):
            await house.store.get("other", "gran-0")


async def test_a_house_just_opened_belongs_to_nobody(family: Family) -> None:
    assert await family.house.store.entries("home") == []
    with pytest.raises(NotFound):
        await get_member(family.house, "gran")
    with pytest.raises(NotFound):
        await family.house.store.get("home", "gran-0")


async def test_the_person_at_the_machine_is_nobody_once_there_are_accounts(family: Family) -> None:
    house = seen_by(family.house, local_actor("home", "cli"))
    assert await members(house) == []
    with pytest.raises(NotFound):
        await house.store.append([made("gran", 700, Observation("weight", 1.0), by="person")])


async def test_who_looked_and_who_was_refused_stands_in_the_audit(family: Family) -> None:
    aide = family.of("aide")
    for _ in range(3):
        await aide.store.entries("home", "gran")
    for _ in range(3):
        with pytest.raises(NotPermitted):
            await aide.store.get("home", "gran-2")
        with pytest.raises(NotFound):
            await aide.store.entries("home", "mum")
    told = [e.event for e in await family.house.audit.chain("home") if e.event.account_id == "acc-aide"]
    looked = [(e.member_id, e.reason, e.rules) for e in told if e.what == "entry.seen"]
    rule = ("role.helper.dependent.share",)
    assert sorted(looked) == [("gran", group, rule) for group in ("allergies", "identity", "medicines")]
    no = [(e.member_id, e.kinds, e.outcome) for e in told if e.what == "access.refused"]
    assert sorted(no) == [("gran", ("Observation",), "refused"), ("mum", (), "refused")]
