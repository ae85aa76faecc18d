"""The caller's own things: who they are, notices, keys, calendars."""

from __future__ import annotations

from kangban.api.answers import (
    Done,
    FeedList,
    FeedOut,
    KeyList,
    KeyOut,
    LineList,
    Me,
    NewFeed,
    NewKey,
    NoticeList,
    NoticeOut,
)
from kangban.api.call import Call, Endpoint
from kangban.api.door import Door
from kangban.api.shapes import AuditQuery, FeedIn, KeyIn, check_line
from kangban.clinical.notice import NoticeState
from kangban.journeys.accounts.feeds import list_feeds, make_feed, revoke_feed
from kangban.journeys.accounts.keys import list_keys, make_key, revoke_key
from kangban.journeys.auditing import reading
from kangban.journeys.delivering import text_of
from kangban.kernel.clock import aware
from kangban.kernel.errors import NotFound, NotPermitted

MOST_NOTICES = 200


async def me(call: Call) -> Me:
    """Who asks, and the proof a page sends back with changes."""
    actor = call.actor
    proof = "" if call.caller.by_key else Door.proof(call.caller)
    return Me(
        actor.account_id, actor.name, actor.role, actor.family_id, actor.member_id, actor.scopes, proof,
        call.caller.demo,
    )  # fmt: skip


async def _notices(call: Call) -> list[NoticeState]:
    house, actor = await call.house(), call.actor
    if actor.scopes is not None and "view" not in actor.scopes:
        raise NotPermitted("the key may not read", field="scopes")
    return await house.notices.of_account(actor.account_id, actor.family_id, house.clock.now(), MOST_NOTICES)


async def notices(call: Call) -> NoticeList:
    """What the caller was told."""
    return NoticeList([NoticeOut.of(one, text_of(one, call.lang)) for one in await _notices(call)])


async def read(call: Call) -> Done:
    """A notice was seen; somebody else's is not there."""
    wanted = call.id("notice")
    if wanted not in {one.notice.id for one in await _notices(call)}:
        raise NotFound("no such notice", field="notice")
    house = await call.house()
    await house.notices.mark_read(call.actor.account_id, wanted, house.clock.now())
    return Done(wanted)


async def audit(call: Call) -> LineList:
    """Who saw, asked, changed, sent or released what; of one member, or of all whose audit the caller may read."""
    asked, house = call.asked(AuditQuery), await call.house()
    if asked.member:
        return LineList(await reading.of_member(house, asked.member, limit=asked.limit))
    return LineList(await reading.of_family(house, limit=asked.limit))


async def keys(call: Call) -> KeyList:
    """The caller's keys; a key sees none."""
    return KeyList([KeyOut.of(one) for one in await list_keys(await call.gate(), call.actor)])


async def add_key(call: Call) -> NewKey:
    """Another key, told this once."""
    told = call.told(KeyIn)
    check_line(told.name, "name", needed=True)
    secret, key = await make_key(
        await call.gate(), call.actor, name=told.name, scopes=told.scopes, expires_at=aware(told.expires_at)
    )
    return NewKey(secret, KeyOut.of(key))


async def drop_key(call: Call) -> Done:
    """End one of one's own keys at once."""
    key_id = call.id("key")
    await revoke_key(await call.gate(), call.actor, key_id)
    return Done(key_id)


async def feeds(call: Call) -> FeedList:
    """The caller's calendar addresses."""
    return FeedList([FeedOut.of(one) for one in await list_feeds(await call.gate(), call.actor)])


async def add_feed(call: Call) -> NewFeed:
    """Another calendar address, told this once."""
    name = check_line(call.told(FeedIn).name, "name", needed=True)
    token, link = await make_feed(await call.gate(), call.actor, name)
    return NewFeed(f"/calendar/{token}.ics", FeedOut.of(link))


async def drop_feed(call: Call) -> Done:
    """End one of one's own calendar addresses at once."""
    feed_id = call.id("calendar")
    await revoke_feed(await call.gate(), call.actor, feed_id)
    return Done(feed_id)


ENDPOINTS = (
    Endpoint("GET", "/me", "whoAmI", "Who you are here.", me, Me),
    Endpoint("GET", "/notices", "listNotices", "What you were told.", notices, NoticeList),
    Endpoint("POST", "/notices/{notice}/read", "readNotice", "A notice was seen.", read, Done),
    Endpoint("GET", "/audit", "readAudit", "Who saw and did what.", audit, LineList, query=AuditQuery),
    Endpoint("GET", "/keys", "listKeys", "Your API keys.", keys, KeyList),
    Endpoint("POST", "/keys", "addKey", "Make a key, told once.", add_key, NewKey, body=KeyIn, status=201),
    Endpoint("DELETE", "/keys/{key}", "revokeKey", "End a key at once.", drop_key, Done),
    Endpoint("GET", "/calendars", "listCalendars", "Your calendar addresses.", feeds, FeedList),
    Endpoint("POST", "/calendars", "addCalendar", "Make one, told once.", add_feed, NewFeed, body=FeedIn, status=201),
    Endpoint("DELETE", "/calendars/{calendar}", "revokeCalendar", "End one at once.", drop_feed, Done),
)
