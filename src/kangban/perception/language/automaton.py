"""The one place that knows pyahocorasick, which ships no types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, cast

import ahocorasick
import msgspec

Sort = Literal["drug", "phrase", "group", "condition", "food", "analyte"]


class Entry(msgspec.Struct, frozen=True):
    """What a key of the lexicon means, and whether it must begin and end at word boundaries."""

    length: int
    word_start: bool
    word_end: bool
    meanings: tuple[tuple[Sort, str], ...]


def automaton(entries: Mapping[str, Entry]) -> Callable[[str], Iterable[tuple[int, Entry]]]:
    """A function giving (index of the last character, entry) for every key in a text, overlaps included."""
    if not entries:
        return lambda _text: ()
    machine = cast("Any", ahocorasick).Automaton()
    for key, entry in entries.items():
        machine.add_word(key, entry)
    machine.make_automaton()
    return machine.iter
