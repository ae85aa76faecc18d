"""A chat model that plays a script, for tests of your own: lines of what it says, or a function of the request."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kangban.kernel.errors import Broken, InvalidInput, Unavailable
from kangban.ports.chat_model import (
    ChatEvent,
    ChatRequest,
    Finished,
    Place,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    ToolCallsReady,
)


class ScriptedCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool call. With `raw` and no arguments it is a call whose JSON is broken."""

    name: str
    arguments: dict[str, Any] | None = None
    raw: str = ""
    id: str = ""


class ScriptedMessage(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One message of the script; `unavailable` makes the model fail after what it said."""

    text: str = ""
    calls: tuple[ScriptedCall, ...] = ()
    reasoning: str = ""
    finish: str = ""
    unavailable: bool = False
    tokens: int | None = None


Script = Sequence[ScriptedMessage | str] | Callable[[ChatRequest], ScriptedMessage | str]


class ScriptedModel:
    """Plays one message a request, in pieces of `piece` characters.

    A finished script raises Broken: a test that asks once more than it should must not pass. `requests` keeps
    what was asked.
    """

    def __init__(
        self, script: Script, *, name: str = "scripted", place: Place = "this_machine", piece: int = 8
    ) -> None:
        self.requests: list[ChatRequest] = []
        self._script = script
        self._name = name
        self._place: Place = place
        self._piece = max(1, piece)

    @staticmethod
    def from_jsonl(path: Path, *, name: str = "scripted") -> ScriptedModel:
        """Read a script of one ScriptedMessage a line; raises InvalidInput naming the line."""
        return ScriptedModel(list(_read(path)), name=name)

    @property
    def name(self) -> str:
        """As stored in traces."""
        return self._name

    @property
    def place(self) -> Place:
        """Where it claims to be."""
        return self._place

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Play the next message; raises Unavailable where the script says so, Broken at its end."""
        self.requests.append(request)
        message = self._next(request)
        for start in range(0, len(message.reasoning), self._piece):
            yield ReasoningDelta(message.reasoning[start : start + self._piece])
        for start in range(0, len(message.text), self._piece):
            yield TextDelta(message.text[start : start + self._piece])
        if message.unavailable:
            raise Unavailable("the script lets the model fail here", key="model.unreachable")
        if message.calls:
            yield ToolCallsReady(tuple(_call(each, n) for n, each in enumerate(message.calls)))
        reason = message.finish or ("tool_calls" if message.calls else "stop")
        yield msgspec.convert({"type": "end", "reason": reason, "completion_tokens": message.tokens}, Finished)

    async def close(self) -> None:
        """Nothing to release."""

    def _next(self, request: ChatRequest) -> ScriptedMessage:
        if callable(self._script):
            message = self._script(request)
        elif len(self.requests) <= len(self._script):
            message = self._script[len(self.requests) - 1]
        else:
            raise Broken(f"the script has {len(self._script)} messages and was asked for one more")
        return ScriptedMessage(text=message) if isinstance(message, str) else message


def _call(call: ScriptedCall, number: int) -> ToolCall:
    arguments = {} if call.arguments is None and not call.raw else call.arguments
    raw = call.raw or msgspec.json.encode(arguments).decode()
    return ToolCall(call.id or f"call_{number}", call.name, arguments, raw)


def _read(path: Path) -> Iterable[ScriptedMessage]:
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line, type=ScriptedMessage)
            except (msgspec.DecodeError, UnicodeError) as error:
                raise InvalidInput(f"line {number} of the script is no scripted message", field="script") from error
