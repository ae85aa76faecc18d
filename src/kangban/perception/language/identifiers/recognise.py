"""All recognisers over one text, and who wins where two claim the same place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kangban.perception.language.identifiers.addresses import addresses
from kangban.perception.language.identifiers.births import births
from kangban.perception.language.identifiers.chinese_names import chinese_names
from kangban.perception.language.identifiers.english_names import english_names
from kangban.perception.language.identifiers.flat import flat
from kangban.perception.language.identifiers.known import known
from kangban.perception.language.identifiers.labelled import labelled
from kangban.perception.language.identifiers.latin import latin_parts
from kangban.perception.language.identifiers.network import network
from kangban.perception.language.identifiers.number_runs import numbers
from kangban.perception.language.identifiers.span import Span


def recognise(text: str, known_names: Sequence[str] = ()) -> tuple[Span, ...]:
    """Identifiers in reading order, never overlapping, in offsets of the text as given.

    `known_names` are found wherever they stand, with their given names alone, too. A title beside a name stays outside.
    """
    seen = flat(text)
    parts = latin_parts(seen.text)
    taken: list[Span] = []
    held = bytearray(len(seen.text))
    for found in (
        known(seen.text, known_names), births(seen.text, parts), labelled(seen.text, parts), network(seen.text),
        numbers(seen.text), addresses(seen.text, parts), chinese_names(seen.text), english_names(seen.text, parts),
    ):  # fmt: skip
        _take(taken, held, found)
    return tuple(Span(seen.start(s.start), seen.end(s.end), s.kind) for s in sorted(taken, key=lambda s: s.start))


def _take(taken: list[Span], held: bytearray, found: Iterable[Span]) -> None:
    # Longest first within one recogniser, first recogniser first; what is left of a longer claim still goes,
    # because the pieces beside a number that has its own kind are as private as the whole.
    for span in sorted(found, key=lambda s: s.start - s.end):
        at = span.start
        while at < span.end:
            free = held.find(0, at, span.end)
            if free < 0:
                break
            end = held.find(1, free, span.end)
            at = span.end if end < 0 else end
            taken.append(Span(free, at, span.kind))
            held[free:at] = b"\x01" * (at - free)
