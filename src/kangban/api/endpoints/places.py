"""Who has a place in the family in view: list, change, end, invite."""

from __future__ import annotations

from kangban.api.answers import Done, InvitationList, InvitationOut, NewInvitation, PlaceList, PlaceOut
from kangban.api.call import Call, Endpoint
from kangban.api.shapes import InvitationIn, PlaceIn, check_line
from kangban.journeys.accounts import inviting
from kangban.journeys.accounts.memberships import change_membership, end_membership, places
from kangban.kernel.clock import aware


async def listed(call: Call) -> PlaceList:
    """Everybody with a place, for whoever manages it."""
    return PlaceList([PlaceOut.of(one) for one in await places(await call.gate(), call.actor)])


async def change(call: Call) -> PlaceOut:
    """Another role, licence or end; never one's own."""
    told = call.told(PlaceIn)
    licence = told.licence.licence() if told.licence else None
    until = aware(told.until) if told.until else None
    return PlaceOut.of(
        await change_membership(
            await call.gate(), call.actor, call.id("membership"), role=told.role, licence=licence, until=until
        )
    )


async def end(call: Call) -> Done:
    """End a place at once."""
    place_id = call.id("membership")
    await end_membership(await call.gate(), call.actor, place_id)
    return Done(place_id)


async def invitations(call: Call) -> InvitationList:
    """Invitations that wait."""
    found = await inviting.open_invitations(await call.gate(), call.actor)
    return InvitationList([InvitationOut.of(one) for one in found])


async def invite(call: Call) -> NewInvitation:
    """Invite somebody into the family in view; the address is told this once."""
    told = call.told(InvitationIn)
    check_line(told.name, "name")
    licence = told.licence.licence() if told.licence else None
    token = await inviting.invite(
        await call.gate(), call.actor, role=told.role, member_id=told.member_id, licence=licence, name=told.name
    )
    return NewInvitation(f"/invite?token={token}")


async def withdraw(call: Call) -> Done:
    """Take an invitation back at once."""
    link_id = call.id("invitation")
    await inviting.withdraw(await call.gate(), call.actor, link_id)
    return Done(link_id)


ENDPOINTS = (
    Endpoint("GET", "/memberships", "listMemberships", "Who has a place here.", listed, PlaceList),
    Endpoint("PUT", "/memberships/{membership}", "changeMembership", "Change a place.", change, PlaceOut, body=PlaceIn),
    Endpoint("DELETE", "/memberships/{membership}", "endMembership", "End a place at once.", end, Done),
    Endpoint("GET", "/invitations", "listInvitations", "Invitations that wait.", invitations, InvitationList),
    Endpoint(
        "POST", "/invitations", "invite", "Invite somebody, told once.", invite, NewInvitation, body=InvitationIn,
        status=201,
    ),
    Endpoint("DELETE", "/invitations/{invitation}", "withdrawInvitation", "Take it back.", withdraw, Done),
)  # fmt: skip
