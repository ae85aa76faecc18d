"""Passkeys: the only part of the account pages that needs a script, because only the browser can hold the key."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.responses import JSONResponse, Response

from kangban.clinical.account import Passkey
from kangban.journeys.accounts import passkeys
from kangban.kernel.errors import KangbanError
from kangban.web.account.call import Call, go
from kangban.web.account.login import let_in
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import press, section, when
from kangban.web.cookies import safe_back


async def passkeys_section(call: Call) -> Safe | None:
    """One's passkeys and the way to add one; nothing where this server cannot check them."""
    if call.gate.passkeys is None:
        return None
    rows = [_passkey(call, each) for each in await passkeys.list_passkeys(call.gate, call.actor)]
    listed = el("ul", *rows, class_="rows") if rows else el("p", call.word("passkeys.none"), class_="small")
    why = el("p", call.word("passkeys.why"), class_="small")
    return section(call.word("passkeys.title"), why, listed, _adding(call), id_="passkeys")


def _adding(call: Call) -> Safe:
    if not call.passkeys_work():
        return el("p", call.word("passkeys.not_here"), class_="small")
    name = call.input("passkey_name", call.word("field.passkey_name"), maxlength=80, autocomplete="off")
    word = call.input("password", call.word("field.password"), type="password", autocomplete="current-password")
    wrong = el("p", class_="wrong", role="alert")
    form = call.form(
        "/account", el("div", name, word, class_="two"), wrong, press(call.word("passkeys.add"), "btn"),
        data_passkey="add", data_wrong=call.word("passkey.failed"),
    )  # fmt: skip
    return el(
        "details", el("summary", call.word("passkeys.add")), form, class_="more", data_needs="passkey", hidden=True
    )


def _passkey(call: Call, passkey: Passkey) -> Safe:
    line = call.word("passkeys.line", since=when(passkey.created_at))
    named = el("input", type="hidden", name="passkey", value=passkey.id)
    drop = press(call.word("passkeys.drop"), "btn flat", aria_label=f"{call.word('passkeys.drop')} {passkey.name}")
    words = el("span", passkey.name, el("small", line), class_="w")
    return el("li", words, call.form("/account/passkeys/drop", named, drop, class_=None))


def passkey_login(call: Call, back: str) -> Safe | None:
    """The button of the login page; the script shows it where the browser can."""
    if call.gate.passkeys is None or not call.passkeys_work():
        return None
    way = el("input", type="hidden", name="back", value=back)
    wrong = el("p", class_="wrong", role="alert")
    return call.form(
        "/login", way, wrong, press(call.word("login.passkey"), "btn"), data_passkey="login", hidden=True,
        data_wrong=call.word("passkey.failed"),
    )  # fmt: skip


async def post_adding_options(call: Call) -> Response:
    """What the browser needs to make a passkey."""
    return await _told(call, passkeys.begin_adding(call.gate, call.actor, call.field("password")))


async def post_passkey(call: Call) -> Response:
    """Keep a passkey the browser made."""
    try:
        await passkeys.finish_adding(call.gate, call.actor, call.field("answer"), call.field("passkey_name"))
    except KangbanError as error:
        return _no(call, error)
    return JSONResponse({"go": "/account?done=mine.saved#passkeys"})


async def post_login_options(call: Call) -> Response:
    """What the browser needs to show a passkey; the same for everybody."""
    return await _told(call, passkeys.begin_login(call.gate, remote=call.remote))


async def post_login(call: Call) -> Response:
    """Let in the owner of a passkey."""
    try:
        entered = await passkeys.finish_login(call.gate, call.field("answer"), remote=call.remote)
    except KangbanError as error:
        return _no(call, error)
    redirect = await let_in(call, entered, safe_back(call.field("back") or "/"))
    answer = JSONResponse({"go": redirect.headers["location"]})
    answer.raw_headers += [(name, value) for name, value in redirect.raw_headers if name == b"set-cookie"]
    return answer


async def post_drop(call: Call) -> Response:
    """Forget a passkey."""
    await passkeys.remove(call.gate, call.actor, call.field("passkey"))
    return go("/account?done=passkeys.dropped#passkeys")


async def _told(call: Call, options: Awaitable[str]) -> Response:
    try:
        text = await options
    except KangbanError as error:
        return _no(call, error)
    return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})


def _no(call: Call, error: KangbanError) -> Response:
    return JSONResponse({"wrong": call.words(error)}, status_code=error.http_status)
