"""How each server streams a chat completion. One file a server; each names what it was read from.

A dialect is a module with SOURCE and three functions giving the bytes of one response body, in network pieces:
`text()` says "你好，world", `tools()` calls look_up({"name": "布洛芬"}) and add({"a": 1, "b": 2}) in parallel, and
`thought()` thinks "let me see" and says "42".
"""

from __future__ import annotations

import json
from typing import Any

LOOK_UP = {"name": "布洛芬"}
ADD = {"a": 1, "b": 2}


def sse(value: Any) -> bytes:
    """One event, as most servers write it."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
