"""What an edit takes out and puts in, piece by piece: words of Latin script, single characters of Chinese."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

import msgspec

_PIECE = re.compile(r"[A-Za-z0-9.%/]+|\s+|.", re.DOTALL)
_LINES_FIRST = 600  # more pieces than this on one side: unchanged lines are set aside first


class Change(msgspec.Struct, frozen=True):
    """A run of text that stayed, went or came."""

    how: Literal["same", "gone", "new"]
    text: str


def diff(before: str, after: str) -> tuple[Change, ...]:
    """The changes from one text to another, in reading order; neighbours of one kind are one run."""
    a, b = _PIECE.findall(before), _PIECE.findall(after)
    long = max(len(a), len(b)) > _LINES_FIRST
    return tuple(_joined(_by_lines(before, after) if long else _runs(a, b)))


def _by_lines(before: str, after: str) -> list[Change]:
    found: list[Change] = []
    a, b = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for how, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        old, new = "".join(a[a1:a2]), "".join(b[b1:b2])
        if how == "replace" and max(len(old), len(new)) <= _LINES_FIRST:
            found += _runs(_PIECE.findall(old), _PIECE.findall(new))
        else:
            found += _plain(how, old, new)
    return found


def _runs(a: list[str], b: list[str]) -> list[Change]:
    found: list[Change] = []
    for how, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        found += _plain(how, "".join(a[a1:a2]), "".join(b[b1:b2]))
    return found


def _plain(how: str, old: str, new: str) -> list[Change]:
    if how == "equal":
        return [Change("same", old)]
    return [one for one in (Change("gone", old), Change("new", new)) if one.text]


def _joined(found: list[Change]) -> list[Change]:
    """Lone characters that happen to stay inside a rewritten run are rewritten with it: easier to read."""
    smoothed: list[Change] = []
    for number, one in enumerate(found):
        lone = one.how == "same" and len(one.text) == 1 and 0 < number < len(found) - 1
        smoothed += [Change("gone", one.text), Change("new", one.text)] if lone else [one]
    made: list[Change] = []
    gone = new = ""
    for one in [*smoothed, Change("same", "")]:
        if one.how == "gone":
            gone += one.text
        elif one.how == "new":
            new += one.text
        else:
            made += _plain("replace", gone, new)
            gone = new = ""
            if made and made[-1].how == "same":
                made[-1] = Change("same", made[-1].text + one.text)
            elif one.text:
                made.append(one)
    return made
