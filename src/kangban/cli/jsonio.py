"""JSON in, JSON out: the contract every script command shares (docs/cli.md).

stdout holds JSON only, UTF-8 in any locale, one flushed line per input line, in order.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kangban.kernel.errors import Broken, InvalidInput, KangbanError, Unavailable

_T = TypeVar("_T")
_BOM = b"\xef\xbb\xbf"
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")
_EXTRA = re.compile(r"unknown field `(?P<name>[^`]+)`|missing required field `(?P<missing>[^`]+)`")
Answer = dict[str, Any]

EXIT_OF = {"invalid_input": 2, "not_permitted": 3, "not_found": 4, "conflict": 5, "unavailable": 6, "broken": 1}


def parse(raw: bytes | dict[str, Any], shape: type[_T]) -> _T:
    """Read one object; raises InvalidInput naming the field as a dotted path."""
    try:
        # Words of the command line go the same way as lines: bytes that are no UTF-8 arrive as lone surrogates.
        return msgspec.json.decode(raw if isinstance(raw, bytes) else msgspec.json.encode(raw), type=shape)
    except msgspec.ValidationError as error:
        raise InvalidInput(_reason(str(error)), field=_field(str(error))) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise InvalidInput("not one JSON object in UTF-8", field=None) from None


def _field(text: str) -> str | None:
    found = _PATH.search(text)
    path = found["path"] if found else ""
    extra = _EXTRA.search(text)
    if extra:
        path = f"{path}.{extra['name'] or extra['missing']}" if path else extra["name"] or extra["missing"]
    return path or None


def _reason(text: str) -> str:
    # msgspec tells types, but it repeats a word that is none of the allowed ones.
    if text.startswith("Invalid enum value"):
        return "not one of the allowed words"
    return _PATH.sub("", text)


def error_object(error: KangbanError) -> Answer:
    """The documented error object."""
    return {"error": {"code": error.code, "message": error.message, "field": error.field}}


def write(line: Answer) -> None:
    """One JSON line on stdout, flushed."""
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


async def _one(work: Callable[[], Awaitable[Answer]]) -> Answer:
    try:
        return await work()
    except KangbanError as error:
        return error_object(error)
    except OSError as error:
        return error_object(Unavailable(f"the system refused: {type(error).__name__}"))
    except Exception as error:  # noqa: BLE001 - a script must get an answer for every line
        print(f"broken: {type(error).__name__}", file=sys.stderr)
        return error_object(Broken(f"unexpected {type(error).__name__}"))


def exit_of(answer: Answer) -> int:
    """0, or the exit code of an error object."""
    return EXIT_OF[answer["error"]["code"]] if "error" in answer else 0


async def run_lines(shape: type[_T], work: Callable[[_T], Awaitable[Answer]]) -> int:
    """`--jsonl`: answer every non-empty stdin line; the exit code is the first error's."""
    first = 0
    for raw in _stdin_lines():

        async def answer(line: bytes = raw) -> Answer:
            return await work(parse(line, shape))

        found = await _one(answer)
        write(found)
        first = first or exit_of(found)
    return first


def _stdin_lines() -> Iterator[bytes]:
    first = True
    for raw in sys.stdin.buffer:
        line = raw.removeprefix(_BOM) if first else raw
        first = False
        if line.strip():
            yield line.strip()


async def run_one(raw: bytes | dict[str, Any], shape: type[_T], work: Callable[[_T], Awaitable[Answer]]) -> Answer:
    """`--json` and the plain command: one object."""

    async def answer() -> Answer:
        return await work(parse(raw, shape))

    return await _one(answer)


def read_input(source: str) -> bytes:
    """The bytes of `--input FILE|-`; raises InvalidInput when the file cannot be read."""
    if source == "-":
        return sys.stdin.buffer.read().removeprefix(_BOM)
    try:
        return Path(source).read_bytes().removeprefix(_BOM)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"the input file cannot be read: {type(error).__name__}", field="input") from None
