"""A page's websocket belongs to the session that was handed the page, and every event asks again who is there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection

from kangban.kernel.errors import KangbanError

if TYPE_CHECKING:
    from kangban.web.household import Household, Visitor
    from kangban.web.visit import Visit

CLIENT_PATH = "/_nicegui/client/"
_THEIRS: dict[str, Any] = {}  # NiceGUI's own handlers, found once in a process
VISITS: dict[str, Visit] = {}  # by the id of the page's client, while the page is kept


def owns_client(visitor: Visitor, path: str) -> bool:
    """Whether an address of one page (an upload) belongs to this session; addresses of no page do."""
    if not path.startswith(CLIENT_PATH):
        return True
    return _owns(visitor, path.removeprefix(CLIENT_PATH).split("/", 1)[0])


def _owns(visitor: Visitor | None, client_id: object) -> bool:
    visit = VISITS.get(client_id) if isinstance(client_id, str) else None
    return visitor is not None and visit is not None and visit.visitor.key == visitor.key


async def sweep() -> None:
    """Send away every open page whose session, account or membership has just ended."""
    for visit in list(VISITS.values()):
        try:
            here = await visit.still_here()
        except KangbanError:  # nobody can be known just now: a page loaded anew finds out
            here = False
        if not here:
            visit.send_away()


class SocketDoor:
    """Stands before NiceGUI's own handlers of websocket messages."""

    def __init__(self, household: Household) -> None:
        from nicegui import core

        self._household = household
        self._sio: Any = core.sio
        self._turns: dict[str, asyncio.Lock] = {}

    def stand(self) -> None:
        """Take the place of the handlers; whatever NiceGUI adds later and we do not know stays out."""
        ours = {
            "connect": self._connect, "handshake": self._handshake, "event": self._event, "ack": self._ack,
            "javascript_response": self._answer, "disconnect": self._disconnect,
        }  # fmt: skip
        handlers = cast("dict[str, Any]", self._sio.handlers["/"])
        _THEIRS.update({k: v for k, v in handlers.items() if k not in _THEIRS})
        handlers.clear()
        handlers.update(ours)

    async def _visitor(self, environ: dict[str, Any]) -> Visitor | None:
        try:
            return await self._household.visitor(HTTPConnection(environ["asgi.scope"]))
        except KangbanError:
            return None

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        from socketio.exceptions import ConnectionRefusedError as Refused

        visitor = await self._visitor(environ)
        wanted = parse_qs(str(environ.get("QUERY_STRING", ""))).get("client_id", [""])[0]
        if visitor is None or (wanted and not _owns(visitor, wanted)):
            raise Refused("Implicit handshake failed")  # in NiceGUI's words: its script loads the page anew
        self._turns[sid] = asyncio.Lock()
        await _THEIRS["connect"](sid, environ, auth)

    async def _handshake(self, sid: str, message: Any) -> bool:
        visitor = await self._visitor(self._sio.get_environ(sid))
        wanted = cast("dict[str, Any]", message).get("client_id") if isinstance(message, dict) else None
        return _owns(visitor, wanted) and bool(await _THEIRS["handshake"](sid, message))

    def _visit(self, sid: str, message: Any) -> Visit | None:
        """The page a socket speaks for; a socket that names another page speaks for none."""
        wanted = cast("dict[str, Any]", message).get("client_id") if isinstance(message, dict) else None
        return VISITS.get(wanted) if isinstance(wanted, str) and wanted in self._sio.rooms(sid) else None

    async def _event(self, sid: str, message: Any) -> None:
        visit = self._visit(sid, message)
        turn = self._turns.get(sid)
        if visit is None or turn is None:
            return
        async with turn:  # events keep their order although each of them asks who is there
            try:
                here = await visit.still_here()
            except KangbanError as error:
                visit.tell(error)
                return
            if not here:
                visit.send_away()
                return
            _THEIRS["event"](sid, message)

    def _ack(self, sid: str, message: Any) -> None:
        if self._visit(sid, message) is not None:
            _THEIRS["ack"](sid, message)

    def _answer(self, sid: str, message: Any) -> None:
        if self._visit(sid, message) is not None:
            _THEIRS["javascript_response"](sid, message)

    def _disconnect(self, sid: str, *_: object) -> None:
        self._turns.pop(sid, None)
        _THEIRS["disconnect"](sid)
