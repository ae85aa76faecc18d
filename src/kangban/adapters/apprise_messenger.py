"""Messages through Apprise: mail, Telegram, ntfy, Gotify, DingTalk, Bark, webhooks and a hundred others by address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from kangban.kernel.errors import InvalidInput, Unavailable

TIMEOUT_S = 20.0
_SOCKET_S = "8"
# Ways out that act on the server itself: a person's address may not reach its desktop, log or serial line.
_LOCAL = frozenset({
    "dbus", "glib", "gio", "gnome", "kde", "macosx", "windows", "syslog", "rsyslog", "file", "include", "memory", "qt",
    "vapid",  # keeps and reads keys in files of its own
})  # fmt: skip
# Options that make Apprise read a file of the server, or fetch a page, and send what it found.
_READING = frozenset({
    "template", "keyfile", "subfile", "pgppub", "pgpprv", "wkd", "attach", "attachment", "file_url",
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
    """Every (host, port) an address names: behind the scheme, and in options such as smtp=… or a whole address."""
    try:
        places = [urlsplit(address)]
        places += [urlsplit(value if "://" in value else f"//{value}") for _, value in _options(address)]
    except ValueError:
        raise Unavailable("the notification address cannot be read", field="notify_url") from None
    return [(host, _port(place)) for place in places if (host := place.hostname)]


def _port(place: SplitResult) -> int | None:
    try:
        return place.port
    except ValueError:
        return None  # a token stands there; the host is looked at all the same


def _options(address: str) -> list[tuple[str, str]]:
    """What stands behind the question mark, cut as Apprise cuts it: at semicolons too."""
    pairs = [one.partition("=") for part in address.partition("?")[2].split("&") for one in part.split(";")]
    return [(unquote(name).strip().lower(), unquote(value).strip()) for name, _, value in pairs]


def check_address(address: str) -> None:
    """Raises InvalidInput for what Apprise does not know, what stays on this machine and what reads files of it."""
    if len(address) > 2_000 or _service(address) is None:
        raise InvalidInput("no address of a notification service", field="notify_url")


def _service(address: str) -> Any:
    if address.partition(":")[0].strip().casefold() in _LOCAL or any(n in _READING for n, _ in _options(address)):
        return None
    apprise = _apprise()
    made = apprise.Apprise.instantiate(_with_timeouts(address), suppress_exceptions=True)
    # Whatever an option is called that made it: a service that holds a file or page to read is none of ours.
    held = list(cast("dict[str, Any]", made.__dict__).values()) if made is not None else []
    if made is None or any(isinstance(one, apprise.AppriseAttachment) and len(one) for one in held):
        return None
    made.redirects = False  # the host was looked at; where it would send us on, nobody has
    return made


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
