"""A value of JSON as a tree that opens; bounded, for it may be a stranger's and of any size."""

from __future__ import annotations

from typing import Any, cast

from kangban.web.elements import Tag
from kangban.web.workshop.room import Seat

MOST_NODES, MOST_IN_ONE, MOST_DEEP, MOST_LETTERS = 400, 60, 8, 4_000
_OPEN_UP_TO = 6  # entries


class _Left:
    def __init__(self, nodes: int) -> None:
        self.nodes = nodes


def draw_tree(seat: Seat, value: Any, *, most: int = MOST_NODES) -> None:
    """Draw it where the page is now; what is left out is counted and said."""
    with Tag("div", classes="tree"):
        _node(seat, None, value, _Left(most), 0)


def shown_text(value: str, most: int = MOST_LETTERS) -> tuple[str, int]:
    """The beginning of a text, and how many letters were left out."""
    return (value, 0) if len(value) <= most else (value[:most], len(value) - most)


def _node(seat: Seat, name: str | None, value: Any, left: _Left, depth: int) -> None:
    left.nodes -= 1
    if isinstance(value, (dict, list, tuple)) and value:
        _branch(seat, name, cast("Any", value), left, depth)
        return
    with Tag("div", classes="leaf"):
        if name is not None:
            Tag("b", name)
        words, out = shown_text(value if isinstance(value, str) else _plain(value))
        Tag("span", words, "" if isinstance(value, str) else "code")
        if out:
            Tag("small", seat.words("letters_left_out", n=out))


def _branch(
    seat: Seat, name: str | None, value: dict[Any, Any] | list[Any] | tuple[Any, ...], left: _Left, depth: int
) -> None:
    pairs: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else list(enumerate(value, 1))
    few = len(pairs) <= _OPEN_UP_TO or depth == 0
    with Tag("details", open=True if few and depth < 3 else None):
        with Tag("summary"):
            if name is not None:
                Tag("b", name)
            Tag("small", seat.words("fields" if isinstance(value, dict) else "entries", n=len(pairs)))
        if depth >= MOST_DEEP:
            Tag("small", seat.words("too_deep"))
            return
        shown = 0
        for key, one in pairs[:MOST_IN_ONE]:
            if left.nodes <= 0:
                break
            _node(seat, str(key)[:200], one, left, depth + 1)
            shown += 1
        if shown < len(pairs):
            Tag("small", seat.words("left_out", n=len(pairs) - shown))


def _plain(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list, tuple)):
        return "{}" if isinstance(value, dict) else "[]"
    return str(value)
