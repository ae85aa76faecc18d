"""The inner door: whatever belongs to a family needs a session; what is not named open is closed."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kangban.kernel.errors import KangbanError
from kangban.web.household import Household, Visitor
from kangban.web.plain_pages import error_page, language_of
from kangban.web.sockets import owns_client

OPEN_PATHS = (
    "/login", "/first", "/invite", "/reset", "/static", "/health", "/code", "/manifest.webmanifest", "/favicon.ico",
    "/language",
)  # fmt: skip
VISITOR = "kangban.visitor"
# Pages a browser is led to the login from, whatever it says that it wants.
_LOOKED_AT = ("/", "/family", "/cabinet", "/reports", "/library", "/workshop", "/account")


def is_open(path: str) -> bool:
    """Whether an address is for everybody."""
    return any(path == one or path.startswith(f"{one}/") for one in OPEN_PATHS)


def visitor_of(connection: HTTPConnection) -> Visitor | None:
    """Who the door let in with this request."""
    return connection.scope.get(VISITOR)


class Sessions:
    """Finds the visitor of every request and turns away whoever has none."""

    def __init__(self, app: ASGIApp, household: Household, rooms: tuple[str, ...] = ()) -> None:
        """`rooms`: beginnings of addresses that stand behind a door of their own."""
        self._app = app
        self._rooms = tuple(f"{one}/" for one in rooms)
        self._household = household

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, ask for a login, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            refusal = await self._refusal(connection)
        except KangbanError as error:  # the store is gone: nobody can be known, nobody comes in
            request = Request({**scope, "type": "http", "method": scope.get("method", "GET")})
            refusal = error_page(language_of(request, self._household.settings.lang), error.http_status)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    async def _refusal(self, connection: HTTPConnection) -> Response | None:
        path = connection.scope["path"]
        if path in ("/health", "/manifest.webmanifest") or path.startswith(("/static/", *self._rooms)):
            return None
        visitor = await self._household.visitor(connection)
        connection.scope[VISITOR] = visitor
        if visitor is not None:
            return None if owns_client(visitor, path) else PlainTextResponse("not found", 404)
        if is_open(path):
            return None
        return await self._ask(connection, path)

    async def _ask(self, connection: HTTPConnection, path: str) -> Response:
        looks = "text/html" in connection.headers.get("accept", "") or path in _LOOKED_AT
        page = connection.scope.get("method") in ("GET", "HEAD") and looks and not path.startswith("/_nicegui")
        if not page:
            if "text/html" not in connection.headers.get("accept", ""):
                return PlainTextResponse("login needed", 401)
            lang = language_of(Request({**connection.scope, "type": "http"}), self._household.settings.lang)
            return error_page(lang, 401, key="web_account.login.ended")
        if not await self._household.has_accounts():
            return RedirectResponse("/first", 303)
        query = connection.scope.get("query_string", b"").decode("latin-1")
        back = f"{path}?{query}" if query else path
        return RedirectResponse("/login" if back == "/" else f"/login?back={quote(back, safe='')}", 303)
