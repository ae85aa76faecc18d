"""Entries of a record: read by kind, write, correct, withdraw, and decide on what was proposed."""

from __future__ import annotations

from datetime import timedelta

from kangban.api.answers import Done, EntryList, EntryOut
from kangban.api.call import Call, Endpoint
from kangban.api.shapes import CorrectionIn, EntriesQuery, EntryIn, PageQuery, ProposalIn, fact_of
from kangban.clinical.record import Observation
from kangban.journeys.family import correct_fact, decide_proposal, proposals, withdraw_fact, write_fact
from kangban.journeys.house import get_member
from kangban.kernel.clock import aware
from kangban.kernel.errors import InvalidInput

SOON = timedelta(days=1)  # clocks differ; what is true tomorrow is a plan and no fact


async def listed(call: Call) -> EntryList:
    """A page of a member's entries, newest first."""
    asked, house = call.asked(EntriesQuery), await call.house()
    member_id = call.id("member")
    await get_member(house, member_id)
    return await page(call, member_id, [asked.kind] if asked.kind else [], asked)


async def page(call: Call, member_id: str, kinds: list[str], asked: EntriesQuery) -> EntryList:
    """One page; `after` that is not there is refused, or a client would begin again and again."""
    house = await call.house()
    found = await house.store.entries(
        house.family_id, member_id, kinds=kinds, include_superseded=asked.history, newest_first=True
    )
    start = 0
    if asked.after:
        start = next((n for n, entry in enumerate(found, 1) if entry.id == asked.after), 0)
        if not start:
            raise InvalidInput("no such entry to go on after", field="after")
    shown = found[start : start + asked.limit]
    more = len(found) > start + len(shown)
    return EntryList([EntryOut.of(one) for one in shown], shown[-1].id if more and shown else None)


async def write(call: Call) -> Done:
    """Write one fact."""
    told, house = call.told(EntryIn), await call.house()
    at = aware(told.true_at) if told.true_at else None
    if at is not None and at > house.clock.now() + SOON:
        raise InvalidInput("a fact cannot be true in the future", field="true_at", key="error.future")
    return Done(
        await write_fact(house, call.id("member"), fact_of(told.body), true_at=at, client_id=told.client_id)
    )  # fmt: skip


async def show(call: Call) -> EntryOut:
    """One entry."""
    house = await call.house()
    return EntryOut.of(await house.store.get(house.family_id, call.id("entry")))


async def correct(call: Call) -> Done:
    """Put another fact of the same kind in an entry's place; the old one stays in the log."""
    house, entry_id, body = await call.house(), call.id("entry"), call.told(CorrectionIn).body
    before = (await house.store.get(house.family_id, entry_id)).body
    return Done(await correct_fact(house, entry_id, fact_of(body, before if isinstance(before, Observation) else None)))


async def withdraw(call: Call) -> Done:
    """Withdraw an entry; it stays in the log."""
    entry_id = call.id("entry")
    await withdraw_fact(await call.house(), entry_id)
    return Done(entry_id)


async def waiting(call: Call) -> EntryList:
    """Proposals that wait for a yes."""
    house, member_id = await call.house(), call.id("member")
    await get_member(house, member_id)
    found = await proposals(house, member_id)
    return EntryList([EntryOut.of(one) for one in found])


async def decide(call: Call) -> Done:
    """Confirm or dismiss a proposal."""
    confirm = call.told(ProposalIn).confirm
    return Done(await decide_proposal(await call.house(), call.id("proposal"), confirm=confirm))


async def sent(call: Call) -> EntryList:
    """What was sent to a model off this machine, as it was sent."""
    asked, house = call.asked(PageQuery), await call.house()
    member_id = call.id("member")
    await get_member(house, member_id)
    return await page(call, member_id, ["Transmission"], EntriesQuery(limit=asked.limit))


ENDPOINTS = (
    Endpoint(
        "GET", "/members/{member}/entries", "listEntries", "A member's entries, newest first.", listed, EntryList,
        query=EntriesQuery,
    ),
    Endpoint(
        "POST", "/members/{member}/entries", "writeEntry", "Write one fact.", write, Done, body=EntryIn, status=201
    ),
    Endpoint(
        "GET", "/members/{member}/transmissions", "listTransmissions", "What was sent to a model.", sent, EntryList,
        query=PageQuery,
    ),
    Endpoint("GET", "/members/{member}/proposals", "listProposals", "What waits for a yes.", waiting, EntryList),
    Endpoint(
        "POST", "/proposals/{proposal}", "decideProposal", "Confirm or dismiss a proposal.", decide, Done,
        body=ProposalIn,
    ),
    Endpoint("GET", "/entries/{entry}", "showEntry", "One entry.", show, EntryOut),
    Endpoint("PUT", "/entries/{entry}", "correctEntry", "Correct an entry.", correct, Done, body=CorrectionIn),
    Endpoint("DELETE", "/entries/{entry}", "withdrawEntry", "Withdraw an entry.", withdraw, Done),
)  # fmt: skip
