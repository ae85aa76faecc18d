"""Passage search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec


class PassageDoc(msgspec.Struct, frozen=True):
    """One indexed passage. `id` is a citation id or `article-id#n`."""

    id: str
    title: str
    text: str
    words: str = ""  # extra words to find it by: aliases, translated title


class Hit(msgspec.Struct, frozen=True):
    """A found passage, best first; scores compare within one answer only."""

    id: str
    title: str
    passage: str
    score: float


class SearchIndex(Protocol):
    """A lexical (or hybrid) index over passages."""

    def add(self, documents: Iterable[PassageDoc]) -> None:
        """Add or replace passages by id; visible to the next search."""
        ...

    def search(self, query: str, top: int = 5) -> list[Hit]:
        """Return at most `top` hits; an empty query gives none."""
        ...
