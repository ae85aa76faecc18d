"""What an actor may append: by kind, by purpose, in their own name, and never over what is not theirs to correct."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from kangban.clinical.access import Access, Actor, Purpose
from kangban.clinical.record import Consent, Entry, Patient
from kangban.kernel.errors import NotFound
from kangban.ports.records import RecordStore
from kangban.record.access import UNNAMED, decide
from kangban.record.consenting import may_consent
from kangban.record.policy import Person, Policy
from kangban.record.roles import shipped_roles
from kangban.record.shown import author_of

PERSON: Final = "person"  # the actor of entries where nobody has an account
KANGBAN: Final = "kangban"  # what a turn writes, on behalf of whoever asked
Checked = list[tuple[Entry, Purpose, Access]]


async def check_append(
    policy: Policy, actor: Actor, purpose: Purpose, entries: Sequence[Entry], at: datetime, inner: RecordStore
) -> Checked:
    """Decide on every entry of one append."""
    policy = _with_newcomers(policy, entries)
    batch = {entry.id: entry for entry in entries}
    checked: Checked = []
    for entry in entries:
        wanted = _purpose_of(entry, purpose)
        access = _decide(policy, actor, entry, wanted, at)
        if access.allowed and entry.supersedes is not None:
            access = await _over_its_own(actor, entry, wanted, batch, inner) or access
        checked.append((entry, wanted, access))
    return checked


def first_refused(checked: Checked) -> tuple[Entry, Purpose, Access] | None:
    """The first entry that may not be written; a consent alone never makes somebody a member."""
    return next((row for row in checked if not row[2].allowed), None)


def _purpose_of(entry: Entry, purpose: Purpose) -> Purpose:
    if isinstance(entry.body, Consent):
        return "consent"
    return "write" if purpose == "view" else purpose


def _decide(policy: Policy, actor: Actor, entry: Entry, purpose: Purpose, at: datetime) -> Access:
    if entry.family_id != actor.family_id:
        return Access(False, "family.other")
    if not _signed(actor, entry):
        return Access(False, "provenance")
    if purpose != "write" and entry.kind not in shipped_roles().appends.get(purpose, frozenset()):
        return Access(False, f"append.{purpose}")
    if isinstance(entry.body, Consent):
        return may_consent(policy, actor, entry.member_id, entry.body, at)
    return decide(policy, actor, entry.member_id, entry.kind, purpose, at, author_of(entry))


def _signed(actor: Actor, entry: Entry) -> bool:
    """Whether an entry says who wrote it: nobody writes in another's name."""
    told = entry.provenance
    names = {actor.account_id, KANGBAN, *((PERSON,) if actor.account_id in UNNAMED else ())}
    return told.actor in names and told.on_behalf_of in ("", actor.account_id)


async def _over_its_own(
    actor: Actor, entry: Entry, purpose: Purpose, batch: dict[str, Entry], inner: RecordStore
) -> Access | None:
    """Why a correction may not stand over what it names, or None: only over the same kind, and never over words."""
    if purpose in ("ask", "consent"):
        return Access(False, f"append.{purpose}.supersedes")
    old = batch.get(entry.supersedes or "")
    if old is None:
        try:
            old = await inner.get(actor.family_id, entry.supersedes or "")
        except NotFound:
            return None  # the store says Conflict
    return None if old.kind == entry.kind and old.member_id == entry.member_id else Access(False, "append.other_kind")


def _with_newcomers(policy: Policy, entries: Sequence[Entry]) -> Policy:
    """The policy with the people this append brings; their words are not counted before they are written."""
    new = {
        e.member_id: Person(e.member_id, e.body.born_on, account=False, own={}, guards={})
        for e in entries
        if isinstance(e.body, Patient) and e.supersedes is None and e.member_id not in policy.people
    }
    return msgspec.structs.replace(policy, people={**policy.people, **new}) if new else policy
