"""`medicines read-insert` as scripts see it (docs/cli.md). Keys may be added, never renamed, removed or retyped."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.clinical.insert import InsertReading


def insert_object(read: InsertReading) -> dict[str, Any]:
    """Sections, entities, the proposal and the differences; every span is [start, end] in characters."""
    return {
        "sections": [
            {
                "heading": s.heading,
                "text": s.text,
                "span": list(s.span),
                "key": s.key,
                "heading_span": list(s.heading_span),
            }
            for s in read.sections
        ],
        "entities": [{"kind": e.kind, "text": e.text, "span": list(e.span)} for e in read.entities],
        "proposal": msgspec.to_builtins(read.proposal),
        "differences": [msgspec.to_builtins(d) for d in read.differences],
        "matched": read.matched,
    }
