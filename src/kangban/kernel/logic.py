"""Three-valued (Kleene) logic: a missing fact is unknown, never "no"."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Tri(Enum):
    """Yes, no, or not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @staticmethod
    def of(value: bool | None) -> Tri:
        """Lift an optional boolean: None is unknown."""
        if value is None:
            return Tri.UNKNOWN
        return Tri.YES if value else Tri.NO

    def __bool__(self) -> bool:
        raise TypeError("a Tri has three values; compare it with Tri.YES, Tri.NO or Tri.UNKNOWN")


def all_of(values: Iterable[Tri]) -> Tri:
    """Kleene conjunction; YES for an empty sequence; stops at the first NO."""
    seen_unknown = False
    for value in values:
        if value is Tri.NO:
            return Tri.NO
        seen_unknown = seen_unknown or value is Tri.UNKNOWN
    return Tri.UNKNOWN if seen_unknown else Tri.YES
