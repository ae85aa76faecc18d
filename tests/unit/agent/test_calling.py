"""What a tool says of itself is held by the caller: limits, retries, cache, shelf, and a bound on what comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from kangban.agent.calling import MOST_CHARACTERS, ToolCaller, run_tool
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.kernel.errors import Unavailable
from kangban.ports.chat_model import ToolCall
from kangban.ports.media import Media, MediaShelf
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec, tool


def context(member: str = "m1", shelf: MediaShelf | None = None) -> ToolContext:
    return ToolContext("home", member, UNKNOWN_PERSON, "zh", media=shelf)


def failing(times: int, **traits: Any) -> tuple[ToolSpec, list[str]]:
    tries: list[str] = []

    @tool("asks", **traits)
    async def asks(word: str = "") -> str:
        """Ask a service."""
        tries.append(word)
        if len(tries) <= times:
            raise Unavailable("busy")
        return f"answer {len(tries)}"

    return asks, tries


async def test_a_busy_service_is_asked_again() -> None:
    spec, tries = failing(2, retries=2)
    assert (await run_tool(spec, context(), {})).content == "answer 3"
    spec, tries = failing(2, retries=1)
    with pytest.raises(Unavailable):
        await run_tool(spec, context(), {})
    assert len(tries) == 2


async def test_a_tool_that_acts_is_never_tried_twice_nor_answered_from_before() -> None:
    spec, tries = failing(1, retries=5, effect="acts", cache_s=60)
    with pytest.raises(Unavailable):
        await run_tool(spec, context(), {})
    assert len(tries) == 1
    for _ in range(2):
        await run_tool(spec, context(), {})
    assert len(tries) == 3


async def test_an_answer_is_used_again_for_the_same_person_and_arguments_only() -> None:
    spec, tries = failing(0, cache_s=60)
    for _ in range(3):
        assert (await run_tool(spec, context(), {"word": "a"})).content == "answer 1"
    await run_tool(spec, context("m2"), {"word": "a"})
    await run_tool(spec, context(), {"word": "b"})
    await run_tool(msgspec.structs.replace(spec, cache_s=0.0), context(), {"word": "a"})
    assert tries == ["a", "a", "b", "a"]


async def test_a_failure_is_not_kept() -> None:
    spec, _ = failing(1, cache_s=60)
    with pytest.raises(Unavailable):
        await run_tool(spec, context(), {})
    assert (await run_tool(spec, context(), {})).content == "answer 2"


async def test_a_tool_that_hangs_is_left_at_its_own_limit() -> None:
    @tool(timeout_s=0.05)
    async def hangs() -> str:
        """Hang."""
        await asyncio.Event().wait()
        return ""

    task, _ = ToolCaller([hangs], context(), None).start(ToolCall("1", "hangs", {}), None)
    result = await asyncio.wait_for(task, 5)
    assert result.content["error"]["code"] == "unavailable"


async def test_fifty_megabytes_are_cut_and_told() -> None:
    @tool
    def pours() -> dict[str, str]:
        """Pour."""
        return {"text": "字" * 17_000_000}

    task, _ = ToolCaller([pours], context(), None).start(ToolCall("1", "pours", {}), None)
    content = (await task).content
    assert content["cut"] is True
    assert content["characters"] > 17_000_000
    assert len(msgspec.json.encode(content)) < MOST_CHARACTERS


async def test_what_a_tool_made_lies_on_the_shelf_under_its_ref() -> None:
    made = Media("image", "image/png", b"picture", "a.png")

    @tool
    def draws() -> ToolResult:
        """Draw."""
        return ToolResult("done", media=(made,))

    shelf = MediaShelf(most_bytes=10)
    result = await run_tool(draws, context(shelf=shelf), {})
    assert result.content == {
        "result": "done",
        "media": [{"ref": made.ref, "kind": "image", "media_type": "image/png", "name": "a.png"}],
    }
    assert shelf.get(made.ref) == made


async def test_more_media_than_a_run_may_hold_is_a_failure_that_is_told() -> None:
    @tool
    def draws() -> Media:
        """Draw."""
        return Media("image", "image/png", b"x" * 11)

    caller = ToolCaller([draws], context(shelf=MediaShelf(most_bytes=10)), None)
    result = await caller.start(ToolCall("1", "draws", {}), None)[0]
    assert result.ok is False
    assert "too" in result.content["error"]["message"]
