"""One tool by itself: called as an agent would call it, for nobody in particular."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from kangban.agent.calling import run_tool
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.urgency import Lang
from kangban.journeys.attachments import MOST_BYTES, Upload, stripped
from kangban.journeys.library.searching import LibraryReader
from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.journeys.workshop.live import LiveRun
from kangban.journeys.workshop.tool_calls import LONGEST_S, OF_A_RECORD, reached, released
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted, Unavailable
from kangban.kernel.ids import new_id
from kangban.kernel.media import sniff
from kangban.ports.media import Media, MediaKind, MediaShelf
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec
from kangban.toolbox.services import Services


class Tried(msgspec.Struct, frozen=True):
    """What one call gave as the guard let it out, how long it took, and what it made. `withheld`: words of it were."""

    result: ToolResult
    took_ms: float
    media: tuple[Media, ...] = ()
    withheld: bool = False


def kind_of(media_type: str) -> MediaKind:
    """What a tool may take a file as."""
    family = media_type.split("/", 1)[0]
    return "image" if family == "image" else "audio" if family == "audio" else "file"


async def media_of(workshop: Workshop, brought: Upload) -> Media:
    """A file for a tool: a picture goes without its metadata. Raises InvalidInput for an empty or too big one."""
    if not brought.content or len(brought.content) > MOST_BYTES:
        raise InvalidInput("the file is empty or too big", field="media", key="error.too_big")
    media_type, content = await stripped(workshop.house, sniff(brought.content), brought.content)
    return Media(kind_of(media_type), media_type, content, brought.name)


def with_media(spec: ToolSpec, arguments: dict[str, Any], refs: Sequence[str]) -> dict[str, Any]:
    """@1 is the first file; where an argument for media is left out, the files fill them in order."""
    places = {f"@{n}": ref for n, ref in enumerate(refs, 1)}
    filled = {key: places.get(value, value) if isinstance(value, str) else value for key, value in arguments.items()}
    left = [ref for ref in refs if ref not in filled.values()]
    for key, part in spec.parameters.get("properties", {}).items():
        if left and key not in filled and "x-media" in str(part):
            filled[key] = left.pop(0)
    return filled


async def _called(spec: ToolSpec, context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
    try:
        return await run_tool(spec, context, arguments, LONGEST_S)
    except TimeoutError:
        raise Unavailable("the tool did not finish in time", key="web_workshop.tool_too_slow") from None


def _require(spec: ToolSpec, *, yes: bool) -> None:
    if spec.effect == "acts" and not yes:
        raise NotPermitted("this tool acts, and nobody said that it may", field="yes", key="web_workshop.needs_yes")
    if spec.group == "clinical" and spec.name in OF_A_RECORD:
        # Without a member's entries it would say that there is nothing, and it would be believed.
        raise NotPermitted("this tool reads a member's record, and none is in view", key="web_workshop.needs_record")


async def try_tool(
    workshop: Workshop, name: str, arguments: dict[str, Any], owner: str, *, media: Sequence[Media] = (),
    yes: bool = False, lang: Lang | None = None,
) -> Tried:  # fmt: skip
    """Call a tool of the catalogue for a person who sees what it does; a tool that acts needs their yes.

    It counts as a run of its owner while it goes on; cancelling it ends it. Its words pass the guard. Raises NotFound
    for an unknown tool, NotPermitted without a yes or a record, Conflict for too many at once, Unavailable for too
    long, and what the tool raises.
    """
    require_owner(workshop, owner)
    spec = next((one for one in workshop.tools() if one.name == name), None)
    if spec is None:
        raise NotFound("there is no tool of this name", field="name", key="workshop.unknown_tool")
    _require(spec, yes=yes)
    house, code = workshop.house, lang or workshop.house.lang
    shelf = MediaShelf()
    refs = [shelf.put(one) for one in media]
    outside = await reached(workshop)
    services = Services(
        house.search, house.sections, (), house.clock.now(), library=LibraryReader(house), outside=outside
    )
    context = ToolContext(house.family_id, "", UNKNOWN_PERSON, code, services, shelf)
    going = LiveRun(new_id("try"), owner)
    workshop.live.begin(going)
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        filled = with_media(spec, arguments, refs)
        result = await _called(spec, context, filled)
        took_ms = round((loop.time() - began) * 1000, 1)
        told = await asyncio.to_thread(released, spec, filled, result, code)
    finally:
        workshop.live.end(going.run_id)
    made = () if told.withheld else tuple(one for one in shelf if one.ref not in refs)
    return Tried(told.result, took_ms, made, told.withheld)
