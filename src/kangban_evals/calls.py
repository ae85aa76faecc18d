"""Scores reading of broken tool calls: a list of messages with the exact calls they mean, or null for ambiguous."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from kangban.agent.recovery import parse_output
from kangban.ports.agents import ProtocolName
from kangban.ports.chat_model import ToolDescription


class Row(msgspec.Struct, frozen=True):
    """One message. `calls` is None when nothing may be executed."""

    id: str
    kind: str
    protocol: ProtocolName
    text: str
    calls: list[dict[str, Any]] | None


class Marks(msgspec.Struct, frozen=True):
    """`right` of `clear` messages gave exactly their calls; `executed` names ambiguous ones that gave any."""

    clear: int
    right: int
    ambiguous: int
    executed: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]  # clear ones that gave other calls than those meant
    kinds: dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """JSON lines; raises msgspec.DecodeError."""
    return [msgspec.json.decode(line, type=Row) for line in path.read_bytes().splitlines() if line.strip()]


def read_tools(path: Path) -> list[ToolDescription]:
    """The tools every row may call."""
    return msgspec.json.decode(path.read_bytes(), type=list[ToolDescription])


def mark_calls(rows: list[Row], tools: list[ToolDescription]) -> Marks:
    """Read every message and compare."""
    seen: Counter[str] = Counter()
    good: Counter[str] = Counter()
    executed: list[str] = []
    missed: list[str] = []
    wrong: list[str] = []
    for row in rows:
        parsed = parse_output(row.protocol, row.text, tools)
        got = [{"name": each.name, "arguments": each.arguments} for each in parsed.calls]
        seen[row.kind] += 1
        if got == (row.calls or []) and (row.calls is not None or parsed.correction is not None):
            good[row.kind] += 1
        elif row.calls is None:
            executed += [row.id] if got else []
        else:
            missed.append(row.id)
            wrong += [row.id] if got else []
    clear = sum(row.calls is not None for row in rows)
    kinds = {kind: f"{good[kind]}/{count}" for kind, count in sorted(seen.items())}
    return Marks(clear, clear - len(missed), len(rows) - clear, tuple(executed), tuple(missed), tuple(wrong), kinds)
