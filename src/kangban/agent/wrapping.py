"""A tool's result as it stands before a model: marked as foreign words, with nothing in it that could end the mark."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kangban.kernel.canonical import canonical_json

# Tokens that chat templates give a meaning to; servers read them inside a message too. JSON lets us spell their first
# sign as \u003c or \u005b, so the value stays the same and the token is gone.
_TOKENS = re.compile(
    r"<(?=\s*/?\s*(?:tool|think|function|\||｜|s>|start_of_turn|end_of_turn|system|user|assistant|im_))"
    r"|\[(?=/?(?:INST|TOOL|SYS|AVAILABLE))",
    re.IGNORECASE,
)
_OPEN = re.compile(r'^<tool_data tool="[^"]*">\n')
_CLOSE = "\n</tool_data>"


def wrap_result(tool: str, content: Any) -> str:
    """Write `content` as JSON between <tool_data> marks; raises InvalidInput for what JSON cannot hold."""
    written = _TOKENS.sub(lambda found: f"\\u{ord(found.group()):04x}", canonical_json(content))
    return f'<tool_data tool="{re.sub(r"[^A-Za-z0-9_.-]", "_", tool)[:64]}">\n{written}{_CLOSE}'


def unwrap_result(message: str) -> Any:
    """The content of a wrapped message, or None when it is no such message."""
    opening = _OPEN.match(message)
    if opening is None or not message.endswith(_CLOSE):
        return None
    try:
        return msgspec.json.decode(message[opening.end() : -len(_CLOSE)])
    except msgspec.DecodeError:
        return None
