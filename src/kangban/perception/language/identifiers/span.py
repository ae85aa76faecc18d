"""A found identifier."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "NAME", "ID", "PASSPORT", "PERMIT", "TEL", "MAIL", "ACCOUNT", "ADDR", "INSURANCE", "FILENO", "BIRTH", "CARD",
    "PLATE", "NET", "ORGNO", "SSN", "NHS", "NUM",
]  # fmt: skip


class Span(msgspec.Struct, frozen=True):
    """One identifier at [start, end) of the text. NUM: a long number of unknown meaning."""

    start: int
    end: int
    kind: Kind
