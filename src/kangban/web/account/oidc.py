"""Login through the organisation's own accounts (OpenID Connect): away to the provider, and back."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from kangban.clinical.account import Account
from kangban.journeys.accounts import oidc
from kangban.kernel.errors import KangbanError, NotPermitted
from kangban.web.account.call import Call, go
from kangban.web.account.login import let_in, login_page
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import press, section
from kangban.web.cookies import is_https, is_own_form, safe_back

STATE, BACK = "kangban_oidc", "kangban_oidc_back"
STATE_FOR_S = 600


async def show_start(call: Call) -> Response:
    """Send the browser to the provider. A link and no form: our policy lets no form lead out of the house.

    `link` is the page's own proof: another site could lead a browser here that is logged in as somebody else there.
    """
    linking = call.request.query_params.get("link", "")
    if linking and not is_own_form(call.request, linking):
        raise NotPermitted("a foreign or old link", key="web_account.error.old_form")
    actor = call.actor if linking and call.visitor is not None else None
    begun = await oidc.begin(
        call.gate, redirect=f"{call.address}/login/oidc/back", actor=actor,
        invite=call.request.query_params.get("invite", ""), remote=call.remote,
    )  # fmt: skip
    answer = RedirectResponse(begun.address, 303, headers={"Cache-Control": "no-store"})
    back = "/account" if actor is not None else safe_back(call.request.query_params.get("back", "/"))
    for name, value in ((STATE, begun.state), (BACK, quote(back, safe=""))):
        answer.set_cookie(
            name, value, max_age=STATE_FOR_S, httponly=True, samesite="lax", secure=is_https(call.request),
            path="/login/oidc",
        )  # fmt: skip
    return answer


async def show_back(call: Call) -> Response:
    """What the provider answered; only this browser's own state counts."""
    from urllib.parse import unquote

    back = safe_back(unquote(call.request.cookies.get(BACK, "/")))
    given = call.request.query_params
    try:
        done = await oidc.finish(
            call.gate, state=given.get("state", ""), cookie_state=call.request.cookies.get(STATE, ""),
            code=given.get("code", ""), actor=call.actor if call.visitor is not None else None,
        )  # fmt: skip
        answer = go("/account?done=mine.saved") if done.entered is None else await let_in(call, done.entered, back)
    except KangbanError as error:
        answer = call.answer(login_page(call, back, error=error), error.http_status)
    for name in (STATE, BACK):
        answer.delete_cookie(name, path="/login/oidc")
    return answer


async def post_unlink(call: Call) -> Response:
    """Take the identity off one's account."""
    from kangban.web.account.mine import account_page

    try:
        await oidc.unlink(call.gate, call.actor)
    except KangbanError as error:
        return await account_page(call, error, "oidc")
    return go("/account?done=mine.saved")


def oidc_section(call: Call, account: Account, error: KangbanError | None) -> Safe | None:
    """Whether the account is linked; nothing where no provider is set."""
    if call.gate.identities is None:
        return None
    change = el("a", call.word("oidc.link"), class_="btn", href=f"/login/oidc?link={call.proof()}")
    if account.oidc_subject:
        change = call.form("/account/oidc/unlink", press(call.word("oidc.unlink"), "btn"), class_=None)
    said = el("p", call.word("oidc.linked" if account.oidc_subject else "oidc.none"))
    return section(call.word("oidc.title"), said, call.wrong(error), change, id_="oidc")
