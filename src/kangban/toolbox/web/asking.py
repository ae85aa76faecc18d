"""Asking a service: where it is, with which key, and what its answer means before anybody reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict, TypeVar
from urllib.parse import urlencode

import msgspec

from kangban.clinical.citation import Citation
from kangban.kernel.errors import InvalidInput, NotFound, Unavailable
from kangban.ports.outside import Outside, outside_of
from kangban.ports.tool import Effect, Permission, ToolContext
from kangban.ports.web_fetch import Asking, Fetched, WebFetch

_T = TypeVar("_T")
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_LONGEST_PASSAGE = 1_200


class Foreign(TypedDict):
    """What every tool of this room says of itself."""

    effect: Effect
    permissions: tuple[Permission, ...]
    foreign: bool
    timeout_s: float
    retries: int


FOREIGN = Foreign(effect="reads", permissions=("network",), foreign=True, timeout_s=40.0, retries=1)


class Service(msgspec.Struct, frozen=True):
    """A service by name. `usual` is its address; "" where each operator has their own.

    KANGBAN_TOOL_URL_NAME sets another address; one inside the operator's own network needs KANGBAN_FETCH_ALLOW too.
    """

    name: str
    usual: str = ""

    def place(self, outside: Outside) -> str:
        """The address in use; raises Unavailable that says what to set."""
        found = outside.places.get(self.name) or self.usual
        if not found:
            raise Unavailable(f"no address is set: set KANGBAN_TOOL_URL_{self.name.upper()}", field=f"url:{self.name}")
        return found.rstrip("/")


async def ask(
    context: ToolContext,
    service: Service,
    path: str,
    query: Mapping[str, str | int] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    missing: str = "",
) -> Fetched:
    """One request; raises Unavailable for what another try or another key may mend, InvalidInput for the rest.

    With `missing`, a 404 is NotFound with these words. No error repeats the service's own words or the address: both
    are strangers' words, and the address may hold a key.
    """
    outside = outside_of(context)
    fetch = reach(outside)
    url = service.place(outside) + path + (f"?{urlencode(query)}" if query else "")
    told = {"Accept": "application/json, */*;q=0.5", **(headers or {})}
    if body is None:
        found = await fetch.send(Asking(url, headers=told))
    else:
        told["Content-Type"] = "application/json"
        found = await fetch.send(Asking(url, "POST", told, msgspec.json.encode(body)))
    if found.status == 404 and missing:
        raise NotFound(missing, field="arguments")
    if found.status >= 400:
        raise refused(service, found.status)
    return found


async def ask_json(
    context: ToolContext,
    service: Service,
    path: str,
    query: Mapping[str, str | int] | None = None,
    *,
    shape: type[_T],
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    missing: str = "",
) -> _T:
    """The same, read as JSON of one shape; keys nobody asked for are passed over."""
    found = await ask(context, service, path, query, headers=headers, body=body, missing=missing)
    return read_json(service, found.body, shape)


def read_json(service: Service, body: bytes, shape: type[_T]) -> _T:
    """JSON of one shape; raises Unavailable where it is none."""
    try:
        return msgspec.json.decode(body, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Unavailable(f"{service.name} answered in a shape that is not its own", field=service.name) from None


def refused(service: Service, status: int) -> Unavailable | InvalidInput:
    """What a status of 400 or more means."""
    if status in (401, 403):
        return Unavailable(f"{service.name} refused the key or the caller ({status})", field=service.name)
    if status in (402, 429, 456):
        return Unavailable(f"{service.name} allows no more requests now ({status})", field=service.name)
    if status >= 500 or status in (404, 408):
        return Unavailable(f"{service.name} does not answer as it should ({status})", field=service.name)
    return InvalidInput(f"{service.name} did not take the arguments ({status})", field="arguments")


def reach(outside: Outside) -> WebFetch:
    """The fetch; raises Unavailable where nothing outside may be reached."""
    if outside.fetch is None:
        raise Unavailable("nothing outside may be reached from here", field="network")
    return outside.fetch


def cited(kind: str, key: str, title: str, address: str, passage: str, publisher: str = "", when: str = "") -> Citation:
    """A found page or paper as a citation. Nobody of ours has read it, so it may warn and clears nothing."""
    year = _YEAR.search(when)
    return Citation(
        id=f"{kind}#{key}", title=title[:300], publisher=publisher[:200], year=int(year[1]) if year else None, place="",
        passage=passage[:_LONGEST_PASSAGE], evidence="recalled", address=address if is_address(address) else "",
    )  # fmt: skip


def is_address(text: str) -> bool:
    """Whether a stranger's link is one a page may show."""
    return text.startswith(("https://", "http://")) and not any(c <= " " for c in text) and len(text) <= 2_000


def on_day(text: str, field: str) -> date:
    """A day as YYYY-MM-DD; raises InvalidInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("a day is written YYYY-MM-DD", field=field) from None


def one_line(text: str) -> str:
    """White space made single."""
    return " ".join(text.split())
