"""A page's websocket spoken by hand: Engine.IO 4 and Socket.IO 5, as little of them as an attacker needs."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any
from urllib.parse import urlencode

import websockets
from websockets.asyncio.client import ClientConnection

from tests.support.web_server import WebServer


class RawSocket:
    """One connection; `accepted` tells whether Socket.IO let it in."""

    def __init__(self, wire: ClientConnection) -> None:
        self._wire = wire
        self.accepted = False

    async def begin(self) -> None:
        """Open and ask for the default namespace."""
        assert str(await self._wire.recv()).startswith("0")
        await self._wire.send("40")
        answer = await self.word()
        self.accepted = answer.startswith("40")

    async def word(self, within_s: float = 3.0) -> str:
        """The next message that is no ping; "" after silence."""
        try:
            while True:
                text = str(await asyncio.wait_for(self._wire.recv(), within_s))
                if text != "2":
                    return text
                await self._wire.send("3")
        except (TimeoutError, websockets.ConnectionClosed):
            return ""

    async def heard(self, for_s: float = 1.5) -> str:
        """Everything said within a while."""
        found: list[str] = []
        end = asyncio.get_running_loop().time() + for_s
        while (left := end - asyncio.get_running_loop().time()) > 0:
            found.append(await self.word(left))
        return "\n".join(found)

    async def emit(self, event: str, message: Any, *, answer: bool = False) -> None:
        """Send an event; with `answer`, ask for an acknowledgement (433…)."""
        await self._wire.send(f"42{'33' if answer else ''}{json.dumps([event, message])}")


@asynccontextmanager
async def raw_socket(server: WebServer, cookies: dict[str, str], **query: str) -> AsyncIterator[RawSocket]:
    """Connect with a browser's cookies; raises websockets.InvalidStatus when the door refuses the upgrade."""
    address = server.address.replace("http", "ws") + "/_nicegui_ws/socket.io/?"
    wanted = {"EIO": "4", "transport": "websocket", **query}
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())} if cookies else {}
    async with websockets.connect(
        address + urlencode(wanted), additional_headers=headers, origin=server.address, max_size=8 * 1024 * 1024
    ) as wire:
        one = RawSocket(wire)
        await one.begin()
        yield one


def page_words(html: str) -> dict[str, str]:
    """What a page's script says when it connects: the query of its socket."""
    found = re.search(r"'client_id': '([0-9a-f-]{36})'", html)
    assert found, "the page names no client"
    return {
        "client_id": found.group(1), "next_message_id": "0", "implicit_handshake": "true", "tab_id": "tab",
        "document_id": "document", "old_tab_id": "",
    }  # fmt: skip


def page_clicks(html: str) -> list[dict[str, Any]]:
    """Every click a page would send, as its script would send it."""
    start = html.index("String.raw`") + len("String.raw`")
    elements = json.loads(unescape(html[start : html.index("`", start)]))
    client_id = page_words(html)["client_id"]
    return [
        {"id": int(number), "client_id": client_id, "listener_id": event["listener_id"], "args": []}
        for number, element in elements.items()
        for event in element.get("events", [])
        if event["type"] == "click"
    ]
