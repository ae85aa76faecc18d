"""Reading and calling MCP servers. Each call has a connection of its own, so nothing of one is left for the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import httpx2
import msgspec
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import Implementation

from kangban import __version__
from kangban.adapters.mcp_client.program import program
from kangban.adapters.mcp_client.reading import result_of, tool_of, unique
from kangban.adapters.mcp_client.wire import MOST_BYTES, TooMuch, http_client
from kangban.kernel.errors import Conflict, InvalidInput, KangbanError, Unavailable
from kangban.ports.media import MediaShelf
from kangban.ports.tool_servers import AcceptedTool, LocalCommand, RemoteResult, RemoteTool, ToolServer, fingerprint

STDIO: Final = "stdio:"
_MOST_PAGES, _MOST_TOOLS = 20, 512
_US = Implementation(name="kangban", version=__version__)
# The library tells of every broken line with its trace, and with what stood in it.
logging.getLogger("mcp.client").setLevel(logging.CRITICAL)


class McpSettings(msgspec.Struct, frozen=True):
    """What a reach rests on.

    `addresses` gives the checked IPs of an address and raises InvalidInput for one that may not be opened; `command`
    what the operator wrote for a name; `secret` the value of a secret. Seconds for listing and for a whole call.
    """

    addresses: Callable[[str], Awaitable[Sequence[str]]]
    command: Callable[[str], LocalCommand]
    secret: Callable[[str], str]
    list_s: float = 20.0
    call_s: float = 60.0


class McpReach:
    """See ports/tool_servers.py."""

    def __init__(self, settings: McpSettings) -> None:
        self._settings = settings

    async def offered(self, server: ToolServer, key: str) -> Sequence[RemoteTool]:
        """See ServerReach.offered."""
        with _told():
            async with asyncio.timeout(self._settings.list_s), self._connected(server, key) as client:
                return await _listed(client)

    async def call(
        self, server: ToolServer, key: str, tool: AcceptedTool, arguments: dict[str, Any], media: MediaShelf | None
    ) -> RemoteResult:
        """See ServerReach.call. MCP has no arguments for media, so the shelf is not asked."""
        del media
        with _told():
            async with asyncio.timeout(self._settings.call_s), self._connected(server, key) as client:
                now = next((one for one in await _listed(client) if one.name == tool.tool.name), None)
                if now is None or fingerprint(now) != tool.fingerprint:
                    raise Conflict(
                        f"{tool.local} is no longer what was accepted: see `kangban tools servers accept {server.name}`"
                    )
                try:
                    return result_of(await client.call_tool(tool.tool.name, arguments))
                except MCPError as error:
                    told = {"code": error.error.code, "message": error.error.message[:500]}
                    return RemoteResult({"error": told}, ok=False)

    @asynccontextmanager
    async def _connected(self, server: ToolServer, key: str) -> AsyncGenerator[Client]:
        if server.address.startswith(STDIO):
            told = self._settings.command(server.address.removeprefix(STDIO))
            secrets = {variable: self._settings.secret(secret) for variable, secret in told.secrets.items()}
            transport = program(told.command, told.folder, secrets)
            async with Client(transport, client_info=_US, cache=None) as client:
                yield client
            return
        ips = await self._settings.addresses(server.address)
        async with http_client(server.address, ips, key, self._settings.call_s) as http:
            transport = streamable_http_client(server.address, http_client=http, max_sse_event_size=MOST_BYTES)
            async with Client(transport, client_info=_US, cache=None) as client:
                yield client


async def _listed(client: Client) -> list[RemoteTool]:
    found: list[RemoteTool] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += [tool_of(one) for one in page.tools]
        cursor = page.next_cursor
        if not cursor or len(found) > _MOST_TOOLS:
            break
    return unique(found)[:_MOST_TOOLS]


class _told:  # noqa: N801 - reads as a word
    """Errors of the library, of the network and of the program behind a server, as ours."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise what went wrong in our words, which never hold the server's."""
        if error is None:
            return
        for one in _leaves(error):
            if isinstance(one, KangbanError):
                raise one from None
        if any(not isinstance(one, Exception) for one in _leaves(error)):
            return  # cancelled: whoever cancelled wants to know
        first = next(iter(_leaves(error)), error)
        raise _ours(first) from None


def _leaves(error: BaseException) -> list[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    inner = cast("Sequence[BaseException]", error.exceptions)  # pyright: ignore[reportUnknownMemberType]
    return [leaf for one in inner for leaf in _leaves(one)]


def _ours(error: BaseException) -> KangbanError:
    if isinstance(error, TimeoutError):
        return Unavailable("the tool server did not answer in time", field="address")
    if isinstance(error, TooMuch):
        return Unavailable("the tool server's answer is too large", field="address")
    if isinstance(error, (httpx2.HTTPError, OSError)):
        return Unavailable(f"the tool server cannot be reached: {type(error).__name__}", field="address")
    if isinstance(error, MCPError):
        return Unavailable(f"the tool server refused: code {error.error.code}", field="address")
    return InvalidInput(f"the tool server does not speak MCP: {type(error).__name__}", field="address")
