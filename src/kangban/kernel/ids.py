"""Typed ids. Ids sort by time of making where they are minted, and by nothing where they are derived."""

from __future__ import annotations

import hashlib
import os
import time
from typing import NewType

FamilyId = NewType("FamilyId", str)
MemberId = NewType("MemberId", str)
EntryId = NewType("EntryId", str)
TurnId = NewType("TurnId", str)
RuleRef = NewType("RuleRef", str)  # "rule-id@version"
CitationId = NewType("CitationId", str)  # "source-id#passage"

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """Mint a 26-character time-sortable id behind a prefix, e.g. `turn-01k2…`."""
    number = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    digits: list[str] = []
    for _ in range(26):
        number, remainder = divmod(number, 32)
        digits.append(_ALPHABET[remainder])
    return f"{prefix}-{''.join(reversed(digits))}"


def derived_id(prefix: str, *parts: str) -> str:
    """Derive an id from content: the same parts always give the same id (32 hex digits)."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{prefix}-{digest[:32]}"
