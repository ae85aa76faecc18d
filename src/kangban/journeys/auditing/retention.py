"""Take away what is older than its class: entries with their files, links of the audit, notices, sessions."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import msgspec

from kangban.clinical.record import DocumentReference, Entry
from kangban.journeys.attachments import kept_elsewhere
from kangban.journeys.auditing.recording import event
from kangban.journeys.auditing.verifying import verify
from kangban.journeys.house import House, as_system, require
from kangban.kernel.errors import Conflict
from kangban.record.access import UNNAMED
from kangban.record.chain import Head
from kangban.record.retention import Retention, cut, droppable, shipped_retention

_LONGEST_SILENCE = timedelta(days=400)


class RetentionReport(msgspec.Struct, frozen=True):
    """What may go, or went: entries by kind, files, links of the audit, notices, sessions. `at` is the moment asked.

    `server` counts links of the server's own chain and `expired` its links and sessions: an operator's to take away.
    """

    family_id: str
    at: datetime
    applied: bool
    entries: dict[str, int]
    files: int = 0
    audit: int = 0
    notices: int = 0
    sessions: int = 0
    server: int = 0
    expired: int = 0


async def plan(house: House) -> RetentionReport:
    """What may go now; changes nothing."""
    await require(house, "", "", "administer")
    now, retention = house.clock.now(), shipped_retention()
    entries, old = await _old(house, retention, now)
    before = cut(now, retention.of_store["audit"].years)
    links, files = await _old_links(house, house.family_id, before), await _files(house, entries, old)
    server = await _old_links(house, "", before) if await _is_operator(house) else 0
    return RetentionReport(
        house.family_id, now, applied=False, entries=_counted(old), files=len(files), audit=links,
        sessions=len(await _old_sessions(house, cut(now, retention.of_store["sessions"].years))), server=server,
    )  # fmt: skip


async def apply(house: House) -> RetentionReport:
    """Take it away and say so in the audit. Doing it twice is harmless.

    Raises Conflict when the chain is broken (what is damaged is evidence), or when nothing at all happened in this
    house for longer than a year: then it is more likely the clock that is wrong than the house that is old.
    """
    await require(house, "", "", "administer")
    now, retention = house.clock.now(), shipped_retention()
    await _check(house, now)
    entries, old = await _old(house, retention, now)
    files = await _files(house, entries, old)
    counts = _counted(old)
    if old:
        told = event(
            house, "retention.applied", at=now, kinds=list(counts), entries=[e.id for e in old], purpose="administer",
            reason=str(len(old)), key=[e.id for e in old],
        )  # fmt: skip
        # Files first: broken off here, the entries still name them and the next call ends it.
        for digest in files:
            await house.blobs.delete(digest)
        await as_system(house).store.drop(house.family_id, [e.id for e in old], events=[told])
    notices = await house.notices.drop(house.family_id, before=cut(now, retention.of_store["notices"].years))
    sessions = await _old_sessions(house, cut(now, retention.of_store["sessions"].years))
    for session_id in sessions:
        await house.accounts.end_sessions(session_id=session_id)
    before = cut(now, retention.of_store["audit"].years)
    links = await house.audit.drop_before(house.family_id, before, at=now)
    server, expired = await _server(house, retention, now)
    return RetentionReport(
        house.family_id, now, applied=True, entries=counts, files=len(files), audit=links, notices=notices,
        sessions=len(sessions), server=server, expired=expired,
    )  # fmt: skip


async def _server(house: House, retention: Retention, now: datetime) -> tuple[int, int]:
    """What is the server's and no family's."""
    if not await _is_operator(house):
        return 0, 0
    expired = await house.accounts.drop_expired(cut(now, retention.of_store["sessions"].years))
    return await house.audit.drop_before("", cut(now, retention.of_store["audit"].years), at=now), expired


async def _is_operator(house: House) -> bool:
    if house.actor.account_id in UNNAMED:
        return True
    account = await house.accounts.find_account(id=house.actor.account_id)
    return account is not None and account.operator


async def _check(house: House, now: datetime) -> None:
    for family_id in (house.family_id, ""):
        found = await verify(house.audit, family_id)
        if not found.ok:
            raise Conflict(f"the audit is broken at {found.broken}", field="audit", key="audit.retention_broken")
    newest = await house.audit.chain(house.family_id, newest_first=True, limit=1)
    if newest and now - newest[0].event.at > _LONGEST_SILENCE:
        raise Conflict("nothing happened here for more than a year", field="clock", key="audit.retention_clock")


async def _old(house: House, retention: Retention, now: datetime) -> tuple[list[Entry], list[Entry]]:
    entries = await as_system(house).store.entries(house.family_id, include_superseded=True)
    return entries, droppable(retention, entries, now)


def _counted(old: list[Entry]) -> dict[str, int]:
    return dict(sorted(Counter(entry.kind for entry in old).items()))


async def _files(house: House, entries: list[Entry], old: list[Entry]) -> list[str]:
    """Digests of files that only entries that go still name, here and in every other family."""
    going = {entry.id for entry in old}
    staying = {e.body.sha256 for e in entries if isinstance(e.body, DocumentReference) and e.id not in going}
    gone = {e.body.sha256 for e in old if isinstance(e.body, DocumentReference)}
    return sorted(gone - staying - await kept_elsewhere(house, gone - staying))


async def _old_links(house: House, family_id: str, before: datetime) -> int:
    count, last = 0, Head()
    while links := await house.audit.chain(family_id, after=last.number, limit=1000):
        for link in links:
            if link.event.at >= before:
                return count
            count, last = count + 1, Head(link.number, link.hash)
    return count


async def _old_sessions(house: House, before: datetime) -> list[str]:
    """Sessions of this family that ended before a moment."""
    accounts = sorted({m.account_id for m in await house.accounts.memberships(family_id=house.family_id)})
    sessions = [one for account_id in accounts for one in await house.accounts.sessions(account_id)]
    return [one.id for one in sessions if one.family_id == house.family_id and one.expires_at < before]
