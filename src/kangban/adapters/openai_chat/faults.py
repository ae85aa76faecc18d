"""What a server's refusal means, in our words: what it wrote may quote the record or the key and is not repeated."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import msgspec

from kangban.kernel.errors import InvalidInput, KangbanError, Unavailable

RETRIED = frozenset({408, 409, 425, 429})

# Found in the server's words → (reason, translation key). The order matters: the more exact first.
_REASONS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("context_length", "context length", "exceed_context", "context size", "maximum context", "too long"),
        "the conversation is longer than the model takes",
        "model.too_long",
    ),
    (
        ("not support tool", "tool choice requires", "tool-call-parser", "does not support function"),
        "the model or its server takes no tools",
        "model.no_tools",
    ),
    (
        ("invalid_api_key", "authentication", "unauthorized", "invalid api key", "incorrect api key"),
        "the key was refused",
        "model.key_refused",
    ),
    (("insufficient_quota", "billing", "insufficient balance"), "the account has no credit left", "model.no_credit"),
    (
        ("model_not_found", "notfounderror", "does not exist", "not found", "no such model"),
        "the server does not know this model or address",
        "model.unknown_model",
    ),
    (("content_filter", "content_policy", "data_inspection"), "the server's own filter refused it", "model.filtered"),
)
_BY_STATUS: dict[int, tuple[str, str]] = {
    401: ("the key was refused", "model.key_refused"),
    402: ("the account has no credit left", "model.no_credit"),
    403: ("the key may not use this model", "model.key_refused"),
    404: ("the server does not know this model or address", "model.unknown_model"),
    413: ("the conversation is longer than the model takes", "model.too_long"),
}


class Passing(Exception):
    """A fault that another try may mend. `wait_s` is the server's wish, None where it has none."""

    def __init__(self, fault: KangbanError, wait_s: float | None = None) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.wait_s = wait_s


def broken_answer() -> Unavailable:
    """The server answered with something that is no chat answer."""
    return Unavailable("the model server sent something that is no chat answer", key="model.broken_answer")


def unreachable(kind: str) -> Unavailable:
    """No connection, or it broke; `kind` is the class of the network error."""
    return Unavailable(f"the model server cannot be reached or went away ({kind})", key="model.unreachable")


def too_slow(stage: str) -> Unavailable:
    """A time limit passed; `stage` is first_byte or idle."""
    return Unavailable(f"the model server was silent for too long ({stage})", key="model.too_slow")


def cut_off() -> Unavailable:
    """The stream ended before the answer did."""
    return Unavailable("the answer broke off before its end", key="model.broken_answer")


def raise_for_status(status: int, text: str, wait_s: float | None = None) -> NoReturn:
    """Raise InvalidInput, or Passing around Unavailable, for a status outside 200-299 and the server's words."""
    reason, key = _reason(status, text)
    if status in RETRIED or status >= 500 or status < 300:
        if key == "model.no_credit":
            wait_s = math.inf  # longer than anybody waits: not tried again
        known = f": {reason}" if reason else ""
        told = key if reason else "model.busy"
        raise Passing(Unavailable(f"the model server answered with status {status}{known}", key=told), wait_s)
    reason = reason or ("the address leads elsewhere" if status < 400 else "the request was refused")
    raise InvalidInput(f"the model server refused the request: {reason} (status {status})", field="model", key=key)


def raise_in_stream(error: Any, code: Any = None) -> NoReturn:
    """Raise for an error object inside a stream that began with 200."""
    text = _flat(error)
    found: Any = _field(error, "code") or code
    status = found if isinstance(found, int) and 400 <= found <= 599 else 500
    if isinstance(found, str) and found.isdecimal() and 400 <= int(found) <= 599:
        status = int(found)
    if status == 500 and _reason(0, text)[1] in ("model.too_long", "model.no_tools", "model.filtered"):
        status = 400
    raise_for_status(status, text)


def asked_wait(headers: Any) -> float | None:
    """Seconds the server asks to wait: Retry-After-Ms, Retry-After in seconds, or as a date beside its own Date."""
    try:
        if (millis := headers.get("retry-after-ms")) is not None:
            return max(0.0, float(millis) / 1000)
        wish: str | None = headers.get("retry-after")
        if wish is None:
            return None
        if wish.strip().replace(".", "", 1).isdecimal():
            return float(wish)
        return max(0.0, (parsedate_to_datetime(wish) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (ValueError, TypeError, KeyError):
        return None


def _reason(status: int, text: str) -> tuple[str, str]:
    lowered = text.lower()
    for words, reason, key in _REASONS:
        if any(word in lowered for word in words):
            return reason, key
    return _BY_STATUS.get(status, ("", "model.refused"))


def _field(error: Any, name: str) -> Any:
    inner: Any = error.get("error", error) if isinstance(error, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return inner.get(name) if isinstance(inner, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


def _flat(error: Any) -> str:
    return error if isinstance(error, str) else msgspec.json.encode(error).decode()
