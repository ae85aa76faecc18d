"""Who may come in: Host and Origin on HTTP and websocket, the access code, sizes, and the headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import secrets
import socket
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kangban.clinical.urgency import Lang
from kangban.web.plain_pages import code_page, error_page, language_of

LOG = logging.getLogger("kangban.web")
COOKIE = "kangban_code"
MOST_BODY = 32 * 1024 * 1024
OPEN_PATHS = ("/health", "/static/kangban.css", "/static/icon.svg", "/manifest.webmanifest", "/code")
FIXED_PATHS = ("/static/", "/_nicegui/", "/favicon.ico", "/manifest.webmanifest")
TRIES, TRIES_FOR_S = 8, 300.0
COOKIE_FOR_S = 30 * 24 * 3600


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    bare = host.strip("[]")
    if bare.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


class AccessCode:
    """The code, its cookie and its rate limit. The cookie dies with the process or after 30 days."""

    def __init__(self, code: str) -> None:
        self._code = code.encode()
        self._key = secrets.token_bytes(32)
        self._wrong: deque[float] = deque()

    def __bool__(self) -> bool:
        return bool(self._code)

    def busy(self) -> bool:
        """Whether too many wrong codes came lately; counted for all clients together."""
        now = time.monotonic()
        while self._wrong and now - self._wrong[0] > TRIES_FOR_S:
            self._wrong.popleft()
        return len(self._wrong) >= TRIES

    def right(self, given: str) -> bool:
        """Compare in constant time; a wrong one counts."""
        same = hmac.compare_digest(hashlib.sha256(given.encode()).digest(), hashlib.sha256(self._code).digest())
        if not same:
            self._wrong.append(time.monotonic())
        return same

    def cookie(self) -> str:
        """A fresh cookie value."""
        name = secrets.token_urlsafe(18)
        return f"{name}.{self._sign(name)}"

    def knows(self, cookie: str) -> bool:
        """Whether a cookie is one of ours."""
        name, _, sign = cookie.partition(".")
        return bool(name) and hmac.compare_digest(self._sign(name), sign)

    def _sign(self, name: str) -> str:
        return hmac.new(self._key, name.encode() + self._code, hashlib.sha256).hexdigest()


def own_names(host: str, public_url: str = "") -> frozenset[str]:
    """Names this server may be called by, beside addresses written in numbers."""
    names = {"localhost", host.strip("[]").casefold(), (urlsplit(public_url).hostname or "").casefold()}
    if not is_loopback(host):
        machine = socket.gethostname().casefold()
        names |= {machine, f"{machine}.local"}
    return frozenset(names - {"", "0.0.0.0", "::"})  # noqa: S104 - taken out, not bound


def brings_own_secret(request: Request) -> bool:
    """Whether a program asks that cannot type a code: with an API key, or at a calendar's secret address."""
    path, told = request.url.path, request.headers.get("authorization", "")
    return path.startswith("/calendar/") or (
        path.startswith(("/api/", "/v1/")) and told.lower().startswith("bearer kb_")
    )


class Doors:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, *, host: str, code: str, lang: Lang, public_url: str = "") -> None:
        self._app = app
        self._names = own_names(host, public_url)
        self._loopback = is_loopback(host)
        self._code = AccessCode(code)
        self._lang: Lang = lang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, ask for the code, or let through."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = Request({**scope, "type": "http", "method": scope.get("method", "GET")})
        refusal = self._refusal(request)
        closed = bool(self._code) and request.url.path not in OPEN_PATHS and not brings_own_secret(request)
        if refusal is None and closed and not self._code.knows(request.cookies.get(COOKIE, "")):
            refusal = self._ask(request)
        if refusal is not None:
            await self._refuse(refusal, scope, receive, send)
            return
        if scope["type"] == "websocket":
            with suppress_told("a websocket"):
                await self._app(scope, receive, send)
            return
        if request.url.path == "/code":
            answer = await self._check_code(Request(scope, receive)) if self._code else RedirectResponse("/", 303)
            await answer(scope, receive, with_headers(send, "", scope))
            return
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through; whatever breaks inside is told by its name only: a trace may hold what somebody wrote."""
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        with suppress_told("an answer"):
            await _with_nonce(self._app, scope, receive, watch)
            return
        if not begun:
            lang = language_of(Request(scope), self._lang)
            await error_page(lang, 500)(scope, receive, with_headers(send, "", scope))

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if not self._may_be_called(host):
            return PlainTextResponse("unknown host", 421)
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.casefold() != host.casefold():
            return PlainTextResponse("foreign origin", 403)
        site = request.headers.get("sec-fetch-site", "none")
        if site in ("cross-site", "same-site") and request.headers.get("sec-fetch-mode") != "navigate":
            return PlainTextResponse("foreign site", 403)
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BODY:
            return PlainTextResponse("too big", 413)
        if request.method not in ("GET", "HEAD", "OPTIONS") and "transfer-encoding" in request.headers:
            return PlainTextResponse("length required", 411)
        return None

    def _may_be_called(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name.casefold() in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._loopback

    def _ask(self, request: Request) -> Response:
        lang = language_of(request, self._lang)
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return code_page(lang, 401, back=request.url.path)
        return PlainTextResponse("access code needed", 401)

    async def _check_code(self, request: Request) -> Response:
        lang = language_of(request, self._lang)
        if request.method != "POST":
            return code_page(lang, 200)
        fields = parse_qs((await request.body())[:4096].decode("utf-8", "replace"))
        back = fields.get("back", ["/"])[0]
        back = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
        if self._code.busy():
            answer = code_page(lang, 429, wrong="busy", back=back)
            answer.headers["Retry-After"] = str(int(TRIES_FOR_S))
            return answer
        if not self._code.right(fields.get("code", [""])[0]):
            return code_page(lang, 403, wrong="wrong", back=back)
        answer = RedirectResponse(back, 303)
        answer.set_cookie(
            COOKIE, self._code.cookie(), max_age=COOKIE_FOR_S, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    async def _refuse(self, refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await refusal(scope, receive, with_headers(send, "", scope))


@contextmanager
def suppress_told(what: str) -> Generator[None]:
    """Log the kind of an error and go on; the error's own words stay unsaid."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the server would print it with all its values
        LOG.error("%s failed: %s", what, type(error).__name__)


def policy(nonce: str) -> str:
    """Only our own files. Vue compiles templates in the browser: NiceGUI needs unsafe-eval, and styles in the page."""
    script = f"'self' 'nonce-{nonce}' 'unsafe-eval'" if nonce else "'none'"
    return (
        f"default-src 'none'; script-src {script}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )


def with_headers(send: Send, nonce: str, scope: Scope) -> Send:
    """Put the safe headers on an answer; what says nothing about being kept is kept by nobody, files aside."""
    fixed = scope["path"].startswith(FIXED_PATHS) and not scope["path"].startswith("/_nicegui/client/")
    safe = [
        (b"content-security-policy", policy(nonce).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        # Not no-referrer: browsers would send "Origin: null" with our own forms, as with foreign ones.
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"geolocation=(), camera=(), microphone=(), payment=()"),
    ]
    if scope.get("scheme") == "https":
        safe.append((b"strict-transport-security", b"max-age=31536000"))

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            given: list[tuple[bytes, bytes]] = list(message["headers"])
            told = fixed or any(name.lower() == b"cache-control" for name, _ in given)
            message["headers"] = [*given, *safe, *([] if told else [(b"cache-control", b"no-store")])]
        await send(message)

    return answer


async def _with_nonce(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Name the scripts of NiceGUI's own template in the policy; text of people is escaped there and cannot hold one."""
    nonce = secrets.token_urlsafe(16)
    start: Message | None = None
    parts: list[bytes] = []
    out = with_headers(send, nonce, scope)

    async def catch(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            kinds = [v for k, v in message["headers"] if k == b"content-type"]
            if kinds and kinds[0].startswith(b"text/html"):
                start = message
                return
            await out(message)
        elif start is None:
            await out(message)
        else:
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                body = b"".join(parts).replace(b"<script", b'<script nonce="%s"' % nonce.encode())
                others = [(k, v) for k, v in start["headers"] if k != b"content-length"]
                start["headers"] = [*others, (b"content-length", str(len(body)).encode())]
                await out(start)
                await send({"type": "http.response.body", "body": body})

    await app(scope, receive, catch)
