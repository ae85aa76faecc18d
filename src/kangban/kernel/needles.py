"""Many needles in one haystack: the one place that knows pyahocorasick, which ships no types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

import ahocorasick

_T = TypeVar("_T")


def needles(entries: Mapping[str, _T]) -> Callable[[str], Iterable[tuple[int, _T]]]:
    """A function giving (index of the last character, value) for every key in a text, overlaps included."""
    if not entries:
        return lambda _text: ()
    machine = cast("Any", ahocorasick).Automaton()
    for key, value in entries.items():
        machine.add_word(key, value)
    machine.make_automaton()
    return machine.iter
