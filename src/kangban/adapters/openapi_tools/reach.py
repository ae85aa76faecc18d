"""Reads and calls servers that describe themselves by OpenAPI. See ports/tool_servers.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import msgspec

from kangban.adapters.openapi_tools.answers import result_of
from kangban.adapters.openapi_tools.asking import asking_of
from kangban.adapters.openapi_tools.document import read_document
from kangban.adapters.openapi_tools.operations import Route, tools_of
from kangban.kernel.errors import InvalidInput, NotPermitted, Unavailable
from kangban.ports.media import MediaShelf
from kangban.ports.tool_servers import AcceptedTool, RemoteResult, RemoteTool, ToolServer
from kangban.ports.web_fetch import Asking, Fetched, WebFetch

DESCRIPTION = "openapi.json"


class OpenApiReach:
    """A server's description lies at its address, or in a file of the operator's ("file:NAME").

    `read_file` gives such a file by name; raises Unavailable. `fetch` reaches nothing the operator did not allow.
    """

    def __init__(self, fetch: WebFetch, read_file: Callable[[str], bytes]) -> None:
        self._fetch, self._read_file = fetch, read_file

    async def offered(self, server: ToolServer, key: str) -> Sequence[RemoteTool]:
        """Every operation that can be called; see the port."""
        if server.address.startswith("file:"):
            return await asyncio.to_thread(_read, self._read_file(server.address.removeprefix("file:")), "")
        got = await _got(self._fetch, server.address, key)
        return await asyncio.to_thread(_read, got.body, server.address)

    async def call(
        self, server: ToolServer, key: str, tool: AcceptedTool, arguments: dict[str, Any], media: MediaShelf | None
    ) -> RemoteResult:
        """One request; see the port."""
        del server  # where to is part of what was accepted
        return await called(self._fetch, key, tool.tool, arguments, media)


class AgentLegoReach:
    """An AgentLego tool server (agentlego 0.2, server/server.py of commit 83b1552): /openapi.json, forms, base64."""

    def __init__(self, fetch: WebFetch) -> None:
        self._fetch = fetch

    async def offered(self, server: ToolServer, key: str) -> Sequence[RemoteTool]:
        """Every tool it deploys; see the port."""
        address = server.address
        if not urlsplit(address).path.endswith(".json"):
            address = f"{address.rstrip('/')}/{DESCRIPTION}"
        document = await asyncio.to_thread(read_document, (await _got(self._fetch, address, key)).body)
        # It names no servers: its tools stand beside its description.
        return tools_of(document, address.rsplit("/", 1)[0], lego=True)

    async def call(
        self, server: ToolServer, key: str, tool: AcceptedTool, arguments: dict[str, Any], media: MediaShelf | None
    ) -> RemoteResult:
        """One form sent; see the port."""
        del server
        return await called(self._fetch, key, tool.tool, arguments, media)


def _read(body: bytes, address: str) -> list[RemoteTool]:
    """The tools of a description; `address` is where it was found, "" for a file."""
    document = read_document(body)
    base = _base(document, address)
    # Whoever writes a description would else choose where the operator's key goes, and which of the inside addresses
    # that the operator allows for something else is called.
    if address and _origin(base) != _origin(address):
        raise InvalidInput("its tools are on another host: keep the description as a file", field="address")
    return tools_of(document, base)


async def called(
    fetch: WebFetch, key: str, tool: RemoteTool, arguments: dict[str, Any], media: MediaShelf | None
) -> RemoteResult:
    """Send what the arguments make, and read the answer; raises as the port says."""
    try:
        route = msgspec.convert(tool.detail, Route)
    except msgspec.ValidationError:
        raise InvalidInput("this tool was kept by another version; accept its server again", field="name") from None
    asking = asking_of(tool, route, key, arguments, media)
    return result_of(route, await _sent(fetch, asking))


async def _got(fetch: WebFetch, address: str, key: str) -> Fetched:
    got = await _sent(fetch, Asking(address, headers={"Authorization": f"Bearer {key}"} if key else {}))
    if got.status >= 400:
        raise Unavailable(f"the description cannot be fetched: status {got.status}", field="address")
    return got


async def _sent(fetch: WebFetch, asking: Asking) -> Fetched:
    try:
        return await fetch.send(asking)
    except InvalidInput as error:
        if error.key != "privacy.fetch_refused":
            raise
        raise NotPermitted(
            "the operator has not allowed this address: add it to KANGBAN_FETCH_ALLOW", field="address"
        ) from None


def _base(document: dict[str, Any], address: str) -> str:
    """Where the paths begin: the first server named, read against the description's own address."""
    servers = document.get("servers")
    listed = cast("list[Any]", servers) if isinstance(servers, list) else []
    first = cast("dict[str, Any]", listed[0]) if listed and isinstance(listed[0], dict) else {"url": "/"}
    told = str(first.get("url", ""))[:1_000]
    variables = cast("dict[str, Any]", first.get("variables")) if isinstance(first.get("variables"), dict) else {}
    for name, one in variables.items():
        usual = cast("dict[str, Any]", one).get("default", "") if isinstance(one, dict) else ""
        told = told.replace("{" + name + "}", str(usual))
    base = urljoin(address, told) if address else told
    _origin(base)
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or parts.query or parts.fragment or "@" in parts.netloc:
        raise InvalidInput("the description names no server that can be called", field="address")
    return base


def _origin(address: str) -> tuple[str, str, int | None]:
    usual = {"http": 80, "https": 443}
    try:
        parts = urlsplit(address)
        port = parts.port or usual.get(parts.scheme)
    except ValueError:
        raise InvalidInput("no address", field="address") from None
    if not parts.hostname:
        raise InvalidInput("the description names no server that can be called", field="address")
    return parts.scheme, parts.hostname.casefold(), port
