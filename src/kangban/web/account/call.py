"""One request of an account page: who asks, in which language, what the form holds, and the page that answers."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kangban.clinical.access import Actor
from kangban.clinical.urgency import Lang
from kangban.journeys.gate import Gate
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted
from kangban.kernel.texts import has_text, t
from kangban.web.account.markup import Attribute, Inside, Safe, el, joined
from kangban.web.cookies import form_secret, form_token, is_own_form, keep_form_secret, new_secret
from kangban.web.household import Household, Visitor
from kangban.web.sessions import visitor_of
from kangban.web.visit import language

MOST_FORM = 64 * 1024
MOST_FIELDS = 60


class Call:
    """What every account page is handed."""

    def __init__(self, household: Household, request: Request, gate: Gate, fields: dict[str, str]) -> None:
        self.household = household
        self.request = request
        self.fields = fields
        self.visitor: Visitor | None = visitor_of(request)
        self.lang: Lang = language(request, household.settings.lang)  # as on the family's pages
        self._secret = form_secret(request)
        self._fresh = not self._secret
        if self._fresh:
            self._secret = new_secret()
        # Links and passkeys belong to the name the browser knows us by; `Doors` lets in only names that are ours.
        self.gate = msgspec.structs.replace(gate, base_url=self.address)

    @property
    def actor(self) -> Actor:
        """Who asks; raises NotPermitted where nobody is logged in."""
        if self.visitor is None or self.visitor.demo:
            raise NotPermitted("nobody is logged in")
        return self.visitor.actor

    @property
    def token(self) -> str:
        """The session's own token."""
        return self.visitor.token if self.visitor is not None else ""

    @property
    def remote(self) -> str:
        """Where the request comes from, for rate limits."""
        return self.request.client.host if self.request.client else ""

    @property
    def address(self) -> str:
        """What links to this server begin with, as the asking browser knows it."""
        return self.household.settings.public_url or str(self.request.base_url).rstrip("/")

    def passkeys_work(self) -> bool:
        """Browsers bind passkeys to a name, never to an address in numbers, and want TLS or this machine."""
        name = self.request.url.hostname or ""
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return self.request.url.scheme == "https" or name == "localhost"
        return False

    def word(self, name: str, /, **values: object) -> str:
        """A text of the account pages."""
        return t(f"web_account.{name}", self.lang, **values)

    def listed(self, words: Iterable[str]) -> str:
        """Several words after each other as this language does it."""
        return ("、" if self.lang == "zh" else ", ").join(words)

    def words(self, error: KangbanError) -> str:
        """An error in the reader's language."""
        key = error.key if has_text(error.key, self.lang) else "error.broken"
        field = f"web_account.field.{error.field}"
        return t(key, self.lang, field=t(field, self.lang) if has_text(field, self.lang) else "")

    def field(self, name: str) -> str:
        """One field of the form, "" when it is not there; passwords keep their blanks."""
        return self.fields.get(name, "")

    def proof(self) -> str:
        """What only this browser and this session can send back."""
        return form_token(self._secret)

    def form(self, action: str, *inside: Inside, **attributes: Attribute) -> Safe:
        """A form that only this browser and this session can send."""
        own = el("input", type="hidden", name="form", value=self.proof())
        return el("form", own, *inside, method="post", action=action, **({"class_": "form"} | attributes))

    def input(self, name: str, label: str, hint: str = "", **attributes: Attribute) -> Safe:
        """A labelled field."""
        given: dict[str, Attribute] = {"type": "text", "value": None, "required": True, **attributes}
        below = el("small", hint, class_="small", id=f"{name}-hint") if hint else None
        return el(
            "label", label, el("input", name=name, aria_describedby=f"{name}-hint" if hint else None, **given), below
        )

    def answer(self, html: str, status: int = 200) -> Response:
        """A whole page, kept by nobody."""
        answer = HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})
        if self._fresh:
            keep_form_secret(self.request, answer, self._secret)
        return answer

    def wrong(self, error: KangbanError | None) -> Safe:
        """What went wrong, read aloud at once; nothing where nothing did."""
        return el("p", self.words(error), class_="wrong", role="alert") if error is not None else joined()


Answering = Callable[[Call], Awaitable[Response]]


def go(address: str) -> RedirectResponse:
    """To another page after a form: pressing reload sends nothing twice."""
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})


async def read_form(request: Request) -> dict[str, str]:
    """Fields of a posted form, the last of a name; raises InvalidInput for what is none."""
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    length = request.headers.get("content-length", "0")
    if kind != "application/x-www-form-urlencoded" or not length.isdecimal() or int(length) > MOST_FORM:
        raise InvalidInput("not a form")
    try:
        words = (await request.body()).decode("utf-8")
        return dict(parse_qsl(words, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise InvalidInput("not a form") from error


async def call_of(household: Household, request: Request) -> Call:
    """The request as a call; raises NotPermitted for a form this browser was not handed."""
    fields = await read_form(request) if request.method == "POST" else {}
    if request.method == "POST" and not is_own_form(request, fields.get("form", "")):
        raise NotPermitted("a foreign or old form", key="web_account.error.old_form")
    return Call(household, request, await household.gate(), fields)
