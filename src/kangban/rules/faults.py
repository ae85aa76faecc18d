"""What a proof reports."""

from __future__ import annotations

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """One structural fault: where it stands (row id or file) and what is wrong, in English."""

    place: str
    what: str
