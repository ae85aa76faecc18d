"""Asking such a server: JSON or a form with files, and what its status means. Its own words are never repeated."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted, Unavailable
from kangban.ports.web_fetch import Asking, Fetched, WebFetch

_T = TypeVar("_T")


class SensePlace(msgspec.Struct, frozen=True):
    """One server. `url` has no /v1 at its end; `key` gives the key or raises Unavailable where none is set.

    `at_home`: this machine, or one of the operator's own network that they named. Pictures and sound go nowhere else.
    """

    name: str
    url: str
    model: str = ""
    key: Callable[[], str] | None = None
    at_home: bool = False

    def __repr__(self) -> str:
        return f"SensePlace({self.name!r})"


class FilePart(msgspec.Struct, frozen=True):
    """A file of a form."""

    field: str
    name: str
    media_type: str
    content: bytes


def keep_at_home(place: SensePlace) -> None:
    """Raises NotPermitted where a picture or a sound would leave: nobody has consented to that, and nobody can yet."""
    if not place.at_home:
        raise NotPermitted(
            f"pictures and sound do not go to {place.name}, which stands outside; use a server of this machine",
            field=place.name, key="privacy.pictures_stay",
        )  # fmt: skip


async def post_json(fetch: WebFetch, place: SensePlace, path: str, body: Mapping[str, Any]) -> Fetched:
    """POST as JSON; the status is for the caller to judge."""
    return await _post(fetch, place, path, "application/json", msgspec.json.encode(body))


async def post_form(
    fetch: WebFetch, place: SensePlace, path: str, fields: Mapping[str, str], files: Sequence[FilePart]
) -> Fetched:
    """POST as multipart/form-data. Names of fields and files are ours; values may be anything."""
    edge = secrets.token_hex(16)
    body = bytearray()
    for name, value in fields.items():
        body += f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        body += value.encode("utf-8", "replace") + b"\r\n"
    for part in files:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{part.field}"; filename="{part.name}"\r\n'
        body += f"{head}Content-Type: {part.media_type}\r\n\r\n".encode() + part.content + b"\r\n"
    body += f"--{edge}--\r\n".encode()
    return await _post(fetch, place, path, f"multipart/form-data; boundary={edge}", bytes(body))


async def _post(fetch: WebFetch, place: SensePlace, path: str, kind: str, body: bytes) -> Fetched:
    if not (place.at_home or place.url.startswith("https://")):
        raise Unavailable(f"{place.name} stands outside and is asked over https only", field=place.name)
    headers = {"Content-Type": kind, "Accept": "*/*"}
    if place.key is not None and (key := _key(place.key)):
        headers["Authorization"] = f"Bearer {key}"
    base = place.url.rstrip("/").removesuffix("/v1")
    try:
        return await fetch.send(Asking(base + path, "POST", headers, body))
    except InvalidInput as error:
        # The fetch's word about an address; here the operator set it, and the caller can mend nothing.
        why = f"the address of {place.name} may not be opened: add its host:port to KANGBAN_FETCH_ALLOW"
        raise Unavailable(why, field=place.name, key=error.key) from None


def _key(key: Callable[[], str]) -> str:
    try:
        return key()
    except Unavailable:
        return ""  # a server of one's own asks for none


def read_answer(place: SensePlace, found: Fetched, shape: type[_T]) -> _T:
    """A good answer's JSON; raises what the status means, Unavailable for another shape."""
    raise_for(place, found.status)
    try:
        return msgspec.json.decode(found.body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError, RecursionError):
        raise Unavailable(f"{place.name} answered in a shape that is not its own", field=place.name) from None


def raise_for(place: SensePlace, status: int) -> None:
    """Nothing for a status below 400."""
    if status < 400:
        return
    error: KangbanError
    if status in (401, 403):
        error = Unavailable(
            f"{place.name} refused the key ({status}): set the secret {place.name}_key", field=place.name
        )
    elif status in (400, 413, 415, 422):
        error = InvalidInput(f"{place.name} did not take what was sent ({status})", field="arguments")
    elif status in (402, 429):
        error = Unavailable(f"{place.name} allows no more requests now ({status})", field=place.name)
    else:
        error = Unavailable(f"{place.name} does not answer as it should ({status})", field=place.name)
    raise error
