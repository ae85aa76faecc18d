"""The form of an invitation: role, which member, licence, and for an operator which family or clinic."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.access import Role
from kangban.journeys.accounts import administering
from kangban.journeys.accounts.allowed import invitable, is_operator, table
from kangban.journeys.house import Member
from kangban.kernel.errors import KangbanError
from kangban.web.account.call import Call
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import press, section
from kangban.web.names import call_name, role_name


async def invite_form(
    call: Call, people: list[Member], error: KangbanError | None, roles: Sequence[Role]
) -> Safe | None:
    """None where there is nobody to invite to: an operator in no family, before there is one."""
    where = await _where(call)
    offered: set[Role] = set()
    for family_id in where:
        offered |= await invitable(call.gate, call.actor, family_id)
    if not offered:
        return None
    into = el("input", type="hidden", name="family", value=call.actor.family_id)
    if len(where) > 1 or call.actor.family_id not in where:
        options = (_option(name, family_id, call.field("family")) for family_id, name in where.items())
        into = el("label", call.word("people.place_into"), el("select", *options, name="family"))
    chosen = call.field("role") or ("manager" if not call.actor.family_id else "adult")
    role = el(
        "label", call.word("field.role"),
        el("select", *(_option(role_name(r, call.lang), r, chosen) for r in roles if r in offered), name="role"),
    )  # fmt: skip
    form = call.form(
        "/people/invite", into, el("div", role, _member(call, people), class_="two"), _licence(call, error),
        call.input("name", call.word("field.invite_name"), call.word("hint.invite_name"), required=False, maxlength=80,
                   autocomplete="off", value=call.field("name") or None),
        call.wrong(error), press(call.word("people.invite_do")),
    )  # fmt: skip
    return section(
        call.word("people.invite"), el("p", call.word("people.invite_why"), class_="small"), form, id_="invite"
    )


async def _where(call: Call) -> dict[str, str]:
    """Families one may invite to, with the name each is listed under."""
    from kangban.web.account.mine import place_name

    if not await is_operator(call.gate, call.actor):
        return {call.actor.family_id: ""}
    return {each.family_id: place_name(call, each) for each in await administering.families(call.gate, call.actor)}


def _member(call: Call, people: list[Member]) -> Safe | None:
    if not people:
        return None
    chosen = call.field("member_id")
    options = [_option(call.word("people.nobody"), "", chosen), *(_option(call_name(m), m.id, chosen) for m in people)]
    below = el("small", call.word("hint.member"), class_="small")
    return el("label", call.word("field.member_id"), el("select", *options, name="member_id"), below)


def _licence(call: Call, error: KangbanError | None) -> Safe:
    topics = (_topic(call, one) for one in table().licence.topics)
    number = call.input(
        "licence_number", call.word("field.licence.number"), required=False, maxlength=60, autocomplete="off",
        value=call.field("licence_number") or None,
    )  # fmt: skip
    until = call.input(
        "licence_until", call.word("field.licence.expires_on"), required=False, type="date",
        value=call.field("licence_until") or None,
    )  # fmt: skip
    ticks = el("fieldset", el("legend", call.word("field.licence.scope")), el("div", *topics, class_="ticks"))
    why = el("p", call.word("people.licence_why"), class_="small")
    about = error is not None and (error.field or "").startswith("licence")
    inside = el("div", why, el("div", number, until, class_="two"), ticks, class_="form")
    return el("details", el("summary", call.word("field.licence")), inside, class_="more", open=about)


def _topic(call: Call, name: str) -> Safe:
    ticked = call.field(f"topic.{name}") == "yes"
    box = el("input", type="checkbox", name=f"topic.{name}", value="yes", checked=ticked)
    return el("label", box, call.word(f"topic.{name}"), class_="tick")


def _option(text: str, value: str, chosen: str) -> Safe:
    return el("option", text, value=value, selected=value == chosen)
