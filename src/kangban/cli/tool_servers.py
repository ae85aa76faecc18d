"""`kangban tools servers …`: tools imported from other people's servers. Only who sits at this machine may."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from kangban.cli.options import DataDir, Json, Nothing, run

if TYPE_CHECKING:
    from kangban.journeys.workshop.servers import ToolServers

Name = Annotated[str, typer.Argument(help="The first half of its tools' names: small letters, digits, _.")]


class _Server(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    address: str = ""
    kind: Literal["mcp", "openapi", "agentlego"] = "mcp"
    secret: str = ""
    allow: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    yes: bool = False


def add(
    name: Name,
    address: Annotated[str, typer.Argument(help="http(s)://…, stdio:NAME or file:NAME; see docs.")],
    kind: Annotated[str, typer.Option("--kind", help="mcp, openapi or agentlego.")] = "mcp",
    secret: Annotated[str, typer.Option("--secret", help="Name of a secret, sent as a bearer token.")] = "",
    allow: Annotated[list[str] | None, typer.Option("--allow", help="Only this tool; may be said again.")] = None,
    reads: Annotated[list[str] | None, typer.Option("--reads", help="This tool only reads: it need not ask.")] = None,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Read a server and keep its tools as they are now. They are data: look at what they say of themselves."""

    async def work(asked: _Server) -> dict[str, Any]:
        from kangban.journeys.workshop import servers as journey
        from kangban.ports.tool_servers import ToolServer

        wanted = ToolServer(asked.name, asked.kind, asked.address, asked.secret, asked.allow, asked.reads)
        kept, offer = await journey.add(_servers(data_dir), wanted)
        return {"server": journey.as_shown(kept), "refused": offer.refused}

    words = {
        "name": name, "address": address, "kind": kind, "secret": secret, "allow": allow or [], "reads": reads or [],
    }  # fmt: skip
    run(_Server, work, words=words, source=None, jsonl=False, show=None if json else _show_one)


def list_(json: Json = False, data_dir: DataDir = None) -> None:
    """The servers and their tools as accepted. Nothing is reached."""

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.workshop.servers import as_shown

        return {"servers": [as_shown(one) for one in _servers(data_dir).shelf.servers()]}

    run(Nothing, work, words={}, source=None, jsonl=False, show=None if json else _show_all)


def remove(name: Name, json: Json = False, data_dir: DataDir = None) -> None:
    """Forget a server with its tools."""

    async def work(asked: _Server) -> dict[str, Any]:
        _servers(data_dir).shelf.remove(asked.name)
        return {"name": asked.name, "status": "removed"}

    run(_Server, work, words={"name": name}, source=None, jsonl=False, show=None if json else _show_gone)


def accept(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Accept; without it the changes are only shown.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Show how a server's tools differ from what was accepted, and with --yes accept them so."""

    async def work(asked: _Server) -> dict[str, Any]:
        from kangban.journeys.workshop import servers as journey

        servers = _servers(data_dir)
        if asked.yes:
            _, found = await journey.accept(servers, asked.name)
        else:
            found = await journey.changes(servers, asked.name)
        return {
            "name": asked.name,
            "added": [journey.tool_shown(one) for one in found.added],
            "changed": [
                {"accepted": journey.tool_shown(before), "offered": journey.tool_shown(now)}
                for before, now in found.changed
            ],
            "removed": [one.local for one in found.removed],
            "refused": found.refused,
            "accepted": asked.yes or not found.any,
        }

    words = {"name": name, "yes": yes}
    run(_Server, work, words=words, source=None, jsonl=False, show=None if json else _show_changes)


def _servers(data_dir: Path | None) -> ToolServers:
    from kangban.app.tool_servers import make_tool_servers
    from kangban.settings import read_settings

    return make_tool_servers(read_settings(data_dir=data_dir))


def _show_one(answer: dict[str, Any]) -> str:
    told = [f"{one['name']}  {_first(one['description'])}" for one in answer["server"]["tools"]]
    told += [f"- {name}: {why}" for name, why in answer["refused"].items()]
    return "\n".join(told)


def _show_all(answer: dict[str, Any]) -> str:
    lines: list[str] = []
    for one in answer["servers"]:
        lines.append(f"{one['name']}  {one['kind']}  {one['address']}  ({one['accepted_at'][:10]})")
        lines += [f"  {tool['name']}  {_first(tool['description'])}" for tool in one["tools"]]
    return "\n".join(lines) or "-"


def _show_gone(answer: dict[str, Any]) -> str:
    return f"{answer['status']} {answer['name']}"


def _show_changes(answer: dict[str, Any]) -> str:
    lines = [f"+ {one['name']}  {_first(one['description'])}" for one in answer["added"]]
    for one in answer["changed"]:
        lines.append(f"~ {one['offered']['name']}")
        lines += [f"    was: {one['accepted']['description']}", f"    now: {one['offered']['description']}"]
    lines += [f"- {name}" for name in answer["removed"]]
    lines.append("accepted" if answer["accepted"] else "not accepted: say --yes")
    return "\n".join(lines)


def _first(text: str) -> str:
    return text.split("\n", 1)[0][:120]
