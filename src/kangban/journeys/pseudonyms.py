"""Marks in place of identifiers, and identifiers in place of marks. One object per message and all its rounds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kangban.perception.language.identifiers import Span, recognise

_MARK = re.compile(r"〔[A-Z]+\d+〕")
_LONGEST_MARK = 24  # a bracket that is not closed by then opens no mark


class Pseudonyms:
    """The same identifier has the same mark as long as this lives; no mark ever means two things.

    A mark that stands in a text already is hidden like an identifier, and a mark the model invents is never given
    out afterwards: so whatever comes back is either what went out under it, or shown as it is.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(sorted({n.strip() for n in names if len(n.strip()) > 1}))
        self._mark_of: dict[str, str] = {}
        self._original_of: dict[str, str] = {}
        self._spoilt: set[str] = set()

    @property
    def marks(self) -> dict[str, str]:
        """Mark → what it stands for."""
        return dict(self._original_of)

    def hide(self, text: str) -> str:
        """Text with marks; everything else stays as it is, byte for byte."""
        parts: list[str] = []
        at = 0
        for start, end, kind in self.spans(text):
            parts += [text[at:start], self._mark(kind, text[start:end])]
            at = end
        parts.append(text[at:])
        return "".join(parts)

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """Identifiers, and marks that stand there already."""
        there = [(m.start(), m.end(), "MARK") for m in _MARK.finditer(text)]
        found = [(s.start, s.end, s.kind) for s in recognise(text, self._names) if not _touches(s, there)]
        return sorted([*there, *found])

    def show(self, text: str) -> str:
        """Text with the marks turned back, once: what comes out is not read again."""
        return _MARK.sub(self._turned_back, text)

    def _turned_back(self, match: re.Match[str]) -> str:
        mark = match.group()
        if mark not in self._original_of:
            self._spoilt.add(mark)
            return mark
        return self._original_of[mark]

    def _mark(self, kind: str, original: str) -> str:
        if original not in self._mark_of:
            number = len(self._mark_of) + 1
            while f"〔{kind}{number}〕" in self._spoilt:
                number += 1000
            mark = f"〔{kind}{number}〕"
            self._mark_of[original], self._original_of[mark] = mark, original
        return self._mark_of[original]


def _touches(span: Span, there: Sequence[tuple[int, int, str]]) -> bool:
    return any(span.start < end and start < span.end for start, end, _ in there)


class MarkStream:
    """Turns marks back in text that comes in pieces: holds back what may be the beginning of a mark."""

    def __init__(self, veil: Pseudonyms) -> None:
        self._veil = veil
        self._waiting = ""

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        waiting = self._waiting + piece
        cut = waiting.rfind("〔")
        whole = cut < 0 or "〕" in waiting[cut:] or len(waiting) - cut > _LONGEST_MARK
        ready = waiting if whole else waiting[:cut]
        self._waiting = waiting[len(ready) :]
        return self._veil.show(ready)

    def flush(self) -> str:
        """The rest."""
        rest, self._waiting = self._waiting, ""
        return self._veil.show(rest)
