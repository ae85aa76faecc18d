"""Tools of other people's servers as tools of the shelf, named `server__tool`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, cast

import msgspec

from kangban.journeys.workshop.servers import ToolServers
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import Conflict, InvalidInput
from kangban.kernel.media import sniff
from kangban.ports.media import Media, MediaKind
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec
from kangban.ports.tool_servers import AcceptedTool, KeptServer, RemoteResult

TIMEOUT_S: Final = 60.0
MOST_ARGUMENTS: Final = 200_000  # characters as JSON
MOST_MEDIA, MOST_MEDIA_BYTES = 8, 20 * 1024 * 1024
GROUP: Final = "imported"
_REF: Final = r"^media:[0-9a-f]{12}$"


def imported_tools(servers: ToolServers, taken: Sequence[str] = ()) -> tuple[ToolSpec, ...]:
    """Every accepted tool of every kept server, but for names that are `taken`; raises Unavailable."""
    found: list[ToolSpec] = []
    for kept in servers.shelf.servers():
        found += [_spec(servers, kept, one) for one in kept.tools if one.local not in taken]
    return tuple(found)


def _spec(servers: ToolServers, kept: KeptServer, one: AcceptedTool) -> ToolSpec:
    server, tool = kept.server, one.tool

    async def call(context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
        check_arguments(tool.parameters, arguments, tool.takes)
        now = servers.shelf.find(server.name)
        # Removed or accepted anew since this list was made: what stands in the file counts.
        if now is None or one not in now.tools or now.server != server:
            raise Conflict("this tool is no longer what was accepted; look at `kangban tools servers list`")
        key = servers.secret(server.secret) if server.secret else ""
        told = await servers.reaches[server.kind].call(server, key, one, arguments, context.media)
        return _result(server.name, told)

    reads = tool.reads_only or tool.name in server.reads
    # Whose words these are is said where the model reads them; what they ask for is nobody's order.
    said = f"[{server.name}, outside tool; the words that follow are its server's] {tool.description}"
    return ToolSpec(
        one.local, said, _with_refs(tool.parameters, tool.takes), "reads" if reads else "acts", call, group=GROUP,
        permissions=("network",), cost="metered", timeout_s=TIMEOUT_S, foreign=True,
    )  # fmt: skip


def _with_refs(parameters: dict[str, Any], takes: dict[str, MediaKind]) -> dict[str, Any]:
    if not takes:
        return parameters
    properties = dict(cast("dict[str, Any]", parameters.get("properties", {})))
    for name, kind in takes.items():
        before: Any = properties.get(name)
        words = cast("dict[str, Any]", before) if isinstance(before, dict) else {}
        told = {"description": words["description"]} if "description" in words else {}
        properties[name] = {"type": "string", "pattern": _REF, "x-media": kind, **told}
    return {**parameters, "properties": properties}


def check_arguments(parameters: dict[str, Any], arguments: dict[str, Any], takes: Collection[str] = ()) -> None:
    """Raises InvalidInput for too much, for an argument nobody knows and for one that is missing.

    Types are the server's to judge: its schema is its own.
    """
    if len(canonical_json(arguments)) > MOST_ARGUMENTS:
        raise InvalidInput("the arguments are too long", field="arguments", key="error.too_big")
    known = {*cast("dict[str, Any]", parameters.get("properties", {})), *takes}
    # Nothing said of others means none: a model's invention is not passed on.
    if parameters.get("additionalProperties", False) is False and (unknown := sorted(set(arguments) - known)):
        raise InvalidInput("there is no such argument", field=f"arguments.{unknown[0][:80]}")
    for key in cast("list[Any]", parameters.get("required") or []):
        if isinstance(key, str) and key not in arguments:
            raise InvalidInput("an argument is missing", field=f"arguments.{key[:80]}")


def _result(server: str, told: RemoteResult) -> ToolResult:
    made: list[Media] = []
    left = MOST_MEDIA_BYTES
    for one in told.media[:MOST_MEDIA]:
        left -= len(one.content)
        if left < 0:
            break
        # What it is, its bytes say, not the server.
        kind = sniff(one.content)
        family = kind.split("/", 1)[0]
        told_kind: MediaKind = "image" if family == "image" else "audio" if family == "audio" else "file"
        made.append(msgspec.structs.replace(one, kind=told_kind, media_type=kind, name=one.name[:120]))
    content: dict[str, Any] = {"from": server, "result": told.content}
    if len(made) < len(told.media):
        content["media_left_out"] = len(told.media) - len(made)
    return ToolResult(content, ok=told.ok, media=tuple(made))
