"""Addresses of machines and mailboxes: e-mail, IP, MAC."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.perception.language.identifiers.span import Span

_MAIL = re.compile(r"[A-Za-z\d][\w.+-]*\s?@\s?[A-Za-z\d][\w-]*(?:\s?\.\s?[A-Za-z\d][\w-]*)+", re.ASCII)
_IP4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\.?\d)")
_IP6 = re.compile(r"(?<![\w:])(?:[\da-f]{1,4}:){2,7}(?::?[\da-f]{1,4}){1,6}(?![\w:])", re.IGNORECASE | re.ASCII)
_MAC = re.compile(r"(?<![\da-f:-])[\da-f]{2}(?:([:-])[\da-f]{2})(?:\1[\da-f]{2}){4}(?![\da-f:-])", re.IGNORECASE)
_VERSION = re.compile(r"(?:版本?|version|ver|[vV])\s?$", re.IGNORECASE)

# Quick looks for the middle of such an address; a pattern that begins with a sign is searched for at once.
_DOTTED = re.compile(r"\.\d{1,3}\.\d{1,3}")
_PAIRS, _DASHED = re.compile(r":[\da-fA-F]{2}:[\da-fA-F]{2}:"), re.compile(r"-[\da-fA-F]{2}-[\da-fA-F]{2}-")
_GROUPS = re.compile(r":[\da-fA-F]{0,4}:[\da-fA-F]{0,4}")


def network(text: str) -> Iterator[Span]:
    """Every such address."""
    if "@" in text:
        for match in _MAIL.finditer(text):
            yield Span(match.start(), match.end(), "MAIL")
    if _DOTTED.search(text):
        for match in _IP4.finditer(text):
            if not _VERSION.search(text[max(0, match.start() - 10) : match.start()]):
                yield Span(match.start(), match.end(), "NET")
    if _PAIRS.search(text) or _DASHED.search(text):
        for match in _MAC.finditer(text):
            yield Span(match.start(), match.end(), "NET")
    if _GROUPS.search(text):
        for match in _IP6.finditer(text):
            if re.search(r"[a-f]", match.group(), re.IGNORECASE) or match.group().count(":") == 7:
                yield Span(match.start(), match.end(), "NET")
