"""Digits under bars: EAN-8, UPC-A, EAN-13, GTIN-14, and whether they hang together."""

from __future__ import annotations

_LENGTHS = frozenset({8, 12, 13, 14})


def code_of(text: str) -> str | None:
    """The bare digits of a code as typed or read, without gaps and hyphens; None where the check digit does not fit."""
    digits = "".join(c for c in text if not c.isspace() and c not in "-–")
    return digits if holds(digits) else None


def holds(digits: str) -> bool:
    """Whether these are digits of a known length whose last one is the check digit of the others."""
    if len(digits) not in _LENGTHS or not digits.isascii() or not digits.isdigit():
        return False
    weighted = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits[:-1])))
    return (10 - weighted % 10) % 10 == int(digits[-1])
