"""Who saw, asked, changed, sent or released what of a member: the audit as the family reads it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import datetime

import msgspec

from kangban.clinical.audit import AuditEvent, ChainedEvent, Outcome
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House, access, for_purpose, members, policy
from kangban.kernel.errors import NotFound, NotPermitted
from kangban.kernel.texts import has_text, t
from kangban.ports.audit import AuditTrail
from kangban.record.happened import SEEN_AGAIN_AFTER

_WINDOW = 500
_UNNAMED = {"system": "audit.kangban", "local": "audit.local", "demo": "audit.demo"}


class Line(msgspec.Struct, frozen=True):
    """One event as shown. `name` is the account's name today, "" where there is none; `group` what was looked at."""

    number: int
    at: datetime
    what: str
    account_id: str
    name: str
    role: str
    door: str
    member_id: str
    outcome: Outcome
    kinds: tuple[str, ...] = ()
    purpose: str = ""
    rules: tuple[str, ...] = ()
    model: str = ""
    reason: str = ""


async def of_member(house: House, member_id: str, *, limit: int = 200) -> list[Line]:
    """The newest events about one member, newest first; raises NotFound for a member whose audit is not for this
    actor. Reading it is an event too.
    """
    mine = await may_audit(house)
    if not member_id or not mine(member_id):
        raise NotFound("no such member", field="person")
    if member_id not in (await policy(house)).people and not await _lines(house, lambda e: e.member_id == member_id, 1):
        raise NotFound("no such member", field="person")  # nobody ever: a guessed id does not fill the audit
    await _say_so(house, member_id)
    return await _lines(house, lambda one: one.member_id == member_id, limit)


async def of_family(house: House, *, limit: int = 200) -> list[Line]:
    """The newest events about members whose audit this actor may read, newest first; raises NotPermitted."""
    mine = await may_audit(house)
    await _say_so(house, "")
    return await _lines(house, lambda one: mine(one.member_id), limit)


async def may_audit(house: House) -> Callable[[str], bool]:
    """Whose audit this actor may read, as a test of a member's id; raises NotPermitted where it is nobody's.

    Who looks after the house also reads what belongs to no person, and of members who were erased: their id, and
    that it was done, is all that is left of them.
    """
    visible = {member.id for member in await members(for_purpose(house, "audit"))}
    whole = (await access(house, "", "", "audit")).allowed
    people = (await policy(house)).people
    if not (visible or whole):
        raise NotPermitted("the audit of nobody here is for this actor", field="audit")
    return lambda member_id: member_id in visible or (whole and member_id not in people)


async def _say_so(house: House, member_id: str) -> None:
    now = house.clock.now()
    span = str(int(now.timestamp()) // int(SEEN_AGAIN_AFTER.total_seconds()))
    key = (house.actor.session_id or house.actor.door, span)
    await house.audit.write([event(house, "audit.seen", member_id=member_id, purpose="audit", key=key)])


async def _lines(house: House, wanted: Callable[[AuditEvent], bool], limit: int) -> list[Line]:
    found: list[ChainedEvent] = []
    async for link in newest_first(house.audit, house.family_id):
        if wanted(link.event):
            found.append(link)
        if len(found) >= limit:
            break
    names = await names_of(house, {link.event.account_id for link in found})
    return [_line(link, names) for link in found]


async def newest_first(trail: AuditTrail, family_id: str) -> AsyncGenerator[ChainedEvent, None]:
    """All links of a chain from its end, a window at a time."""
    top, _ = await trail.head(family_id)
    while top > 0:
        low = max(0, top - _WINDOW)
        for link in reversed(await trail.chain(family_id, after=low, limit=top - low)):
            yield link
        top = low


async def names_of(house: House, account_ids: set[str]) -> dict[str, str]:
    """Names of accounts as they are called today."""
    names: dict[str, str] = {}
    for account_id in sorted(account_ids - {""}):
        account = await house.accounts.find_account(id=account_id)
        if account is not None:
            names[account_id] = account.name
    return names


def _line(link: ChainedEvent, names: dict[str, str]) -> Line:
    one = link.event
    return Line(
        link.number, one.at, one.what, one.account_id, names.get(one.account_id, ""), one.role, one.door, one.member_id,
        one.outcome, one.kinds, one.purpose, one.rules, one.model, one.reason,
    )  # fmt: skip


def in_words(line: Line, lang: str) -> tuple[str, str]:
    """Who and what of a line, for people; a code this version does not know is shown as it stands."""
    who = line.name or t(_UNNAMED.get(line.account_id, "audit.nobody"), lang)
    key, group = f"audit.what_{line.what.replace('.', '_')}", f"audit.group_{line.reason}"
    if not has_text(key, lang):
        return who, line.what
    return who, t(key, lang, group=t(group if has_text(group, lang) else "audit.group_", lang))
