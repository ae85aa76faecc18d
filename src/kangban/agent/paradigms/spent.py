"""A limit reached, and the plain words that tell what there is when no model can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from kangban.agent.paradigms.prompts import text
from kangban.clinical.urgency import Lang
from kangban.kernel.canonical import canonical_json
from kangban.ports.agents import StoppedBy
from kangban.ports.chat_model import ToolCall
from kangban.ports.tool import ToolResult

_MOST_LINE = 300


class Spent(Exception):
    """Raised inside a run when it may not go on; `by` is how the run then ends."""

    def __init__(self, by: StoppedBy) -> None:
        super().__init__(by)
        self.by: StoppedBy = by


class Found(msgspec.Struct, frozen=True):
    """Something a run has: a tool's result, or what one of its agents said. `ok` is False for a failure."""

    title: str
    content: Any
    ok: bool = True
    call: ToolCall | None = None  # of a tool, with its whole result
    result: ToolResult | None = None


def told(by: StoppedBy, found: Sequence[Found], lang: Lang) -> str:
    """What was found up to a limit, one line each, without a model."""
    lines = [f"- {one.title}: {_short(one.content)}" for one in found if one.ok]
    return text("limit_bare", lang, limit=text(by, lang), done="\n".join(lines) or text("none", lang))


def _short(content: Any) -> str:
    written = content if isinstance(content, str) else canonical_json(content)
    line = " ".join(written.split())
    return line if len(line) <= _MOST_LINE else f"{line[:_MOST_LINE]}…"
