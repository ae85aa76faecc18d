"""JSON in, JSON out: bodies read strictly, errors in the one documented shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar, cast

import msgspec
from starlette.responses import Response

from kangban.kernel.errors import InvalidInput, KangbanError

_T = TypeVar("_T")
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")
_EXTRA = re.compile(r"unknown field `(?P<name>[^`]+)`|missing required field `(?P<missing>[^`]+)`")
NO_STORE = {"Cache-Control": "no-store"}


class WireError(msgspec.Struct, frozen=True):
    """What went wrong: a stable code, words for developers without any value, and the offending field."""

    code: str
    message: str
    field: str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The one shape of every error."""

    error: WireError


def read_json(raw: bytes, shape: type[_T]) -> _T:
    """One JSON object; raises InvalidInput naming the field, never quoting a value.

    Keys that are unknown or stand twice, NaN, and text that no store can hold are refused.
    """
    try:
        told = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
        _check_texts(told)
        return msgspec.json.decode(raw, type=shape)
    except InvalidInput:
        raise
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    except (msgspec.DecodeError, ValueError, RecursionError, OverflowError):
        raise InvalidInput("not one JSON object in UTF-8") from None


def read_query(pairs: list[tuple[str, str]], shape: type[_T]) -> _T:
    """The words after the question mark; raises InvalidInput for unknown, doubled or wrong ones."""
    told: dict[str, str] = {}
    for name, value in pairs:
        if name in told:
            raise InvalidInput("a parameter stands twice", field=name[:40])
        told[name] = value
    _check_texts(list(told.values()))
    try:
        return msgspec.convert(told, shape, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error) from None


def invalid(error: msgspec.ValidationError) -> InvalidInput:
    """A decoder's complaint without the value it complains about."""
    text = str(error)
    found, extra = _PATH.search(text), _EXTRA.search(text)
    path = found["path"] if found else ""
    if extra:
        name = extra["name"] or extra["missing"]
        path = f"{path}.{name}" if path else name
    reason = (
        "not one of the allowed words"
        if text.startswith(("Invalid enum value", "Invalid value"))
        else _PATH.sub("", text)
    )
    if extra and extra["name"]:
        reason, path = "an unknown field", path[:80]
    return InvalidInput(reason, field=path or None)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two readers may pick different ones of two equal keys: whoever checks must read what is used.
    told = dict(pairs)
    if len(told) != len(pairs):
        raise InvalidInput("a key stands twice")
    return told


def _no_number(_name: str) -> None:
    raise InvalidInput("not a JSON number")


def _check_texts(value: object) -> None:
    for text in _texts(value):
        if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise InvalidInput("a text that cannot be kept")


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            told = cast("dict[str, object]", one)
            waiting += [*told, *told.values()]
        elif isinstance(one, list):
            waiting += cast("list[object]", one)


def error_answer(error: KangbanError) -> ErrorAnswer:
    """A refusal as an object."""
    return ErrorAnswer(WireError(error.code, error.message, error.field))


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer, kept by nobody."""
    return Response(
        msgspec.json.encode(value), status, {**NO_STORE, **(headers or {})}, media_type="application/json"
    )  # fmt: skip


def refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """What is refused before any journey was asked."""
    return answer(ErrorAnswer(WireError(code, message)), status, headers)
