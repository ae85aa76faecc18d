"""Consents: who said yes to what, taken back at once, and members nobody asked yet."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from kangban.clinical.access import KIND_GROUPS
from kangban.clinical.record import Consent, ConsentScope, Entry
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House, Member, for_purpose, members, policy, require, signed
from kangban.kernel.errors import InvalidInput
from kangban.kernel.ids import derived_id
from kangban.record.consenting import given_by_of
from kangban.record.merge import fact_entry
from kangban.record.policy import Policy, Word
from kangban.record.roles import PURPOSES, SHARED_PURPOSES

_TARGETED: tuple[ConsentScope, ...] = ("share", "model_endpoint")
_MOMENT = timedelta(microseconds=1)


async def give(house: House, member_id: str, consent: Consent) -> str:
    """Write one word, yes or no; returns the entry id. The same word again changes nothing.

    `given_by` is filled in: empty for oneself, else who decides for them. Raises NotFound, NotPermitted, InvalidInput.
    """
    house = for_purpose(house, "consent")
    await require(house, member_id, "Consent", "consent")
    now = house.clock.now()
    word = _checked(consent, now)
    word = msgspec.structs.replace(word, given_by=given_by_of(house.actor, member_id, word))
    known = await policy(house)
    last = _last(known, member_id, word)
    if last is not None and last.consent == word and last.granted == word.granted:
        return _entry_id(house, member_id, word, last.known_at)
    # Later than every word before it, also when the clock went back: the newest counts.
    at = max(now, known.known_at + _MOMENT) if known.known_at >= now else now
    entry = fact_entry(
        house.family_id, member_id, word, true_at=at, known_at=at, provenance=signed(house),
        client_id=_client_id(word, at),
    )  # fmt: skip
    what = "consent.given" if word.granted else "consent.withdrawn"
    told = event(
        house, what, member_id=member_id, kinds=("Consent",), entries=(entry.id,), purpose="consent",
        reason=word.scope, key=(entry.id,),
    )  # fmt: skip
    await house.store.append([entry], events=[told])
    return entry.id


async def withdraw(house: House, member_id: str, scope: ConsentScope, target: str) -> str:
    """Say no to one scope and target; it counts from now on, in every process. Returns the entry id."""
    return await give(house, member_id, Consent(scope, target, granted=False))


async def of_member(house: House, member_id: str) -> list[Entry]:
    """Every word on a member, oldest first; raises NotFound and NotPermitted."""
    store = for_purpose(house, "consent").store
    found = await store.entries(house.family_id, member_id, kinds=["Consent"], include_superseded=True)
    return sorted(found, key=lambda entry: (entry.known_at, entry.id))


async def missing(house: House) -> list[Member]:
    """Members without a word on keeping their record: nobody was asked yet."""
    known, now = await policy(house), house.clock.now()
    listed = await members(for_purpose(house, "consent"))
    return [one for one in listed if known.granted(one.id, "health_data", "", now) is None]


async def in_force(house: House, member_id: str, scope: ConsentScope, target: str = "") -> bool | None:
    """Yes, no, or None where nobody was asked."""
    return (await policy(house)).granted(member_id, scope, target, house.clock.now())


def _checked(consent: Consent, now: datetime) -> Consent:
    if consent.scope in _TARGETED and not consent.target.strip():
        raise InvalidInput("a consent of this scope names a target", field="target")
    if unknown := set(consent.groups) - set(KIND_GROUPS):
        raise InvalidInput(f"{len(unknown)} unknown groups", field="groups")
    if set(consent.purposes) - PURPOSES or (consent.granted and set(consent.purposes) - SHARED_PURPOSES):
        raise InvalidInput("a purpose that cannot be shared", field="purposes")
    if consent.granted and not consent.purposes:
        raise InvalidInput("a consent names a purpose", field="purposes")
    if consent.granted and consent.until is not None and consent.until <= now:
        raise InvalidInput("the consent would have ended already", field="until", key="access.until_past")
    return consent


def _last(known: Policy, member_id: str, word: Consent) -> Word | None:
    person = known.people.get(member_id)
    if person is None:
        return None
    words = person.guards if word.given_by else person.own
    return words.get((word.scope, word.target if word.scope in _TARGETED else ""))


def _client_id(word: Consent, at: datetime) -> str:
    return derived_id("consent", word.scope, word.target, str(word.granted), word.given_by, at.isoformat())


def _entry_id(house: House, member_id: str, word: Consent, at: datetime) -> str:
    made = fact_entry(
        house.family_id, member_id, word, true_at=at, known_at=at, provenance=signed(house),
        client_id=_client_id(word, at),
    )  # fmt: skip
    return made.id
