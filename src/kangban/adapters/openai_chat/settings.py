"""What this adapter needs to know; the sum of settings reads it from KANGBAN_MODEL_URL, _NAME, _KEY and _PLACE."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from kangban.kernel.errors import SettingsRefused
from kangban.ports.chat_model import ModelEndpoint, Place

_COMPLETIONS = "/chat/completions"
_VERSION = re.compile(r"/v\d")


class OpenAIChatSettings(msgspec.Struct, frozen=True):
    """One endpoint with its patience, in seconds. `tries` counts the first try too. Never shows the key."""

    url: str
    name: str
    key: str = ""
    place: Place = "this_machine"
    connect_s: float = 10.0
    first_byte_s: float = 120.0
    idle_s: float = 60.0
    tries: int = 4
    backoff_s: float = 0.5
    longest_wait_s: float = 20.0
    images: bool = False  # whether it sees; pictures of a run go to no other
    cache_key: str = ""  # never a name or an id of a person: it leaves this machine

    def __repr__(self) -> str:
        return f"OpenAIChatSettings(name={self.name!r}, place={self.place!r}, key={'set' if self.key else 'none'})"

    @staticmethod
    def of(endpoint: ModelEndpoint) -> OpenAIChatSettings:
        """Settings of a configured endpoint, with the usual patience."""
        return OpenAIChatSettings(endpoint.url, endpoint.model, endpoint.key, endpoint.place, images=endpoint.images)


def completions_url(url: str) -> str:
    """The address to post to, from a base with or without /v1 or /v1/chat/completions.

    /v1 is added unless the path already names a version ("…/api/paas/v4", "/v1beta/openai") or the
    whole address was given. Raises SettingsRefused for anything but http(s) with a host, and for a
    user or password in the address, which would end up in logs.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise SettingsRefused("the model address is not an http or https address", field="KANGBAN_MODEL_URL")
    if parts.username or parts.password:
        raise SettingsRefused("put the key into KANGBAN_MODEL_KEY, not into the address", field="KANGBAN_MODEL_URL")
    path = parts.path.rstrip("/")
    if not path.endswith(_COMPLETIONS):
        path += ("" if _VERSION.search(path) else "/v1") + _COMPLETIONS
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}{path}{query}"


def key_header(key: str) -> str:
    """The Authorization value; raises SettingsRefused for a key that cannot stand in a header."""
    if not key.isascii() or not key.isprintable() or key != key.strip():
        raise SettingsRefused("the model key holds characters that no key has", field="KANGBAN_MODEL_KEY")
    return f"Bearer {key}"
