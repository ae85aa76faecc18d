"""Messages through Apprise: mail, Telegram, ntfy, Gotify, DingTalk, Bark, webhooks and a hundred others by address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from kangban.kernel.errors import InvalidInput, Unavailable

TIMEOUT_S = 20.0
_SOCKET_S = "8"
# Ways out that act on the server itself: a person's address may not reach its desktop, log or serial line.
_LOCAL = frozenset({
    "dbus", "glib", "gio", "gnome", "kde", "macosx", "windows", "syslog", "rsyslog", "file", "include", "memory", "qt",
})  # fmt: skip


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    """Threads of its own: services that do not answer keep nothing else waiting."""
    return ThreadPoolExecutor(32, thread_name_prefix="apprise")


class AppriseMessenger:
    """A `Messenger`. Apprise is loaded with the first message; it blocks, so it works in a thread.

    `leads_inside(host, port)` tells whether a host belongs to this network: a person's address may not reach there
    unless the operator allowed it. None asks nothing.
    """

    def __init__(self, leads_inside: Callable[[str, int | None], Awaitable[bool]] | None = None) -> None:
        self._leads_inside = leads_inside

    async def send(self, address: str, title: str, text: str) -> None:
        """See Messenger.send. Neither address nor text stands in the error or in any log."""
        if self._leads_inside is not None:
            for host, port in hosts_in(address):
                if await self._leads_inside(host, port):
                    raise Unavailable("the notification address leads inside this network", field="notify_url")
        try:
            loop = asyncio.get_running_loop()
            went = await asyncio.wait_for(loop.run_in_executor(_threads(), _send, address, title, text), TIMEOUT_S)
        except TimeoutError:
            raise Unavailable("the notification service did not answer in time", field="notify_url") from None
        except Exception as error:  # noqa: BLE001 - a hundred plugins, and each fails in its own way
            raise Unavailable(f"the notification could not be sent: {type(error).__name__}") from None
        if not went:
            raise Unavailable("the notification service refused", field="notify_url")


def hosts_in(address: str) -> list[tuple[str, int | None]]:
    """Every (host, port) an address names: behind the scheme, and in options such as smtp=…"""
    try:
        parts = urlsplit(address)
        found = [(parts.hostname or "", parts.port)]
        values = [value for _, value in parse_qsl(parts.query)]
        found += [(inner.hostname or "", inner.port) for inner in (urlsplit(f"//{v}") for v in values)]
    except ValueError:
        raise Unavailable("the notification address cannot be read", field="notify_url") from None
    return [(host, port) for host, port in found if host]


def check_address(address: str) -> None:
    """Raises InvalidInput for what Apprise does not know or what would stay on this machine."""
    if len(address) > 2_000 or _service(address) is None:
        raise InvalidInput("no address of a notification service", field="notify_url")


def _service(address: str) -> Any:
    if address.partition(":")[0].strip().casefold() in _LOCAL:
        return None
    apprise = _apprise()
    return apprise.Apprise.instantiate(_with_timeouts(address), suppress_exceptions=True)


def _send(address: str, title: str, text: str) -> bool:
    apprise = _apprise()
    service = _service(address)
    if service is None:
        return False
    outgoing = apprise.Apprise()
    outgoing.add(service)
    return bool(outgoing.notify(body=text, title=title))


def _with_timeouts(address: str) -> str:
    """Apprise waits for ever at some services unless told otherwise."""
    mark = "&" if "?" in address else "?"
    return address if "rto=" in address else f"{address}{mark}rto={_SOCKET_S}&cto={_SOCKET_S}"


def _apprise() -> Any:
    import apprise

    # It logs addresses, and they hold secrets.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return cast("Any", apprise)
