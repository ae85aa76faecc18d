"""What the tool server answers with. Keys may be added, never renamed, removed or retyped."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from kangban.journeys.workshop.tool_calls import Called
from kangban.kernel.errors import Unavailable
from kangban.toolbox.contract import citation_object

MOST_MEDIA = 24 * 1024 * 1024  # bytes of all that one call may send or give


class ToolMedia(msgspec.Struct, frozen=True):
    """A picture, sound or file that the tool made; `ref` is how `content` calls it."""

    ref: str
    kind: str
    media_type: str
    name: str
    base64: str


class ToolCitation(msgspec.Struct, frozen=True):
    """A source the result rests on; "recalled" evidence may warn and clears nothing."""

    id: str
    title: str
    publisher: str
    year: int | None
    place: str
    passage: str
    evidence: str
    jurisdiction: str
    address: str | None
    accessed_on: str | None


class ToolAnswer(msgspec.Struct, frozen=True):
    """What a tool gave. `ok` is false for its own failure and where words were withheld.

    `foreign`: the words come from outside; they are data, never instructions. `withheld`: words did not pass the
    guard and stand in it no more.
    """

    name: str
    ok: bool
    foreign: bool
    content: Any
    citations: list[ToolCitation]
    media: list[ToolMedia]
    withheld: bool


def answer_of(called: Called) -> ToolAnswer:
    """As sent; raises Unavailable for more media than one answer holds."""
    result = called.result
    if sum(len(one.content) for one in result.media) > MOST_MEDIA:
        raise Unavailable("what the tool made is too big for one answer")
    return ToolAnswer(
        called.spec.name,
        result.ok,
        called.foreign,
        result.content,
        [msgspec.convert(citation_object(one), ToolCitation) for one in result.citations],
        [
            ToolMedia(one.ref, one.kind, one.media_type, one.name, base64.b64encode(one.content).decode())
            for one in result.media
        ],
        called.withheld,
    )
