"""The second factor: turning it on with a picture to scan, and off with the password."""

from __future__ import annotations

import segno
from starlette.responses import Response

from kangban.clinical.account import Account
from kangban.journeys.accounts import totp
from kangban.kernel.errors import KangbanError
from kangban.web.account.call import Call, go
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import full_page, note, press, section


def totp_section(call: Call, account: Account, error: KangbanError | None) -> Safe | None:
    """Whether it is on, and the way to change that; nothing where this server cannot check codes."""
    if call.gate.codes is None:
        return None
    title = call.word("totp.title")
    if not account.totp_secret:
        turn_on = el("a", call.word("totp.begin"), class_="btn", href="/account/totp")
        return section(title, el("p", call.word("totp.off")), turn_on, id_="totp")
    word = call.input("password", call.word("field.password"), type="password", autocomplete="current-password")
    form = call.form("/account/totp/drop", word, call.wrong(error), press(call.word("totp.drop"), "btn"))
    why = el("p", call.word("totp.drop_why"))
    more = el("details", el("summary", call.word("totp.drop")), why, form, class_="more", open=error is not None)
    return section(title, el("p", call.word("totp.on", n=len(account.recovery))), more, id_="totp")


async def show_totp(call: Call) -> Response:
    """A fresh secret as picture and letters; nothing is kept until a code of it was typed."""
    secret, uri = await totp.begin(call.gate, call.actor)
    return call.answer(_scan(call, secret, uri, None))


async def post_totp(call: Call) -> Response:
    """Turn it on; the recovery codes are shown once."""
    secret = call.field("secret")[:64]
    try:
        codes = await totp.confirm(call.gate, call.actor, secret, call.field("code"))
    except KangbanError as error:
        if error.key != "error.code_wrong" or call.gate.codes is None:
            raise
        account = await call.gate.accounts.find_account(id=call.actor.account_id)
        uri = call.gate.codes.uri(secret, account.login if account else "")
        return call.answer(_scan(call, secret, uri, error), error.http_status)
    from kangban.web.sockets import sweep

    await sweep()
    shown = el("pre", "\n".join(codes), class_="pre")
    back = el("p", el("a", call.word("mine.title"), class_="btn", href="/account"))
    card = section(call.word("totp.title"), note(call.word("totp.done")), shown, back)
    return call.answer(full_page(call, call.word("totp.title"), "/account", card))


async def post_drop_totp(call: Call) -> Response:
    """Turn it off."""
    from kangban.web.account.mine import account_page

    try:
        await totp.drop(call.gate, call.actor, call.field("password"))
    except KangbanError as error:
        return await account_page(call, error, "totp")
    return go("/account?done=totp.dropped")


def _scan(call: Call, secret: str, uri: str, error: KangbanError | None) -> str:
    picture = Safe(segno.make(uri, error="m").svg_inline(scale=6, border=2, dark="#000", light="#fff"))
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    code = call.input(
        "code", call.word("field.code"), inputmode="numeric", autocomplete="one-time-code", maxlength=12, autofocus=True
    )
    form = call.form(
        "/account/totp", el("input", type="hidden", name="secret", value=secret), code, call.wrong(error),
        press(call.word("totp.confirm")),
    )  # fmt: skip
    card = section(
        call.word("totp.title"), el("p", call.word("totp.scan")), el("div", picture, class_="qr"),
        el("p", el("span", call.word("totp.secret"), class_="small"), " ", el("code", spaced)), form,
    )  # fmt: skip
    return full_page(call, call.word("totp.title"), "/account", card)
