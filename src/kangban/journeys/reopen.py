"""A new fact re-opens what rests on it: what becomes worse is told to everybody who may be told about this member."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

import msgspec

from kangban.clinical.access import Actor
from kangban.clinical.advice import Advice
from kangban.clinical.finding import Finding, MedicineCheck, TriageOutcome
from kangban.clinical.notice import Notice
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import DetectedIssue, Entry, MedicationAdministration
from kangban.clinical.urgency import severity_rank, urgency_rank
from kangban.journeys.conclusions import FUNCTIONS
from kangban.journeys.house import House, as_system, policy
from kangban.kernel.ids import derived_id
from kangban.reasoning.medication.check import check_medicines
from kangban.record.access import UNNAMED, decide
from kangban.record.timeline import FACT_KINDS, facts_at

# How long an answer is still acted on: a packet in the box lasts a season, a fever some days.
CHECK_FOR: Final = timedelta(days=90)
TRIAGE_FOR: Final = timedelta(days=3)
MOST_CONCLUSIONS: Final = 200
KEY: Final = "reopen.notice"
_GRAVE: Final = severity_rank("avoid")
_ADVICE = msgspec.json.Decoder(Advice)
_CHECK = msgspec.json.Decoder(MedicineCheck)
_TRIAGE = msgspec.json.Decoder(TriageOutcome)


class Reopening(msgspec.Struct, frozen=True):
    """What a fact made worse: new findings at avoid or worse among what is taken, and ids of stored conclusions."""

    findings: tuple[Finding, ...] = ()
    conclusions: tuple[str, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether anybody is to be told."""
        return bool(self.findings or self.conclusions)


async def told_of(house: House, *new: Entry) -> list[Notice]:
    """Notices that go into the same commit as `new`, one for each account that may be told; [] where nothing is worse.

    All are of one member. Kangban reads the whole record for this; a notice holds no value of it, only that there is
    something to look at.
    """
    matter = [one for one in new if not isinstance(one.body, MedicationAdministration)]
    if not matter:
        return []
    found = await reopened_by(house, *matter)
    if not found.worse:
        return []
    now, whose = house.clock.now(), matter[0].member_id
    path = f"/family?who={whose}"
    values = {"count": str(len(found.findings) + len(found.conclusions))}
    accounts = await accounts_told(house, whose, now)
    return [
        Notice(
            derived_id("notice", house.family_id, account, KEY, matter[0].id), house.family_id, account, KEY, now,
            values, path, push=push,
        )
        for account, push in sorted(accounts.items())
    ]  # fmt: skip


async def reopened_by(house: House, *new: Entry) -> Reopening:
    """Run what rests on the facts of the entries' one member once without and once with them."""
    whole, now, whose = as_system(house).store, house.clock.now(), new[0].member_id
    log = await whole.entries(house.family_id, whose, kinds=FACT_KINDS)
    issues = await whole.entries(
        house.family_id, whose, kinds=["DetectedIssue"], newest_first=True, limit=MOST_CONCLUSIONS
    )
    before = _untimed(facts_at(log, now))
    taken_over = {each for one in new for each in (one.supersedes, one.id)}
    kept = [e for e in log if e.id not in taken_over]
    after = _untimed(facts_at([*kept, *new], now))
    if before == after:
        return Reopening()
    old = {_matter(f): severity_rank(f.severity) for f in check_medicines(before, ()).findings}
    fresh = [
        f
        for f in check_medicines(after, ()).findings
        if severity_rank(f.severity) <= _GRAVE and old.get(_matter(f), _GRAVE + 1) > severity_rank(f.severity)
    ]
    touched = [e.id for e in issues if _still_counts(e, now) and _worse(cast("DetectedIssue", e.body), before, after)]
    return Reopening(tuple(fresh), tuple(touched))


def _untimed(facts: PersonFacts) -> PersonFacts:
    """Doses of the day are asked anew with each check; they re-open nothing."""
    return msgspec.structs.replace(facts, taken=())


def _matter(found: Finding) -> tuple[str, tuple[str, ...]]:
    return found.rule, found.medicines


def _still_counts(entry: Entry, now: datetime) -> bool:
    body = entry.body
    if not isinstance(body, DetectedIssue):
        return False
    longest = {"medicine_check": CHECK_FOR, "medicine_advice": CHECK_FOR, "triage": TRIAGE_FOR}.get(body.function)
    return longest is not None and now - body.facts_known_at <= longest


def _worse(issue: DetectedIssue, before: PersonFacts, after: PersonFacts) -> bool:
    """Whether the conclusion is graver with the new fact. One that cannot be drawn any more counts as graver."""
    try:
        then, today = _drawn(issue, before), _drawn(issue, after)
    except Exception:  # noqa: BLE001 - the fact must be written, and what cannot be judged must be looked at
        return True
    if then == today:
        return False
    if issue.function == "triage":
        return urgency_rank(_TRIAGE.decode(today).urgency) < urgency_rank(_TRIAGE.decode(then).urgency)
    if issue.function == "medicine_advice":
        return not {o.name for o in _ADVICE.decode(then).offer} <= {o.name for o in _ADVICE.decode(today).offer}
    old = {_matter(f): severity_rank(f.severity) for f in _CHECK.decode(then).findings}
    return any(
        severity_rank(f.severity) <= _GRAVE and old.get(_matter(f), _GRAVE + 1) > severity_rank(f.severity)
        for f in _CHECK.decode(today).findings
    )


def _drawn(issue: DetectedIssue, facts: PersonFacts) -> str:
    inputs: dict[str, Any] = issue.inputs
    return FUNCTIONS[issue.function](inputs, facts)


async def accounts_told(
    house: House, member_id: str, now: datetime, kinds: Sequence[str] = ("MedicationStatement", "MedicationRequest")
) -> dict[str, bool]:
    """Account → whether it has an address outside the pages; those whose right to be notified of such entries holds."""
    known = await policy(house)
    told: dict[str, bool] = {}
    for place in await house.accounts.memberships(family_id=house.family_id):
        account = await house.accounts.find_account(id=place.account_id)
        if account is None or not account.active:
            continue
        actor = Actor(
            account.id, account.name, house.family_id, place.role, place.member_id, place.licence, place.until,
            door="notice",
        )  # fmt: skip
        if all(decide(known, actor, member_id, kind, "notify", now).allowed for kind in kinds):
            told[account.id] = bool(account.notify_url)
    if house.actor.account_id in UNNAMED:
        # Where nobody has an account, whoever sits at this machine reads it in the pages.
        told.setdefault(house.actor.account_id, False)
    return told
