"""What a visible step may say: nothing that only a model wrote, because nobody checked it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from kangban.clinical.draft import ToolTrace
from kangban.journeys.reviewing.opening import RUN
from kangban.ports.chat_model import ChatMessage


def told_value(value: str, trace: ToolTrace, messages: Sequence[ChatMessage]) -> str:
    """A step's value, unless only the model wrote it."""
    long = [one for one in _strings(trace.arguments) if len(one) >= RUN]
    written = any(value == one for one in trace.arguments.values())
    written = written or any(one in value or (len(value) >= RUN and value in one) for one in long)
    return value if not written or any(value in m.content for m in messages if m.role == "user") else "…"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in cast("dict[str, Any]", value).items():
            yield key
            yield from _strings(one)
    elif isinstance(value, (list, tuple)):
        for one in cast("list[Any]", value):
            yield from _strings(one)
