"""Login in one or two steps, and logout."""

from __future__ import annotations

import time
from collections import OrderedDict
from urllib.parse import quote

from starlette.responses import Response

from kangban.journeys.accounts.login import LoggedIn, choose_family, log_in, log_out
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted
from kangban.web.account.call import Call, go
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import note, press, small_page
from kangban.web.cookies import FAMILY_COOKIE, drop_session, is_https, keep_session, new_secret, safe_back
from kangban.web.household import HOME
from kangban.web.sockets import sweep

HALF_FOR_S, MOST_HALVES = 300.0, 200


class Halves:
    """Logins that wait for their code: the password stays here and is not sent to the page and back."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, str, str]] = OrderedDict()

    def keep(self, login: str, password: str) -> str:
        """Remember for five minutes; returns the ticket."""
        ticket = new_secret()
        self._kept[ticket] = (time.monotonic() + HALF_FOR_S, login, password)
        while len(self._kept) > MOST_HALVES:
            self._kept.popitem(last=False)
        return ticket

    def take(self, ticket: str) -> tuple[str, str] | None:
        """Give back once."""
        until, login, password = self._kept.pop(ticket, (0.0, "", ""))
        return (login, password) if time.monotonic() < until else None


_HALVES = Halves()


async def show_login(call: Call) -> Response:
    """The form; whoever is in already goes on."""
    back = safe_back(call.request.query_params.get("back", "/"))
    if call.visitor is not None:
        return go(back)
    if not await call.household.has_accounts():
        return go("/first")
    said = call.word("login.ended") if call.request.query_params.get("ended") else ""
    said = call.word("login.left") if call.request.query_params.get("left") else said
    return call.answer(login_page(call, back, said=said))


async def post_login(call: Call) -> Response:
    """Login and password, or the code after them."""
    back = safe_back(call.field("back") or "/")
    half = _HALVES.take(call.field("half")) if call.field("half") else None
    if call.field("half") and half is None:
        return call.answer(
            login_page(call, back, error=NotPermitted("too late", key="web_account.error.half_over")), 403
        )
    login, password = half or (call.field("login"), call.field("password"))
    if not login.strip() or not password:
        return call.answer(login_page(call, back, error=InvalidInput("empty", key="web_account.error.needed")), 422)
    try:
        entered = await log_in(
            call.gate, login=login, password=password, code=call.field("code"), remote=call.remote
        )  # fmt: skip
    except NotPermitted as error:
        # Too fast with a code: the password was right a moment ago and need not be typed again.
        if error.key in ("error.code_needed", "error.code_wrong") or (half and error.key == "error.login_wait"):
            asked = None if error.key == "error.code_needed" and half is None else error
            status = 200 if asked is None else 403
            return call.answer(_code_form(call, back, _HALVES.keep(login, password), asked), status)
        return call.answer(login_page(call, back, error=error, login=login), 403)
    except KangbanError as error:
        return call.answer(login_page(call, back, error=error, login=login), error.http_status)
    return await let_in(call, entered, back)


async def let_in(call: Call, entered: LoggedIn, back: str) -> Response:
    """Hand out the cookie of a fresh session; the browser's old session ends, so that none can be foisted on it."""
    if call.token and call.token != entered.token:
        await log_out(call.gate, call.token)
        await sweep()
    answer = go("/people" if not entered.session.family_id else back)
    keep_session(call.request, answer, entered.token, entered.session.expires_at)
    if call.household.started_with_demo:
        answer.set_cookie(FAMILY_COOKIE, HOME, samesite="strict", secure=is_https(call.request))
    return answer


async def post_logout(call: Call) -> Response:
    """End the session; its open pages are sent away."""
    await log_out(call.gate, call.token)
    await sweep()
    answer = go("/login?left=1")
    drop_session(call.request, answer)
    answer.delete_cookie("kangban_who")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


async def post_family(call: Call) -> Response:
    """Put another of one's families in view."""
    await choose_family(call.gate, call.token, call.field("family"))
    await sweep()
    answer = go("/people" if not call.field("family") else "/")
    answer.delete_cookie("kangban_who")
    return answer


async def post_language(call: Call) -> Response:
    """The language of this browser."""
    answer = go(safe_back(call.field("back")))
    to = "en" if call.field("to") == "en" else "zh"
    answer.set_cookie("kangban_lang", to, max_age=31_536_000, samesite="strict", secure=is_https(call.request))
    return answer


def login_page(call: Call, back: str, *, error: KangbanError | None = None, login: str = "", said: str = "") -> str:
    """The form, with what went wrong or was just done."""
    name = call.input(
        "login", call.word("field.login"), autocomplete="username webauthn", value=login or None, autofocus=not login,
        autocapitalize="none", spellcheck="false", maxlength=200,
    )  # fmt: skip
    word = call.input(
        "password", call.word("field.password"), type="password", autocomplete="current-password", maxlength=300,
        autofocus=bool(login),
    )  # fmt: skip
    form = call.form("/login", _hidden("back", back), name, word, call.wrong(error), press(call.word("login.enter")))
    forgot = el("p", call.word("login.forgot"), class_="small")
    return small_page(
        call, call.word("login.title"), note(said) if said else None, form, _other_ways(call, back), forgot
    )


def _code_form(call: Call, back: str, half: str, error: KangbanError | None) -> str:
    code = call.input(
        "code",
        call.word("field.code"),
        call.word("hint.code"),
        autocomplete="one-time-code",
        maxlength=40,
        autofocus=True,
    )
    form = call.form(
        "/login", _hidden("back", back), _hidden("half", half), code, call.wrong(error), press(call.word("login.enter"))
    )
    again = el("p", el("a", call.word("login.again"), href="/login"))
    return small_page(call, call.word("login.code_title"), el("p", call.word("login.code_why")), form, again)


def _hidden(name: str, value: str) -> Safe:
    return el("input", type="hidden", name=name, value=value)


def _other_ways(call: Call, back: str) -> Safe | None:
    """Passkey and OIDC, where they can work."""
    from kangban.web.account.passkeys import passkey_login

    passkey = passkey_login(call, back)
    oidc = None
    if call.gate.identities is not None:
        oidc = el("a", call.word("login.oidc"), class_="btn", href=f"/login/oidc?back={quote(back, safe='')}")
    return el("div", passkey, oidc, class_="ways") if passkey or oidc else None
