"""Pages behind one-time links: the first administrator, an invitation, a new password."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from kangban.journeys.accounts.first import claim_first
from kangban.journeys.accounts.inviting import accept, join, offer
from kangban.journeys.accounts.login import choose_family, log_in
from kangban.journeys.accounts.resetting import reset_password
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted
from kangban.web.account.call import Call, go
from kangban.web.account.login import let_in
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import note, press, small_page
from kangban.web.names import role_name
from kangban.web.sockets import sweep


def _token(call: Call) -> str:
    return call.field("token") or call.request.query_params.get("token", "")


async def show_first(call: Call) -> Response:
    """With the printed token the form; without it, where to find the link."""
    if await call.household.has_accounts():
        return go("/login")
    if _token(call):
        return call.answer(_new_account(call, "/first", "first"))
    if call.household.started_with_demo:
        await call.household.invite_first()
    steps = el("ol", *(el("li", call.word(f"first.step{n}")) for n in (1, 2, 3)), class_="say")
    example = el("pre", "first administrator: http://…/first?token=…", class_="pre")
    html = small_page(call, call.word("first.where"), el("p", call.word("first.where_why")), steps, example)
    return call.answer(html, 403)


async def post_first(call: Call) -> Response:
    """Make the first administrator and let them in."""
    try:
        _same_twice(call)
        await claim_first(
            call.gate, _token(call), login=call.field("login"), name=call.field("name"), password=call.field("password")
        )  # fmt: skip
    except KangbanError as error:
        return call.answer(_new_account(call, "/first", "first", error), error.http_status)
    return await _enter(call, "/family")


async def show_invite(call: Call) -> Response:
    """What is offered, to somebody new or to the account one is logged in with."""
    _, offered = await offer(call.gate, _token(call))
    role = el("p", el("b", call.word("invite.role", role=role_name(offered.role, call.lang))))
    if call.visitor is None or call.visitor.demo:
        call.fields = {"name": offered.name, **call.fields}
        return call.answer(_new_account(call, "/invite", "invite", None, role))
    token = el("input", type="hidden", name="token", value=_token(call))
    why = el("p", call.word("invite.join_why", name=call.actor.name))
    form = call.form("/invite/join", token, press(call.word("invite.join")))
    other = el("p", call.word("invite.other"), class_="small")
    return call.answer(small_page(call, call.word("invite.title"), role, why, form, other))


async def post_join(call: Call) -> Response:
    """Take the place with the account one has."""
    place = await join(call.gate, call.actor, _token(call))
    await choose_family(call.gate, call.token, place.family_id)
    await sweep()
    return go("/account?done=invite.joined")


async def post_invite(call: Call) -> Response:
    """Take the place one was invited to."""
    try:
        _same_twice(call)
        await accept(
            call.gate, _token(call), login=call.field("login"), name=call.field("name"), password=call.field("password")
        )  # fmt: skip
    except KangbanError as error:
        return call.answer(_new_account(call, "/invite", "invite", error), error.http_status)
    return await _enter(call, "/")


async def show_reset(call: Call) -> Response:
    """A new password."""
    return call.answer(_reset_form(call, None))


async def post_reset(call: Call) -> Response:
    """Set the new password; every session of the account has ended, so one logs in with it."""
    try:
        _same_twice(call)
        await reset_password(call.gate, _token(call), call.field("password"))
    except KangbanError as error:
        return call.answer(_reset_form(call, error), error.http_status)
    done = note(call.word("reset.done"))
    return call.answer(
        small_page(
            call, call.word("reset.title"), done, el("a", call.word("login.enter"), class_="btn p", href="/login")
        )
    )


async def _enter(call: Call, back: str) -> Response:
    try:
        entered = await log_in(
            call.gate, login=call.field("login"), password=call.field("password"), remote=call.remote
        )  # fmt: skip
    except NotPermitted:
        return go("/login")
    return await let_in(call, entered, back)


def _same_twice(call: Call) -> None:
    if call.field("password") != call.field("again"):
        raise InvalidInput("the passwords differ", field="again", key="web_account.error.differ")


def _passwords(call: Call) -> tuple[Safe, Safe]:
    return (
        call.input(
            "password", call.word("field.new_password"), call.word("hint.password"), type="password",
            autocomplete="new-password", minlength=10, maxlength=256,
        ),
        call.input("again", call.word("field.again"), type="password", autocomplete="new-password", maxlength=256),
    )  # fmt: skip


def _new_account(call: Call, path: str, kind: str, error: KangbanError | None = None, role: Safe | None = None) -> str:
    name = call.input(
        "name", call.word("field.name"), autocomplete="name", maxlength=80, value=call.field("name") or None,
        autofocus=True,
    )  # fmt: skip
    login = call.input(
        "login", call.word("field.login"), call.word("hint.login"), autocomplete="username", autocapitalize="none",
        spellcheck="false", maxlength=64, value=call.field("login") or None,
    )  # fmt: skip
    token = el("input", type="hidden", name="token", value=_token(call))
    form = call.form(path, token, name, login, *_passwords(call), call.wrong(error), press(call.word(f"{kind}.do")))
    other = None
    if kind == "invite" and call.gate.identities is not None:
        way = f"/login/oidc?invite={quote(_token(call), safe='')}"
        other = el("div", el("a", call.word("invite.oidc"), class_="btn", href=way), class_="ways")
    return small_page(call, call.word(f"{kind}.title"), role, el("p", call.word(f"{kind}.why")), form, other)


def _reset_form(call: Call, error: KangbanError | None) -> str:
    token = el("input", type="hidden", name="token", value=_token(call))
    form = call.form("/reset", token, *_passwords(call), call.wrong(error), press(call.word("reset.do")))
    return small_page(call, call.word("reset.title"), el("p", call.word("reset.why")), form)
