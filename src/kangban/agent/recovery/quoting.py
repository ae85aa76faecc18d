"""Strings as models write them: other quotes, quotes inside, raw line ends, half escapes. No byte inside is changed."""

from __future__ import annotations

import re
from typing import Literal

# Opening sign → signs that may close it; the first that is followed by what must follow wins.
CLOSERS = {
    '"': '"',
    "'": "'",
    "“": "”“",
    "‘": "’‘",
    "”": "”“",
    "’": "’‘",
    "＂": "＂",
    "＇": "＇",
    "`": "`",
    "「": "」",
    "«": "»",
}
_WIDER = {'"': '"”“＂', "“": '”“"', "‘": "’‘'", "'": "'’‘"}
_ESCAPES = {'"': '"', "'": "'", "`": "`", "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX = re.compile(r"u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U(000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4})")  # JSON's and Python's

_KEY = r"""(?:["'“”‘’＂`][^"'“”‘’＂`:：\n{}\[\]]{1,64}["'“”‘’＂`]|[A-Za-z_\u4e00-\u9fff][\w-]{0,64})\s*[:：=]"""
_NOTE = r"//|/\*|\#"
_SHUT = r"[}\]｝］)）】]"
_AFTER = {
    "key": re.compile(r"\s*(?:[:：]|=(?!=))"),
    "member": re.compile(rf"\s*(?:{_SHUT}|$|{_NOTE}|[,，、;；]\s*(?:{_KEY}|{_SHUT}|$|{_NOTE}))|\s+{_KEY}"),
    "item": re.compile(
        rf"""\s*(?:{_SHUT}|$|{_NOTE}|[,，、;；]\s*(?:["'“‘＂`{{｛\[［(（\-+\d]|{_SHUT}|$|{_NOTE}|[tfnTFN]))"""
    ),
    "alone": re.compile(r"\s*$"),
}
# A quote inside a string that is followed by an operator is program text, not a quotation.
_OPERATOR = re.compile(r"\s*[+*%&|?]|\.\w|\[")
_TAIL = re.compile(r"\s*([}\]｝］]\s*)+$")

Place = Literal["key", "member", "item", "alone"]


class Cut(Exception):
    """The text ends in the middle of a value."""


class Unreadable(Exception):
    """No single reading is left; the message says why."""


def read_string(text: str, at: int, place: Place, depth: int) -> tuple[str, int]:
    """(value, place behind the closing sign) of the string that opens at `at`.

    `depth` is the number of open brackets around it. Raises Cut where the text ends inside, Unreadable for a program.
    """
    sign = text[at]
    if text.startswith(sign * 3, at) and sign in "\"'":
        end = text.find(sign * 3, at + 3)
        if end < 0:
            raise Cut
        return _unescaped(text[at + 3 : end]), end + 3
    for closers in (CLOSERS[sign], _WIDER.get(sign, "")):
        end = _closing(text, at + 1, closers, place)
        if end is not None:
            return _unescaped(text[at + 1 : end]), end + 1
    tail = _TAIL.search(text, at)
    inside = text[at + 1 : tail.start()] if tail else ""
    brackets = re.sub(r"\s", "", tail.group()) if tail else ""
    # Only the closing sign is missing: exactly the open brackets follow, and none of them can belong to the words.
    if brackets and len(brackets) == depth and inside and not re.search(r"[{\[｛［\"“”\n]", inside):
        return _unescaped(inside), len(text) - len(tail.group()) if tail else len(text)
    raise Cut


def _closing(text: str, at: int, closers: str, place: Place) -> int | None:
    size = len(text)
    tried = 0
    while at < size:
        sign = text[at]
        if sign == "\\":
            at += 2
            continue
        if sign in closers:
            if _AFTER[place].match(text, at + 1):
                return at
            tried += 1
            if sign in "\"'`" and _OPERATOR.match(text, at + 1):
                raise Unreadable("a value is program text")
            if tried > 200:  # keeps a wall of quotes from being tried at each of them
                raise Unreadable("too many quotes inside one string")
        at += 1
    return None


def _unescaped(words: str) -> str:
    if "\\" not in words:
        return words
    out: list[str] = []
    at = 0
    while at < len(words):
        sign = words[at]
        if sign != "\\" or at + 1 >= len(words):
            out.append(sign)
            at += 1
            continue
        after = words[at + 1]
        if found := _HEX.match(words, at + 1):
            out.append(chr(int(found.group()[1:], 16)))
            at = found.end()
        else:
            out.append(_ESCAPES.get(after, "\\" + after))
            at += 2
    return _whole_pairs("".join(out))


def _whole_pairs(words: str) -> str:
    """Two halves of a surrogate pair, written as two escapes, are one character."""
    try:
        return words.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        raise Unreadable("half of a character") from None
