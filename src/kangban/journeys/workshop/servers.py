"""Tools of other people's servers: read, cleaned, shown to the operator, kept with a fingerprint, and called.

A server's words are a stranger's. They are bounded before they are kept, and no tool is called that is no longer what
the operator accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from kangban.journeys.workshop.server_words import cleaned_tools
from kangban.kernel.clock import Clock
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.ports.tool_servers import (
    AcceptedTool,
    KeptServer,
    RemoteTool,
    ServerKind,
    ServerReach,
    ToolServer,
    ToolServerShelf,
)

MOST_SERVERS: Final = 32
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_SECRET = re.compile(r"[a-z][a-z0-9_]{0,63}")
_STDIO = re.compile(r"stdio:[a-z][a-z0-9_-]{0,63}")


class ToolServers(msgspec.Struct, frozen=True):
    """What the operator's servers are kept in and reached with. `secret` raises Unavailable for one that is not set."""

    shelf: ToolServerShelf
    reaches: Mapping[ServerKind, ServerReach]
    secret: Callable[[str], str]
    clock: Clock


class Offer(msgspec.Struct, frozen=True):
    """What a server offers now: what can be taken, and why the rest cannot (its own name → reason)."""

    tools: tuple[AcceptedTool, ...]
    refused: dict[str, str]


class Changes(msgspec.Struct, frozen=True):
    """How an offer differs from what was accepted, by local name. `refused` as in Offer."""

    added: tuple[AcceptedTool, ...] = ()
    changed: tuple[tuple[AcceptedTool, AcceptedTool], ...] = ()  # (accepted, offered)
    removed: tuple[AcceptedTool, ...] = ()
    refused: dict[str, str] = {}

    @property
    def any(self) -> bool:
        """Whether there is anything to accept."""
        return bool(self.added or self.changed or self.removed)


async def add(servers: ToolServers, server: ToolServer) -> tuple[KeptServer, Offer]:
    """Read a server and keep what it offers: the operator who adds it accepts it as it is now.

    Raises InvalidInput, Conflict for a name that is taken, and what the reach raises.
    """
    _check(servers, server)
    if servers.shelf.find(server.name) is not None:
        raise Conflict("there is a tool server of this name; remove it first", field="name")
    if len(servers.shelf.servers()) >= MOST_SERVERS:
        raise InvalidInput(f"more than {MOST_SERVERS} tool servers", field="name", key="error.too_big")
    offer = await _read(servers, server)
    if not offer.tools:
        raise InvalidInput("this server offers no tool that can be taken", field="address")
    kept = KeptServer(server, offer.tools, servers.clock.now())
    servers.shelf.put(kept)
    return kept, offer


async def changes(servers: ToolServers, name: str) -> Changes:
    """What is different now; raises NotFound, and what the reach raises."""
    return (await _changes(servers, name))[1]


async def accept(servers: ToolServers, name: str, seen: Changes | None = None) -> tuple[KeptServer, Changes]:
    """Accept a server as it is now; raises as `changes` does.

    `seen`: what somebody was shown and agreed to; raises Conflict where the server offers something else by now.
    """
    offer, found = await _changes(servers, name)
    if seen is not None and found != seen:
        raise Conflict("the server changed again meanwhile; look at its changes once more", field="name")
    kept = get_server(servers, name)
    if not found.any:
        return kept, found
    kept = KeptServer(kept.server, offer.tools, servers.clock.now())
    servers.shelf.put(kept)
    return kept, found


def get_server(servers: ToolServers, name: str) -> KeptServer:
    """A kept server; raises NotFound."""
    found = servers.shelf.find(name)
    if found is None:
        raise NotFound("there is no tool server of this name", field="name")
    return found


async def _changes(servers: ToolServers, name: str) -> tuple[Offer, Changes]:
    kept = get_server(servers, name)
    offer = await _read(servers, kept.server)
    before = {one.tool.name: one for one in kept.tools}
    now = {one.tool.name: one for one in offer.tools}
    return offer, Changes(
        tuple(one for name, one in now.items() if name not in before),
        tuple((before[name], one) for name, one in now.items() if name in before and one != before[name]),
        tuple(one for name, one in before.items() if name not in now),
        offer.refused,
    )


async def _read(servers: ToolServers, server: ToolServer) -> Offer:
    key = servers.secret(server.secret) if server.secret else ""
    told = await servers.reaches[server.kind].offered(server, key)
    wanted: Sequence[RemoteTool] = [one for one in told if not server.allow or one.name in server.allow]
    tools, refused = cleaned_tools(server.name, wanted)
    missing = set(server.allow) - {one.name for one in told}
    refused |= dict.fromkeys(sorted(missing), "the server offers no tool of this name")
    return Offer(tools, refused)


def _check(servers: ToolServers, server: ToolServer) -> None:
    if not _NAME.fullmatch(server.name) or len(server.name) > 24:
        raise InvalidInput("a server's name is up to 24 small letters, digits and single underscores", field="name")
    if server.kind not in servers.reaches:
        raise InvalidInput(f"servers of kind {server.kind} cannot be reached here", field="kind")
    on_stdio = server.kind == "mcp" and _STDIO.fullmatch(server.address)
    in_file = server.kind == "openapi" and server.address.startswith("file:")
    if not on_stdio and not in_file and not server.address.startswith(("http://", "https://")):
        raise InvalidInput("an address begins with http:// or https://", field="address")
    if len(server.address) > 2_000 or "@" in server.address.split("//", 1)[-1].split("/", 1)[0]:
        raise InvalidInput("no key or password in an address; keep it with `kangban secrets set`", field="address")
    if server.secret and not _SECRET.fullmatch(server.secret):
        raise InvalidInput("the name of a secret, never the key itself", field="secret")
    if server.secret and on_stdio:
        raise InvalidInput("a command gets its secrets from tool_commands.json", field="secret")
    for field, names in (("allow", server.allow), ("reads", server.reads)):
        if len(names) > 256 or any(not one or len(one) > 256 for one in names):
            raise InvalidInput("names of tools", field=field)


def as_shown(server: KeptServer) -> dict[str, Any]:
    """A server for a list: names and addresses, no secret's value."""
    kept = server.server
    return {
        "name": kept.name, "kind": kept.kind, "address": kept.address, "secret": kept.secret,
        "allow": list(kept.allow), "reads": list(kept.reads), "accepted_at": server.accepted_at.isoformat(),
        "tools": [tool_shown(one) for one in server.tools],
    }  # fmt: skip


def tool_shown(one: AcceptedTool) -> dict[str, Any]:
    """A tool as the operator accepts it."""
    told = one.tool
    return {
        "name": one.local, "remote": told.name, "description": told.description, "parameters": told.parameters,
        "reads_only": told.reads_only, "fingerprint": one.fingerprint,
    }  # fmt: skip
