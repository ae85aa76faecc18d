"""Personal identifiers in text: what must not leave this machine. Pure; Chinese and English."""

from __future__ import annotations

from kangban.perception.language.identifiers.recognise import recognise
from kangban.perception.language.identifiers.span import Kind, Span

__all__ = ["Kind", "Span", "recognise"]
