"""Who has which place here: inviting, ending, resetting, locking; families and clinics for the server's operator."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from kangban.clinical.access import PROFESSIONS, Licence, Membership, Role
from kangban.clinical.account import Account, Tenant
from kangban.journeys.accounts import administering
from kangban.journeys.accounts.allowed import is_operator
from kangban.journeys.accounts.inviting import invite
from kangban.journeys.accounts.memberships import assign, end_membership, places, professionals
from kangban.journeys.accounts.resetting import reset_link
from kangban.journeys.house import Member, members
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted
from kangban.web.account.call import Call, go
from kangban.web.account.inviting_form import invite_form
from kangban.web.account.markup import Safe, el
from kangban.web.account.mine import place_name
from kangban.web.account.shell import full_page, note, once, press, section
from kangban.web.names import call_name, role_name
from kangban.web.sockets import sweep

DONE = frozenset({"people.ended", "people.unlocked", "people.lock_done", "people.place_added", "people.assigned"})
ROLES: tuple[Role, ...] = (
    "manager", "adult", "elder", "teen", "child", "helper", "nurse", "doctor", "pharmacist", "reviewer",
)  # fmt: skip


async def show_people(call: Call) -> Response:
    """The whole page; raises NotPermitted for whoever manages nothing."""
    return await people_page(call)


async def people_page(call: Call, error: KangbanError | None = None, at: str = "", *first: Safe) -> Response:
    """The page, with an error in its form or a fresh link on top."""
    operator = await is_operator(call.gate, call.actor)
    if call.actor.role != "manager" and not operator:
        raise NotPermitted("only those who manage", key="error.not_permitted")
    people = await _members(call)
    done = call.request.query_params.get("done", "")
    wrong = {at: error} if error is not None else {}
    parts: list[Safe | None] = [
        note(call.word(done)) if done in DONE and not first and error is None else None,
        el("p", call.words(error), class_="wrong", role="alert") if error is not None and not at else None,
        *first,
        await _places(call, people, operator=operator) if call.actor.family_id else None,
        await invite_form(call, people, wrong.get("invite"), ROLES),
        await _professionals(call) if call.actor.role == "manager" else None,
        await _families(call, wrong.get("place")) if operator else None,
        await _accounts(call) if operator else None,
    ]
    status = 200 if error is None else error.http_status
    return call.answer(full_page(call, call.word("people.title"), "/people", *parts), status)


async def _members(call: Call) -> list[Member]:
    if not call.actor.family_id or call.visitor is None or call.actor.role != "manager":
        return []
    return await members(await call.household.house(call.visitor))


async def _places(call: Call, people: list[Member], *, operator: bool) -> Safe:
    called = {each.id: call_name(each) for each in people}
    rows: list[Safe] = []
    for place in await places(call.gate, call.actor):
        account = await call.gate.accounts.find_account(id=place.account_id)
        if account is not None:
            rows.append(_place(call, place, account, called, operator=operator))
    return section(call.word("people.accounts"), el("ul", *rows, class_="rows"), id_="accounts")


def _place(call: Call, place: Membership, account: Account, called: dict[str, str], *, operator: bool) -> Safe:
    own = account.id == call.actor.account_id
    lines = [call.word("people.line", login=account.login, role=role_name(place.role, call.lang))]
    if place.member_id:
        lines.append(call.word("people.member", member=called.get(place.member_id, "–")))
    if place.licence is not None:
        until = place.licence.expires_on.isoformat()
        lines.append(call.word("people.licence", number=place.licence.number, until=until))
    words = el("span", account.name, *(el("small", line) for line in lines), class_="w")
    if own:
        return el("li", words, el("span", call.word("people.you"), class_="mark"))
    reset = _button(call, "reset", "account", account) if operator or place.role == "child" else None
    end = _button(call, "end", "membership", account, place.id)
    return el("li", words, _state(call, account), el("div", reset, end, class_="row"))


def _state(call: Call, account: Account) -> Safe | None:
    if not account.active:
        return el("span", call.word("people.closed"), class_="mark no")
    now = call.gate.clock.now()
    locked = account.locked or (account.locked_until is not None and now < account.locked_until)
    return el("span", call.word("people.locked"), class_="mark no") if locked else None


def _button(call: Call, what: str, field: str, account: Account, id_: str = "") -> Safe:
    named = el("input", type="hidden", name=field, value=id_ or account.id)
    text = call.word(f"people.{what}")
    return call.form(
        f"/people/{what}", named, press(text, "btn flat", aria_label=f"{text} {account.name}"), class_=None
    )


async def _professionals(call: Call) -> Safe | None:
    """Those of the server's clinics, to be let into this family; nothing where there are none."""
    here = {each.account_id for each in await places(call.gate, call.actor)}
    found = [one for one in await professionals(call.gate, call.actor) if one[0] not in here]
    if not found:
        return None
    rows: list[Safe] = []
    for account_id, name, place in found:
        named = el("input", type="hidden", name="account", value=account_id)
        words = el("span", name, el("small", role_name(place.role, call.lang)), class_="w")
        let_in = press(call.word("people.assign"), "btn", aria_label=f"{call.word('people.assign')} {name}")
        rows.append(el("li", words, call.form("/people/assign", named, let_in, class_=None)))
    why = el("p", call.word("people.professionals_why"), class_="small")
    return section(call.word("people.professionals"), why, el("ul", *rows, class_="rows"), id_="professionals")


async def _families(call: Call, error: KangbanError | None) -> Safe:
    tenants = await administering.families(call.gate, call.actor)
    rows = [_tenant(call, each) for each in tenants]
    name = call.input("place_name", call.word("field.place_name"), maxlength=80, autocomplete="off")
    options = (el("option", call.word(f"place.{kind}"), value=kind) for kind in ("family", "clinic"))
    kind = el("label", call.word("field.place_kind"), el("select", *options, name="kind"))
    form = call.form(
        "/people/places",
        el("div", name, kind, class_="two"),
        call.wrong(error),
        press(call.word("people.place_add"), "btn"),
    )
    why = el("p", call.word("people.places_why"), class_="small")
    return section(call.word("people.places"), why, el("ul", *rows, class_="rows"), form, id_="places")


def _tenant(call: Call, tenant: Tenant) -> Safe:
    return el("li", el("span", place_name(call, tenant), el("small", call.word(f"place.{tenant.kind}")), class_="w"))


async def _accounts(call: Call) -> Safe:
    """Every account of the server, to lock, unlock or reset; of what it holds in which record nothing is told."""
    rows: list[Safe] = []
    for account in await administering.list_accounts(call.gate, call.actor):
        words = el("span", account.name, el("small", account.login), class_="w")
        if account.id == call.actor.account_id:
            rows.append(el("li", words, el("span", call.word("people.you"), class_="mark")))
            continue
        state = _state(call, account)
        what = "unlock" if state is not None and account.active else "lock"
        buttons = [_button(call, one, "account", account) for one in ("reset", what)] if account.active else []
        rows.append(el("li", words, state, el("div", *buttons, class_="row")))
    return section(call.word("people.all"), el("ul", *rows, class_="rows"), id_="all")


async def post_invite(call: Call) -> Response:
    """Make an invitation; its link stands on the answer and nowhere else."""
    role: Role | None = next((each for each in ROLES if each == call.field("role")), None)
    try:
        if role is None:
            raise InvalidInput("no such role", field="role")
        token = await invite(
            call.gate, call.actor, role=role, member_id=call.field("member_id") or None, licence=_licence(call, role),
            name=call.field("name"), family_id=call.field("family"),
        )  # fmt: skip
    except KangbanError as error:
        return await people_page(call, error, "invite")
    link = f"{call.address}/invite?token={token}"
    return await people_page(call, None, "", once(call, call.word("people.invited"), link))


def _licence(call: Call, role: Role) -> Licence | None:
    number, until = call.field("licence_number").strip(), call.field("licence_until").strip()
    topics = tuple(n.removeprefix("topic.") for n in call.fields if n.startswith("topic.") and call.field(n) == "yes")
    if role not in PROFESSIONS or not number:
        return None  # that a professional needs one is said where the invitation is checked
    if not until:
        raise InvalidInput("no last day", field="licence.expires_on", key="web_account.error.licence_until")
    try:
        return Licence(number, topics, date.fromisoformat(until))
    except ValueError:
        raise InvalidInput("not a date", field="licence.expires_on", key="web_account.error.date") from None


async def post_end(call: Call) -> Response:
    """Take a place back; its open pages are sent away."""
    try:
        await end_membership(call.gate, call.actor, call.field("membership"))
    except KangbanError as error:
        return await people_page(call, error)
    await sweep()
    return go("/people?done=people.ended#accounts")


async def post_assign(call: Call) -> Response:
    """Let a clinic's professional into the family in view; what they see is still shared member by member."""
    try:
        await assign(call.gate, call.actor, call.field("account"))
    except KangbanError as error:
        return await people_page(call, error)
    return go("/people?done=people.assigned#accounts")


async def post_reset(call: Call) -> Response:
    """A link for a new password."""
    try:
        token = await reset_link(call.gate, call.actor, call.field("account"))
    except KangbanError as error:
        return await people_page(call, error)
    link = f"{call.address}/reset?token={token}"
    return await people_page(call, None, "", once(call, call.word("people.reset_made"), link))


async def post_unlock(call: Call) -> Response:
    """Let an account try again."""
    try:
        await administering.unlock(call.gate, call.actor, call.field("account"))
    except KangbanError as error:
        return await people_page(call, error)
    return go("/people?done=people.unlocked#all")


async def post_lock(call: Call) -> Response:
    """Keep an account out; its open pages are sent away."""
    try:
        await administering.lock(call.gate, call.actor, call.field("account"))
    except KangbanError as error:
        return await people_page(call, error)
    await sweep()
    return go("/people?done=people.lock_done#all")


async def post_place(call: Call) -> Response:
    """Another family or clinic on this server."""
    kind = "clinic" if call.field("kind") == "clinic" else "family"
    try:
        await administering.add_family(call.gate, call.actor, name=call.field("place_name"), kind=kind)
    except KangbanError as error:
        return await people_page(call, error, "place")
    return go("/people?done=people.place_added#places")
