"""Members of the family: list, add, look, export, erase; consents and emergency openings."""

from __future__ import annotations

from typing import Final, get_args

from starlette.responses import Response

from kangban.api.answers import Done, EntryList, EntryOut, Erased, GlassOut, MemberFacts, MemberList, MemberOut
from kangban.api.call import Call, Endpoint
from kangban.api.shapes import ConsentIn, GlassIn, MemberIn, TargetQuery, check_line
from kangban.api.wire import NO_STORE
from kangban.clinical.record import Consent, ConsentScope, Patient
from kangban.journeys import break_glass, consents
from kangban.journeys.family import HEALTH_RECORD, add_member, delete, export
from kangban.journeys.house import get_member
from kangban.journeys.house import members as listed
from kangban.kernel.clock import aware
from kangban.kernel.errors import NotFound
from kangban.kernel.ids import new_id
from kangban.record.timeline import facts_of

SCOPES: Final[dict[str, ConsentScope]] = {one: one for one in get_args(ConsentScope)}


async def members(call: Call) -> MemberList:
    """Members the caller may see."""
    return MemberList([MemberOut.of(one) for one in await listed(await call.house())])


async def add(call: Call) -> Done:
    """Add somebody; the same client id again changes nothing."""
    told = call.told(MemberIn)
    check_line(told.name, "name", needed=True)
    check_line(told.relation, "relation")
    patient = Patient(told.name, told.relation, told.sex, told.born_on)
    client_id = told.client_id or new_id("api")
    return Done(await add_member(await call.house(), patient, client_id=client_id, consent=told.consent))


async def show(call: Call) -> MemberFacts:
    """One member with what is known now."""
    house = await call.house()
    member = await get_member(house, call.id("member"))
    facts = await facts_of(house.store, house.family_id, member.id, house.clock.now())
    return MemberFacts(MemberOut.of(member), facts)


async def exported(call: Call) -> Response:
    """The whole log of a member as a file. Its name is ours: a person's name in a header is a way in."""
    text = await export(await call.house(), call.id("member"))
    headers = {**NO_STORE, "Content-Disposition": 'attachment; filename="kangban-member.json"'}
    return Response(text, 200, headers, media_type="application/json")


async def erase(call: Call) -> Erased:
    """Erase somebody for good."""
    member_id = call.id("member")
    return Erased(member_id, await delete(await call.house(), member_id))


async def words(call: Call) -> EntryList:
    """Every consent on a member, oldest first; "family" names words for all."""
    found = await consents.of_member(await call.house(), call.id("member"))
    return EntryList([EntryOut.of(one) for one in found])


async def consent(call: Call) -> Done:
    """Say yes."""
    told = call.told(ConsentIn)
    check_line(told.target, "target")
    target = told.target or (HEALTH_RECORD if told.scope == "health_data" else "")
    until = aware(told.until) if told.until else None
    word = Consent(told.scope, target, granted=True, groups=told.groups, purposes=told.purposes, until=until)
    return Done(await consents.give(await call.house(), call.id("member"), word))


async def withdraw(call: Call) -> Done:
    """Say no; it counts from this moment on."""
    scope = SCOPES.get(call.id("scope"))
    if scope is None:
        raise NotFound("no such scope", field="scope")
    target = call.asked(TargetQuery).target or (HEALTH_RECORD if scope == "health_data" else "")
    return Done(await consents.withdraw(await call.house(), call.id("member"), scope, target))


async def open_record(call: Call) -> GlassOut:
    """Open a closed record in an emergency; the family is told."""
    member_id = call.id("member")
    opened = await break_glass.open_record(await call.house(), member_id, call.told(GlassIn).reason)
    return GlassOut(member_id, opened.until)


ENDPOINTS = (
    Endpoint("GET", "/members", "listMembers", "Members you may see.", members, MemberList),
    Endpoint("POST", "/members", "addMember", "Add a member.", add, Done, body=MemberIn, status=201),
    Endpoint("GET", "/members/{member}", "showMember", "A member and what is known now.", show, MemberFacts),
    Endpoint("DELETE", "/members/{member}", "eraseMember", "Erase a member for good.", erase, Erased),
    Endpoint("GET", "/members/{member}/export", "exportMember", "The whole log of a member.", exported, dict),
    Endpoint("GET", "/members/{member}/consents", "listConsents", "Every word on a member.", words, EntryList),
    Endpoint("POST", "/members/{member}/consents", "giveConsent", "Say yes.", consent, Done, body=ConsentIn),
    Endpoint(
        "DELETE", "/members/{member}/consents/{scope}", "withdrawConsent", "Say no, at once.", withdraw, Done,
        query=TargetQuery,
    ),
    Endpoint(
        "POST", "/members/{member}/break-glass", "breakGlass", "Open a record in an emergency.", open_record, GlassOut,
        body=GlassIn,
    ),
)  # fmt: skip
