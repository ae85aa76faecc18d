"""Models of agents' own: only where the operator allows the address, with a key that is only named."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from kangban.adapters.openai_chat.model import OpenAIChat
from kangban.adapters.openai_chat.settings import OpenAIChatSettings
from kangban.kernel.errors import InvalidInput, NotPermitted
from kangban.ports.agents import ModelChoice

_USUAL_PORT = {"http": 80, "https": 443}


def model_of_agent(
    choice: ModelChoice, allowed: str, secret: Callable[[str], str], on_this_machine: Callable[[str], bool]
) -> OpenAIChat:
    """The model of a choice with an address. `allowed` is KANGBAN_FETCH_ALLOW: "host:port", …

    Raises NotPermitted for any other address, InvalidInput where the place told is not true, Unavailable without a key.
    """
    try:
        parts = urlsplit(choice.url)
        port = parts.port or _USUAL_PORT.get(parts.scheme, 0)
    except ValueError:
        raise InvalidInput("no address of a model", field="model.url", key="workshop.bad_url") from None
    if f"{(parts.hostname or '').lower()}:{port}" not in re.split(r"[,\s]+", allowed.lower()):
        raise NotPermitted(
            "the operator has not allowed this address: add it to KANGBAN_FETCH_ALLOW", field="model.url",
            key="workshop.place_not_allowed",
        )  # fmt: skip
    if choice.place == "this_machine" and not on_this_machine(choice.url):
        raise InvalidInput("this address is not of this machine", field="model.place", key="workshop.place_not_true")
    key = secret(choice.secret) if choice.secret else ""
    cache = hashlib.sha256(f"{choice.url} {choice.name}".encode()).hexdigest()[:16] if choice.cache else ""
    return OpenAIChat(
        OpenAIChatSettings(choice.url, choice.name, key, choice.place, images=choice.images, cache_key=cache)
    )
