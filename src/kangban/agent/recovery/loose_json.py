"""JSON as models write it. One reading or none: what could mean two things raises."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import msgspec

from kangban.agent.recovery.quoting import CLOSERS, Cut, Place, Unreadable, read_string

_DEEPEST = 64
_LONGEST = 400_000
_SPACE = re.compile(r"(?:[\s\u3000\ufeff\u200b\xa0]+|//[^\n]*|#[^\n]*|/\*.*?\*/)*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w-]*")
_TOKEN = re.compile(r"[^\s,，、;；:：{}\[\]｛｝［］()（）\"'“”/#]+")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][-+]?\d+)?")
_LITERALS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), 0xFF0B, 0xFF0D, 0xFF0E)} | {0x2212: 0x2D}
_OPEN = {"{": "}", "｛": "}", "[": "]", "［": "]", "(": ")"}
_SHUT = {"}": "}", "｝": "}", "]": "]", "］": "]", ")": ")"}
_COMMAS = ",，、;；"


class Loose(msgspec.Struct, frozen=True):
    """A value, where it ends, and whether it was not plain JSON."""

    value: Any
    end: int
    repaired: bool


def read_value(text: str, at: int = 0, *, closed: bool = False) -> Loose:
    """Read one value from `at`; `closed` says that the end of the text is the model's own end, not where it was cut.

    Raises Cut where the text ends inside a value, Unreadable where no single reading is left.
    """
    if len(text) > _LONGEST:
        raise Unreadable("longer than any call")
    start = _after_space(text, at)
    try:
        value, end = _STRICT.raw_decode(text, start)
    except (ValueError, RecursionError):
        pass
    else:
        ended = end >= len(text) and not isinstance(value, dict | list | str | bool) and value is not None
        if ended and not closed:
            raise Cut
        return Loose(value, end, False)
    reader = _Reader(text, start, closed)
    value = reader.value("alone")
    return Loose(value, reader.at, True)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            raise Unreadable(f"the key {key[:40]!r} stands there twice with different values")
        found[key] = value
    return found


def _no_constant(word: str) -> NoReturn:
    raise Unreadable(f"{word} is no value")


_STRICT = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_constant)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


class _Reader:
    """Reads from `at` on; `depth` counts open brackets."""

    def __init__(self, text: str, at: int, closed: bool) -> None:
        self.text = text
        self.at = at
        self._closed = closed
        self._stack: list[str] = []

    def value(self, place: Place) -> Any:
        """The value that starts here."""
        sign = self._look()
        if not sign:
            raise Cut
        if sign in _OPEN:
            if len(self._stack) >= _DEEPEST:
                raise Unreadable("nested too deep")
            self._stack.append(_OPEN[sign])
            self.at += 1
            try:
                return self._members() if _OPEN[sign] == "}" else self._items()
            finally:
                self._stack.pop()
        if sign in CLOSERS:
            value, self.at = read_string(self.text, self.at, place, len(self._stack))
            return value
        return self._token()

    def _members(self) -> dict[str, Any]:
        pairs: list[tuple[str, Any]] = []
        comma = True
        while not self._over(comma and bool(pairs)):
            if not comma and self.text[self.at] not in CLOSERS and not _WORD.match(self.text, self.at):
                raise Unreadable("a value is no JSON value")
            key = self._key()
            pairs.append((key, self.value("member")))
            comma = self._comma()
        return _pairs(pairs)

    def _items(self) -> list[Any]:
        items: list[Any] = []
        comma = True
        while not self._over(comma and bool(items)):
            if not comma:
                raise Unreadable("a comma is missing in a list")
            items.append(self.value("item"))
            comma = self._comma()
        return items

    def _over(self, comma: bool) -> bool:
        """Whether the innermost bracket ends here; a missing closing bracket is taken as there when nothing is open."""
        sign = self._look()
        if not sign:
            if comma and not self._closed:
                raise Cut
            return True
        if sign not in _SHUT:
            return False
        if _SHUT[sign] == self._stack[-1]:
            self.at += 1
        elif _SHUT[sign] not in self._stack[:-1]:
            raise Unreadable("brackets do not match")
        return True

    def _key(self) -> str:
        sign = self.text[self.at]
        if sign in CLOSERS:
            key, self.at = read_string(self.text, self.at, "key", len(self._stack))
        else:
            found = _WORD.match(self.text, self.at)
            if found is None:
                raise Unreadable("a key is no word")
            key, self.at = found.group(), found.end()
        sign = self._look()
        if not sign:
            raise Cut
        if sign not in ":：=":
            raise Unreadable("a key has no value")
        self.at += 1
        return key

    def _comma(self) -> bool:
        sign = self._look()
        if sign and sign in _COMMAS:
            self.at += 1
            return True
        return False

    def _token(self) -> Any:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            raise Unreadable("a value is no JSON value")
        word = found.group()
        if word in _LITERALS:
            self.at = found.end()
            return _LITERALS[word]
        number = word.translate(_WIDE)
        digits = any(c.isdigit() for c in number)
        if not digits or not _NUMBER.fullmatch(number):
            raise Unreadable(f"{word[:40]!r} is no value")
        self.at = found.end()
        if self.at >= len(self.text) and not self._closed:
            raise Cut  # more digits may have been to come
        try:
            return float(number) if any(c in ".eE" for c in number) else int(number)
        except ValueError:
            raise Unreadable("a number too long") from None

    def _look(self) -> str:
        self.at = _after_space(self.text, self.at)
        return self.text[self.at] if self.at < len(self.text) else ""
