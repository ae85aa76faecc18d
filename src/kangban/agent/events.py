"""What the agent loop takes and what it tells."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kangban.clinical.draft import ToolTrace
from kangban.ports.chat_model import ToolCall
from kangban.ports.tool import ToolResult

EndReason = Literal["answered", "length", "filtered", "empty", "budget"]


class Budget(msgspec.Struct, frozen=True):
    """How much one run may spend.

    `max_tokens` counts what the model wrote in all rounds; `deadline_at` is aware UTC by the run's clock.
    The last call without tools may take `last_call_s` and `last_call_tokens` beyond it. A message longer than
    `max_characters` is cut, whatever the server does with a token limit.
    """

    max_rounds: int = 6
    max_tool_calls: int = 12
    max_tokens: int | None = None
    deadline_at: datetime | None = None
    last_call_s: float = 30.0
    last_call_tokens: int = 1024
    max_characters: int = 200_000


class Heard(msgspec.Struct, frozen=True):
    """One call of this run and its result, in the order asked."""

    call: ToolCall
    result: ToolResult


class StepStarted(msgspec.Struct, frozen=True, tag="step_started"):
    """A tool begins to run."""

    call: ToolCall


class StepDone(msgspec.Struct, frozen=True, tag="step_done"):
    """A tool call is over, well or not; given in the order of the calls."""

    call: ToolCall
    trace: ToolTrace
    result: ToolResult


class ModelText(msgspec.Struct, frozen=True, tag="text"):
    """A piece of the model's text. Only the text of the last round is the answer; `round` starts at 1."""

    text: str
    round: int


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The end of the run.

    `reason` "answered" alone means a whole answer. "length", "filtered": `text` was cut by the model or its server.
    "empty" and "budget": there is no answer; `text` is "". A tool's text never stands in for it.
    """

    reason: EndReason
    text: str
    traces: tuple[ToolTrace, ...]
    rounds: int
    completion_tokens: int


AgentEvent = StepStarted | StepDone | ModelText | Ended
