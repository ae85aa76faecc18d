"""Other people's tool servers, joined: the operator's file, and a reach for each kind, made with its first use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from kangban.adapters.secret_file import SecretFile
from kangban.adapters.tool_servers import ToolServerFile, command_of
from kangban.journeys.workshop.imported import imported_tools
from kangban.journeys.workshop.servers import ToolServers
from kangban.kernel.clock import SystemClock
from kangban.kernel.errors import Unavailable
from kangban.ports.tool import ToolSpec
from kangban.ports.tool_servers import ServerKind, ServerReach
from kangban.ports.web_fetch import WebFetch
from kangban.settings import Settings
from kangban.toolbox.shelf import all_tools

_log = logging.getLogger(__name__)


def make_tool_servers(settings: Settings) -> ToolServers:
    """What the operator keeps; no file is read and nothing reached yet."""
    secrets = SecretFile(settings.data_dir)
    return ToolServers(ToolServerFile(settings.data_dir), _Reaches(settings), secrets.get, SystemClock())


def catalogue(servers: ToolServers) -> Sequence[ToolSpec]:
    """The tools of the shelf and the imported ones; where the operator's file is broken, the shelf alone."""
    ours = all_tools()
    try:
        return (*ours, *imported_tools(servers, [each.name for each in ours]))
    except Unavailable as error:
        _log.error("imported tools are left out: %s", error.message)
        return ours


def _mcp(settings: Settings) -> ServerReach:
    from kangban.adapters.mcp_client import McpReach, McpSettings

    secrets = SecretFile(settings.data_dir)

    async def addresses(url: str) -> Sequence[str]:
        return await checked_addresses(url, settings.fetch_allow)

    return McpReach(McpSettings(addresses, partial(command_of, settings.data_dir), secrets.get))


async def checked_addresses(url: str, fetch_allow: str) -> list[str]:
    """The IPs an address leads to, every one of them public or allowed by the operator; raises InvalidInput."""
    from kangban.adapters.safe_fetch import allowed_places, read_target, system_resolver
    from kangban.adapters.safe_fetch.targets import check_address

    allowed = allowed_places(fetch_allow)
    target = read_target(url, allowed)
    try:
        ips = await system_resolver(target.host, target.port)
    except (OSError, UnicodeError):
        ips = []
    if not ips:
        raise Unavailable("the tool server's name leads nowhere", field="address")
    return [check_address(target, ip, allowed) for ip in dict.fromkeys(ips)]


# What a server may answer with and how long it may take; a picture made by a model is slow and big.
_ANY_MEDIA = ("", "text/*", "application/*", "image/*", "audio/*", "video/*")


def _service_fetch(settings: Settings) -> WebFetch:
    from kangban.adapters.safe_fetch import FetchLimits, SafeFetch, allowed_places

    limits = FetchLimits(24 * 1024 * 1024, whole_s=60.0, step_s=50.0, redirects=0, media_types=_ANY_MEDIA)
    return SafeFetch(allowed=allowed_places(settings.fetch_allow), limits=limits)


def _openapi(settings: Settings) -> ServerReach:
    from kangban.adapters.openapi_tools.files import description_file
    from kangban.adapters.openapi_tools.reach import OpenApiReach

    return OpenApiReach(_service_fetch(settings), partial(description_file, settings.data_dir))


def _agentlego(settings: Settings) -> ServerReach:
    from kangban.adapters.openapi_tools.reach import AgentLegoReach

    return AgentLegoReach(_service_fetch(settings))


# Kind → how its reach is made. A new kind is a line here and a word in ports/tool_servers.ServerKind.
REACHES: dict[ServerKind, Callable[[Settings], ServerReach]] = {
    "mcp": _mcp,
    "openapi": _openapi,
    "agentlego": _agentlego,
}


class _Reaches(Mapping[ServerKind, ServerReach]):
    """A reach for each kind, made when it is first asked for: no start pays for a protocol nobody uses."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[ServerKind, ServerReach] = {}

    def __getitem__(self, kind: ServerKind) -> ServerReach:
        if kind not in self._made:
            self._made[kind] = REACHES[kind](self._settings)
        return self._made[kind]

    def __contains__(self, kind: object) -> bool:
        return kind in REACHES

    def __iter__(self) -> Iterator[ServerKind]:
        return iter(REACHES)

    def __len__(self) -> int:
        return len(REACHES)
