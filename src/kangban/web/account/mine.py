"""One's own account: name, password, families, second factor, passkeys, sessions, keys, notification address."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from kangban.adapters.apprise_messenger import check_address
from kangban.clinical.account import Account, Session, Tenant
from kangban.journeys.accounts.allowed import own_account
from kangban.journeys.accounts.login import end_all
from kangban.journeys.accounts.profile import set_name, set_notify_url
from kangban.journeys.accounts.resetting import change_password
from kangban.journeys.accounts.sessions import current, end_session, list_sessions
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.web.account.audit import audit_link
from kangban.web.account.call import Call, go
from kangban.web.account.feeds import feeds_section
from kangban.web.account.keys import keys_section
from kangban.web.account.markup import Safe, el, joined
from kangban.web.account.oidc import oidc_section
from kangban.web.account.passkeys import passkeys_section
from kangban.web.account.second import totp_section
from kangban.web.account.shell import full_page, note, press, section, when
from kangban.web.cookies import drop_session
from kangban.web.names import role_name
from kangban.web.sockets import sweep

DONE = frozenset({
    "mine.saved", "mine.password_done", "mine.session_ended", "totp.dropped", "passkeys.dropped", "keys.revoked",
    "invite.joined",
})  # fmt: skip


async def show_account(call: Call) -> Response:
    """The whole page."""
    return await account_page(call)


async def account_page(call: Call, error: KangbanError | None = None, at: str = "", *first: Safe) -> Response:
    """The page, with what went wrong in the part it went wrong in, or something new on top."""
    account = await own_account(call.gate, call.actor)
    wrong = {at: error} if error is not None else {}
    done = call.request.query_params.get("done", "")
    parts = [
        note(call.word(done)) if done in DONE and not first and error is None else None,
        *first,
        await _families(call, account),
        _name(call, account, wrong.get("name")),
        _password(call, account, wrong.get("password")),
        totp_section(call, account, wrong.get("totp")),
        await passkeys_section(call),
        oidc_section(call, account, wrong.get("oidc")),
        await _sessions(call),
        await keys_section(call, wrong.get("keys")) if call.actor.family_id else None,
        await feeds_section(call, wrong.get("calendars")) if call.actor.family_id else None,
        _notify(call, account, wrong.get("notify")),
        audit_link(call) if call.actor.family_id else None,
    ]
    status = 200 if error is None else error.http_status
    return call.answer(full_page(call, call.word("mine.title"), "/account", *parts), status)


def _name(call: Call, account: Account, error: KangbanError | None) -> Safe:
    field = call.input("name", call.word("field.name"), value=account.name, maxlength=80, autocomplete="name")
    form = call.form("/account/name", field, call.wrong(error), press(call.word("mine.save"), "btn"))
    return section(call.word("mine.name"), el("p", account.login, class_="small"), form, id_="name")


def _password(call: Call, account: Account, error: KangbanError | None) -> Safe | None:
    if not account.password_hash:
        return None
    old = call.input("old", call.word("field.old_password"), type="password", autocomplete="current-password")
    new = call.input(
        "password", call.word("field.new_password"), call.word("hint.password"), type="password",
        autocomplete="new-password", minlength=10, maxlength=256,
    )  # fmt: skip
    again = call.input("again", call.word("field.again"), type="password", autocomplete="new-password", maxlength=256)
    name = el("input", type="text", name="login", value=account.login, autocomplete="username", hidden=True)
    form = call.form(
        "/account/password", name, old, new, again, call.wrong(error), press(call.word("mine.password_do"), "btn")
    )
    return section(
        call.word("mine.password"),
        _folded(call, call.word("mine.password_do"), form, shut=error is None),
        id_="password",
    )


def _folded(_call: Call, title: str, *inside: Safe, shut: bool) -> Safe:
    return el("details", el("summary", title), *inside, class_="more", open=not shut)


async def _families(call: Call, account: Account) -> Safe | None:
    places = current(await call.gate.accounts.memberships(account_id=account.id), call.gate.clock.now())
    if len(places) + account.operator < 2:
        return None
    tenants = {each.family_id: each for each in await call.gate.accounts.tenants()}
    rows = [_place(call, each.family_id, place_name(call, tenants.get(each.family_id)), role_name(each.role, call.lang))
            for each in places]  # fmt: skip
    if account.operator:
        rows.append(_place(call, "", call.word("mine.server"), role_name("operator", call.lang)))
    return section(
        call.word("mine.families"),
        el("p", call.word("mine.families_why"), class_="small"),
        el("ul", *rows, class_="rows"),
    )


def _place(call: Call, family_id: str, name: str, role: str) -> Safe:
    words = el("span", name, el("small", role), class_="w")
    if family_id == call.actor.family_id:
        return el("li", words, el("span", call.word("mine.family_here"), class_="mark"))
    chosen = el("input", type="hidden", name="family", value=family_id)
    return el("li", words, call.form("/account/family", chosen, press(call.word("mine.family_go"), "btn"), class_=None))


def place_name(call: Call, tenant: Tenant | None) -> str:
    """A family or clinic as listed."""
    if tenant is None:
        return call.word("place.unnamed")
    return tenant.name or call.word("place.unnamed" if tenant.kind == "family" else "place.clinic")


async def _sessions(call: Call) -> Safe:
    rows = [_session(call, each) for each in await list_sessions(call.gate, call.actor)]
    every = call.form("/account/sessions/end-all", press(call.word("mine.session_end_all"), "btn"), class_=None)
    return section(call.word("mine.sessions"), el("ul", *rows, class_="rows"), every, id_="sessions")


def _session(call: Call, one: Session) -> Safe:
    here = one.id == call.actor.session_id
    line = call.word("mine.session_line", since=when(one.created_at), seen=when(one.seen_at))
    strong = el("small", call.word("mine.session_strong")) if one.strong else None
    words = el("span", line, strong, class_="w")
    if here:
        return el("li", words, el("span", call.word("mine.session_this"), class_="mark"))
    named = el("input", type="hidden", name="session", value=one.id)
    end = press(call.word("mine.session_end"), "btn flat", aria_label=f"{call.word('mine.session_end')} {line}")
    return el("li", words, call.form("/account/sessions/end", named, end, class_=None))


def _notify(call: Call, account: Account, error: KangbanError | None) -> Safe:
    is_set = bool(account.notify_url)
    address = call.input(
        "notify_url", call.word("field.notify_url"), call.word("hint.notify_url"), autocomplete="off", maxlength=500,
        spellcheck="false", autocapitalize="none",
    )  # fmt: skip
    drop = (
        call.form("/account/notify", press(call.word("mine.notify_drop"), "btn flat"), class_=None) if is_set else None
    )
    inside = joined(
        el("p", call.word("mine.notify_why"), class_="small"),
        el("p", call.word("mine.notify_set")) if is_set else None,
        call.form("/account/notify", address, call.wrong(error), press(call.word("mine.save"), "btn")), drop,
    )  # fmt: skip
    return section(call.word("mine.notify"), inside, id_="notify")


async def post_name(call: Call) -> Response:
    """What the account is called."""
    try:
        await set_name(call.gate, call.actor, call.field("name"))
    except KangbanError as error:
        return await account_page(call, error, "name")
    return go("/account?done=mine.saved")


async def post_password(call: Call) -> Response:
    """Another password; other sessions end, and their open pages with them."""
    try:
        if call.field("password") != call.field("again"):
            raise InvalidInput("the passwords differ", field="again", key="web_account.error.differ")
        await change_password(call.gate, call.actor, call.field("old"), call.field("password"))
    except KangbanError as error:
        return await account_page(call, error, "password")
    await sweep()
    return go("/account?done=mine.password_done")


async def post_notify(call: Call) -> Response:
    """Where notices go besides the pages; an empty field takes the address away."""
    address = call.field("notify_url").strip()
    try:
        if address:
            await asyncio.to_thread(check_address, address)  # the first time, it loads a hundred services
        await set_notify_url(call.gate, call.actor, address)
    except KangbanError as error:
        return await account_page(call, error, "notify")
    return go("/account?done=mine.saved")


async def post_end_session(call: Call) -> Response:
    """End one of one's own sessions."""
    await end_session(call.gate, call.actor, call.field("session"))
    await sweep()
    return go("/account?done=mine.session_ended#sessions")


async def post_end_all(call: Call) -> Response:
    """Log out everywhere, here too."""
    await end_all(call.gate, call.actor.account_id)
    await sweep()
    answer = go("/login?left=1")
    drop_session(call.request, answer)
    return answer
