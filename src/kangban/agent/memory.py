"""What of earlier messages a run sees: the last of them as they were, and the rest summed up where that is wished."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.ports.chat_model import ChatMessage

_MOST_SUMMED = 24_000  # characters of earlier messages that are summed up; older ones are left out


def split_window(messages: Sequence[ChatMessage], window: int) -> tuple[list[ChatMessage], list[ChatMessage]]:
    """(earlier, kept): the last `window` messages, beginning with one of a person; system messages are neither."""
    said = [m for m in messages if m.role != "system"]
    start = max(0, len(said) - max(1, window))
    # A tool's answer without its question, or an answer first, confuses servers.
    while 0 < start < len(said) - 1 and said[start].role != "user":
        start += 1
    return said[:start], said[start:]


def to_sum_up(earlier: Sequence[ChatMessage]) -> str:
    """Earlier messages as one text, the newest last; at most some thousand words of them."""
    lines = [f"{m.role}: {m.content}" for m in earlier if m.content and m.role in ("user", "assistant")]
    return "\n".join(lines)[-_MOST_SUMMED:]
