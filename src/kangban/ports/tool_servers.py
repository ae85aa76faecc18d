"""Tools that live on somebody else's server: what the operator keeps of it, and how it is read and called.

Adapters: adapters/tool_servers (the file), adapters/mcp_client, adapters/openapi_tools, adapters/agentlego_tools.
A server's words are data. What the operator accepted is kept with its fingerprint, and a tool that is no longer what
was accepted is not called.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

from kangban.kernel.canonical import canonical_json
from kangban.ports.media import Media, MediaShelf

ServerKind = Literal["mcp", "openapi", "agentlego"]


class ToolServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server as the operator wrote it down.

    `name` is the first half of its tools' names (`name__tool`): small letters and digits, single underscores.
    `address` begins with http:// or https://; for kind "mcp" it may be "stdio:NAME", a command the operator wrote in
    `tool_commands.json`. `secret` names an entry of the secrets file (sent as a bearer token), never the key itself.
    `allow` are the server's own names of the tools to take, () for all; `reads` those the operator says only read,
    whatever the server says: every other one that is not marked so by its server asks the person first.
    """

    name: str
    kind: ServerKind
    address: str
    secret: str = ""
    allow: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


class LocalCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program that speaks MCP on stdin and stdout. `secrets` are variables of its environment → names of secrets."""

    command: tuple[str, ...]
    folder: str = ""
    secrets: dict[str, str] = {}


class RemoteTool(msgspec.Struct, frozen=True, omit_defaults=True):
    """One tool as its server describes it: a stranger's words, neither cut nor cleaned.

    `parameters` is the JSON schema of an object, without references that lead out of it. `reads_only` is what the
    server claims (MCP readOnlyHint, HTTP GET). `takes` are arguments that hold media: the caller gives a ref of the
    shelf, and the reach sends the bytes as the server wants them. `detail` is whatever else the reach needs for a
    call, JSON-able, e.g. {"path", "method"}; it is part of the fingerprint and no model sees it.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    reads_only: bool = False
    takes: dict[str, Literal["image", "audio", "file"]] = {}
    detail: dict[str, Any] = {}


class RemoteResult(msgspec.Struct, frozen=True):
    """What a call gave: `content` is JSON-able, `media` are sniffed by the caller. Not `ok`: the server's own error."""

    content: Any
    ok: bool = True
    media: tuple[Media, ...] = ()


def fingerprint(tool: RemoteTool) -> str:
    """Of everything a server says of a tool, so that any change of it is seen."""
    return hashlib.sha256(canonical_json(tool).encode()).hexdigest()


class AcceptedTool(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool as the operator accepted it.

    `local` is the name agents call it by. `tool` is cut and cleaned, but for its name, `takes` and `detail`;
    `fingerprint` is of what the server had said, before that.
    """

    local: str
    tool: RemoteTool
    fingerprint: str


class ServerReach(Protocol):
    """Reads and calls servers of one kind; one instance serves every server of it, several calls at once.

    Both methods raise NotPermitted for an address the operator did not allow, InvalidInput for one that is none or
    for a server whose words cannot be read, and Unavailable for one that is away, refuses the key or says too much.
    """

    async def offered(self, server: ToolServer, key: str) -> Sequence[RemoteTool]:
        """Every tool the server offers now, in its order; `key` is the value of its secret, or ""."""
        ...

    async def call(
        self, server: ToolServer, key: str, tool: AcceptedTool, arguments: dict[str, Any], media: MediaShelf | None
    ) -> RemoteResult:
        """Call a tool by `tool.tool.name`; cancelling ends the connection.

        Raises Conflict where the server now describes it in other words (another `fingerprint`) or no longer at all.
        A reach whose calls rest on nothing but `detail` as it was kept, and on no word the server says later, need
        not read the description again.
        """
        ...


class KeptServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server with what was accepted of it, and when."""

    server: ToolServer
    tools: tuple[AcceptedTool, ...]
    accepted_at: datetime


class ToolServerShelf(Protocol):
    """The operator's servers, for every family of this program. Small, so it is read at once and written whole."""

    def servers(self) -> tuple[KeptServer, ...]:
        """All, by name; raises Unavailable where the file cannot be read."""
        ...

    def find(self, name: str) -> KeptServer | None:
        """One, or None."""
        ...

    def put(self, kept: KeptServer) -> None:
        """Keep or replace, by its name; raises Unavailable."""
        ...

    def remove(self, name: str) -> None:
        """Forget; raises NotFound."""
        ...
