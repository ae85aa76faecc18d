"""Load the invented demo family: seven people of four generations with real-life conditions (family.toml)."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from kangban.clinical.access import Membership
from kangban.clinical.account import Account
from kangban.clinical.person import Sex
from kangban.clinical.record import Body, Consent, Entry, FactBody, MedicationStatement, Patient, Provenance
from kangban.journeys.accounts.local import DEMO_DOCTOR, DEMO_LICENCE
from kangban.journeys.family import HEALTH_RECORD
from kangban.journeys.house import House
from kangban.record.merge import fact_entry

FAMILY = "demo"
CABINET_DAYS_AGO = 20
# Long before every fact, so that a member is there whenever something was known of them.
JOINED = datetime(2000, 1, 1, tzinfo=UTC)


class _Fact(msgspec.Struct, frozen=True):
    days_ago: int
    body: FactBody


class _Member(msgspec.Struct, frozen=True):
    id: str
    name: str
    relation: str
    sex: Sex
    age_years: int
    birthday_days_ago: int
    facts: tuple[_Fact, ...]
    cabinet: tuple[str, ...] = ()
    guardian: str = ""  # who said yes for somebody under 14
    shares: tuple[Consent, ...] = ()


class _Reviewer(msgspec.Struct, frozen=True):
    name: str


class _Family(msgspec.Struct, frozen=True):
    reviewer: _Reviewer
    member: tuple[_Member, ...]


async def load_demo(house: House) -> int:
    """Write the demo family if it is not there; returns how many entries were new."""
    text = (Path(__file__).parent / "family.toml").read_text("utf-8")
    family = msgspec.convert(tomllib.loads(text), _Family)
    await _place_reviewer(house, family.reviewer.name)
    if await house.store.entries(house.family_id, kinds=["Patient"], limit=1):
        return 0
    now = house.clock.now().replace(hour=2, minute=0, second=0, microsecond=0)
    return await house.store.append([entry for one in family.member for entry in _entries(house, one, now)])


async def _place_reviewer(house: House, name: str) -> None:
    """Somebody held answers can wait for. Nobody can log in as them: the account has no password."""
    if await house.accounts.find_account(id=DEMO_DOCTOR) is None:
        await house.accounts.add_account(Account(DEMO_DOCTOR, DEMO_DOCTOR, name, created_at=house.clock.now()))
    place = Membership(f"{house.family_id}-{DEMO_DOCTOR}", DEMO_DOCTOR, house.family_id, "doctor", licence=DEMO_LICENCE)
    await house.accounts.put_membership(place)


def _entries(house: House, member: _Member, now: datetime) -> list[Entry]:
    born_on = now.date() - timedelta(days=int(member.age_years * 365.25) + member.birthday_days_ago)
    patient = Patient(member.name, member.relation, member.sex, born_on)
    made: list[tuple[datetime, Body]] = [(JOINED, patient)]
    made += [(now - timedelta(days=fact.days_ago), fact.body) for fact in member.facts]
    at = now - timedelta(days=CABINET_DAYS_AGO)
    made += [(at, MedicationStatement(name, status="in_cabinet")) for name in member.cabinet]
    source = Provenance(actor="demo", source="demo")
    made.append((JOINED, Consent("health_data", HEALTH_RECORD, granted=True, given_by=member.guardian)))
    made += [(JOINED, share) for share in member.shares]
    return [
        fact_entry(house.family_id, member.id, body, true_at=at, known_at=at, provenance=source) for at, body in made
    ]
