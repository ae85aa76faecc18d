"""Who may see what of whom: words of consent given and taken back, for oneself and for whom one decides."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

from starlette.responses import Response

from kangban.clinical.record import Consent, ConsentScope
from kangban.journeys import consents
from kangban.journeys.house import House, Member, get_member, members, policy
from kangban.journeys.outbound import consent_target
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted
from kangban.kernel.texts import t
from kangban.record.access import decide
from kangban.record.policy import FAMILY_WIDE, Policy
from kangban.web.account.call import Call, go
from kangban.web.account.markup import Safe, el, joined
from kangban.web.account.purposes import ASKED, purpose_rows, who_decides
from kangban.web.account.shell import full_page, note, press, section, when
from kangban.web.names import call_name, role_name
from kangban.web.sockets import sweep

# What is offered to be ticked; a key or the command line may name more.
GROUPS = ("medicines", "allergies", "conditions", "measurements", "documents", "conversations", "conclusions")
PURPOSES = ("view", "ask", "write", "export", "notify")
SHARE: Final[ConsentScope] = "share"
DONE = frozenset({"sharing.given", "sharing.taken_back"})


async def show_sharing(call: Call) -> Response:
    """Everybody one may decide for."""
    return await sharing_page(call)


async def sharing_page(call: Call, error: KangbanError | None = None, at: str = "") -> Response:
    """The page; an error stands with the member it is about."""
    house = await _house(call)
    known, now = await policy(house), house.clock.now()
    mine = [
        one for one in await members(house)
        if decide(known, house.actor, one.id, "Consent", "consent", now).allowed
    ]  # fmt: skip
    others = await _others(call)
    done = call.request.query_params.get("done", "")
    parts: list[Safe | None] = [
        note(call.word(done)) if done in DONE and error is None else None,
        el("p", call.word("sharing.why"), class_="small"),
        *(_member(call, house, known, one, others, now, error if at == one.id else None) for one in mine),
        _family(call, house, known, now),
    ]
    if not mine:
        parts.append(el("div", el("h2", call.word("sharing.nobody")), class_="empty"))
    status = 200 if error is None else error.http_status
    return call.answer(full_page(call, call.word("sharing.title"), "/sharing", *parts), status)


async def _house(call: Call) -> House:
    if call.visitor is None or call.visitor.demo or not call.actor.family_id:
        raise NotPermitted("in no family", key="error.not_permitted")
    return await call.household.house(call.visitor)


async def _others(call: Call) -> dict[str, str]:
    """Accounts of the family one could share with: id → name and role."""
    found: dict[str, str] = {}
    for place in await call.gate.accounts.memberships(family_id=call.actor.family_id):
        account = await call.gate.accounts.find_account(id=place.account_id)
        if account is not None and account.active and account.id != call.actor.account_id:
            found[account.id] = f"{account.name} · {role_name(place.role, call.lang)}"
    return found


def _family(call: Call, house: House, known: Policy, now: datetime) -> Safe | None:
    """The word for everybody, where somebody looks after the family."""
    if not decide(known, house.actor, FAMILY_WIDE, "Consent", "consent", now).allowed:
        return None
    rows = purpose_rows(call, house, known, FAMILY_WIDE, now)
    return section(t("web_privacy.whole_family", call.lang), el("ul", *rows, class_="rows")) if rows else None


def _member(
    call: Call, house: House, known: Policy, one: Member, others: dict[str, str], now: datetime,
    error: KangbanError | None,
) -> Safe:  # fmt: skip
    person = known.people[one.id]
    rows: list[Safe] = [_kept(call, one, said=person.said("health_data", "", known.moment(now)))]
    rows += purpose_rows(call, house, known, one.id, now)
    for target, name in others.items():
        shares = person.shares_with((target,), known.moment(now))
        rows += [_share(call, one, target, name, word) for word in shares]
    form = _form(call, one, others, error) if others else el("p", call.word("sharing.no_others"), class_="small")
    links = [
        (f"/account/audit?member={one.id}", "who_saw"), (f"/account/sent?member={one.id}", "sent"),
        (f"/export?who={one.id}", "export"), (f"/family?who={one.id}", "erase"),
    ]  # fmt: skip
    ways = el("p", *(el("a", t(f"web_privacy.{key}", call.lang), href=path) for path, key in links), class_="ways-of")
    kept = el("p", t("web_privacy.retention", call.lang), class_="small")
    return section(
        call_name(one), who_decides(call, known, one, now), el("ul", *rows, class_="rows"), form, ways, kept,
        id_=f"m-{one.id}",
    )  # fmt: skip


def _kept(call: Call, one: Member, *, said: bool | None) -> Safe:
    """The word without which nothing is kept at all."""
    words = el("span", call.word("sharing.kept"), el("small", call.word(f"sharing.kept_{_state(said)}")), class_="w")
    if said:
        return el("li", words, _back(call, one, "health_data", "record", call.word("sharing.kept")))
    inside = (_hidden("who", one.id), _hidden("scope", "health_data"), press(call.word("sharing.agree"), "btn"))
    return el("li", words, call.form("/sharing", *inside, class_=None))


def _state(said: bool | None) -> str:
    return {True: "yes", False: "no", None: "unasked"}[said]


def _share(call: Call, one: Member, target: str, name: str, word: Consent) -> Safe:
    groups = call.listed(call.word(f"scope.{g}") for g in word.groups or ("medicines", "allergies"))
    purposes = call.listed(call.word(f"scope.{p}") for p in word.purposes)
    until = call.word("sharing.until", day=when(word.until)[:10]) if word.until else call.word("sharing.always")
    words = el("span", name, el("small", f"{groups} · {purposes} · {until}"), class_="w")
    return el("li", words, _back(call, one, "share", target, name))


def _back(call: Call, one: Member, scope: str, target: str, name: str) -> Safe:
    text = call.word("sharing.take_back")
    inside = (_hidden("who", one.id), _hidden("scope", scope), _hidden("target", target))
    return call.form("/sharing/back", *inside, press(text, "btn flat", aria_label=f"{text} {name}"), class_=None)


def _form(call: Call, one: Member, others: dict[str, str], error: KangbanError | None) -> Safe:
    options = (el("option", name, value=target) for target, name in others.items())
    groups = el("fieldset", el("legend", call.word("field.groups")), _ticks(call, "group", GROUPS, ("medicines",)))
    purposes = el("fieldset", el("legend", call.word("field.scopes")), _ticks(call, "purpose", PURPOSES, ("view",)))
    until = call.input("until", call.word("sharing.until_field"), type="date", required=False)
    form = call.form(
        "/sharing", _hidden("who", one.id), _hidden("scope", "share"),
        el("label", call.word("sharing.with"), el("select", *options, name="target")), groups, purposes, until,
        call.wrong(error), press(call.word("sharing.give")),
    )  # fmt: skip
    return el("details", el("summary", call.word("sharing.open")), form, class_="more", open=error is not None)


def _ticks(call: Call, kind: str, names: tuple[str, ...], ticked: tuple[str, ...]) -> Safe:
    boxes = (
        el("label", el("input", type="checkbox", name=f"{kind}.{name}", value="yes", checked=name in ticked),
           call.word(f"scope.{name}"), class_="tick")
        for name in names
    )  # fmt: skip
    return el("div", joined(*boxes), class_="ticks")


def _hidden(name: str, value: str) -> Safe:
    return el("input", type="hidden", name=name, value=value)


async def post_sharing(call: Call) -> Response:
    """Give a word: to keep the record, or to let somebody see a part of it."""
    house, who = await _house(call), call.field("who")
    if who != FAMILY_WIDE:
        await get_member(house, who)
    try:
        await consents.give(house, who, await _word(call, house))
    except KangbanError as error:
        return await sharing_page(call, error, who)
    await sweep()
    return go("/sharing?done=sharing.given")


async def _word(call: Call, house: House) -> Consent:
    if call.field("scope") == "health_data":
        return Consent("health_data", "record", granted=True)
    if call.field("scope") == "training":
        return Consent("training", "", granted=True)
    if call.field("scope") == "model_endpoint":
        if call.field("target") != consent_target(house):
            raise InvalidInput("not the endpoint that is set up", field="target", key="web_account.error.nobody")
        return Consent("model_endpoint", consent_target(house), granted=True)
    target = call.field("target")
    if target not in await _others(call):
        raise InvalidInput("no such account", field="target", key="web_account.error.nobody")
    groups = tuple(g for g in GROUPS if call.field(f"group.{g}") == "yes")
    purposes = tuple(p for p in PURPOSES if call.field(f"purpose.{p}") == "yes")
    if not groups or not purposes:
        raise InvalidInput("nothing was chosen", field="groups", key="web_account.error.nothing_ticked")
    return Consent("share", target, granted=True, groups=groups, purposes=purposes, until=_until(call, house))


def _until(call: Call, house: House) -> datetime | None:
    """The end of the last day, where the server stands."""
    said = call.field("until").strip()
    if not said:
        return None
    try:
        end = datetime.combine(date.fromisoformat(said), time(23, 59, 59)).astimezone().astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput("not a date", field="until", key="web_account.error.date") from None
    if end <= house.clock.now():
        raise InvalidInput("already over", field="until", key="web_account.error.over")
    return end


async def post_back(call: Call) -> Response:
    """Take a word back; it counts at once, in every open page."""
    house, who = await _house(call), call.field("who")
    scopes: dict[str, ConsentScope] = {one: one for one in ASKED}
    scope = scopes.get(call.field("scope"), SHARE)
    try:
        await consents.withdraw(house, who, scope, call.field("target"))
    except KangbanError as error:
        return await sharing_page(call, error, who)
    await sweep()
    return go("/sharing?done=sharing.taken_back")
