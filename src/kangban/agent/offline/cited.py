"""Sources behind sentences."""

from __future__ import annotations

import re


def cited(text: str, marks: str) -> str:
    """Put the marks behind every sentence of a text, because each is a claim of its own."""
    parts = [p.strip() for p in re.split(r"(?<=[。！？!?])|(?<=[a-z0-9)])\.\s+", text) if p and p.strip()]
    closed = [p if p[-1] in "。！？!?.；;" else p + ("." if p[-1].isascii() else "。") for p in parts]
    return "".join(p + marks + (" " if p[-1] == "." else "") for p in closed).strip()
