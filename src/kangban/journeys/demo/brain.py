"""The demo's brain: the offline one, but for a few questions whose answer was written beforehand and says so."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncGenerator
from functools import lru_cache
from pathlib import Path

import msgspec

from kangban.clinical.urgency import Lang
from kangban.ports.chat_model import ChatEvent, ChatModel, ChatRequest, Place, TextDelta


class Example(msgspec.Struct, frozen=True):
    """A question of the demo with its draft; the guard holds the draft like anybody's."""

    lang: Lang
    member: str
    question: str
    draft: str


class _Examples(msgspec.Struct, frozen=True):
    example: tuple[Example, ...]


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """All of family.toml."""
    text = (Path(__file__).parent / "family.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Examples).example


def example_for(member_id: str, lang: Lang) -> Example | None:
    """The one to offer beside a member, in the reader's language."""
    return next((one for one in examples() if one.member == member_id and one.lang == lang), None)


class DemoBrain:
    """Another brain's words for everything but the examples."""

    def __init__(self, brain: ChatModel) -> None:
        self._brain = brain

    @property
    def name(self) -> str:
        """The brain's own."""
        return self._brain.name

    @property
    def place(self) -> Place:
        """Where the brain runs."""
        return self._brain.place

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Whatever the brain says; where it would speak to an example, the draft of that word for word."""
        asked = next((m.content.strip() for m in reversed(request.messages) if m.role == "user"), "")
        found = next((one for one in examples() if one.question == asked), None)
        told = False
        async for event in self._brain.stream(request):
            if found is None or not isinstance(event, TextDelta):
                yield event
            elif not told:
                told = True
                yield TextDelta(found.draft.strip())

    async def close(self) -> None:
        """Close the brain."""
        await self._brain.close()
