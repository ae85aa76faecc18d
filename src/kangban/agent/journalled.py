"""A run whose effects are written down as they are done: what a model said, what a tool gave, what a person agreed to.

Taken up again after a kill, the run goes through the same steps and finds in the journal what it need not do twice.
Keys are made of what is done, not of when: tools side by side may end in any order.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from kangban.agent.closing import closed_after
from kangban.agent.wrapped import WrappedModel
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import Broken, Conflict, InvalidInput, KangbanError, NotFound, NotPermitted, Unavailable
from kangban.ports.chat_model import ChatEvent, ChatModel, ChatRequest, ReasoningDelta, TextDelta
from kangban.ports.durable import Journal
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

_T = TypeVar("_T")
_MOST_SAID = 400_000  # characters of one message: past any limit of a run, and no journal grows without end
_KINDS: dict[str, type[KangbanError]] = {
    one.code: one for one in (InvalidInput, NotPermitted, NotFound, Conflict, Unavailable, Broken)
}


class _Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error as it is written down."""

    code: str
    message: str
    field: str | None = None
    key: str = ""


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a model said, and the error that ended it, if one did."""

    events: tuple[ChatEvent, ...] = ()
    fault: _Fault | None = None


class _Gave(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a tool gave, or the error it raised."""

    result: ToolResult | None = None
    fault: _Fault | None = None


class Effects:
    """The keys of one run over its journal; every agent that takes part in the run shares it."""

    def __init__(self, run_id: str, journal: Journal) -> None:
        self.run_id, self.journal = run_id, journal
        self._used: dict[str, int] = {}
        self._once_more: set[str] = set()

    def key(self, kind: str, name: str, arguments: dict[str, Any] | None = None, *, peek: bool = False) -> str:
        """A key for the next effect of this kind: "tool:forecast:3f2a…:1"; `peek` leaves it the next one."""
        said = "" if arguments is None else hashlib.sha256(canonical_json(arguments).encode()).hexdigest()[:24]
        stem = f"{kind}:{name}:{said}"
        number = self._used.get(stem, 0) + 1
        if not peek:
            self._used[stem] = number
        return f"{stem}:{number}"

    def broken_off(self, tool: ToolSpec, arguments: dict[str, Any]) -> bool:
        """Whether an earlier attempt began this act outside and nobody knows how far it came."""
        key = self.key("tool", tool.name, arguments, peek=True)
        return _outside(tool) and self.journal.knows(_begun(key)) and not self.journal.knows(key)

    async def decided(self, tool: ToolSpec, arguments: dict[str, Any], *, again: bool) -> None:
        """A person's word on what was broken off: do it once more, or leave it at that for good."""
        key = self.key("tool", tool.name, arguments, peek=True)
        if again:
            self._once_more.add(key)
        else:
            await self.journal.once(key, _skipped)

    async def agreed(self, tool: ToolSpec, arguments: dict[str, Any], ask: Callable[[], Awaitable[bool]]) -> bool:
        """A person's word, asked for once."""

        async def work() -> str:
            return "yes" if await ask() else "no"

        return await self.journal.once(self.key("agreed", tool.name, arguments), work) == "yes"

    async def gave(
        self, tool: ToolSpec, context: ToolContext, arguments: dict[str, Any],
        run: Callable[[ToolContext], Awaitable[ToolResult]],
    ) -> ToolResult:  # fmt: skip
        """What the tool gives, done once; raises what it raised.

        A tool that acts outside and was broken off is done again only where a person decided so.
        """
        journal, key = self.journal, self.key("tool", tool.name, arguments)
        if _outside(tool) and not journal.knows(key):
            if journal.knows(_begun(key)) and key not in self._once_more:
                return _taken(await journal.once(key, _skipped))
            await journal.once(_begun(key), _nothing)
        keyed = msgspec.structs.replace(context, key=f"{self.run_id}:{key}")

        async def work() -> str:
            try:
                gave = _Gave(await run(keyed))
            except KangbanError as error:
                gave = _Gave(fault=_fault(error))
            return canonical_json(gave)

        result = _taken(await journal.once(key, work))
        if context.media is not None:
            for one in result.media:
                context.media.put(one)
        return result


class JournalledModel(WrappedModel):
    """A ChatModel that is asked once for each message of a run, however often the run is taken up."""

    def __init__(self, model: ChatModel, effects: Effects) -> None:
        super().__init__(model)
        self._effects = effects

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield a whole message at once, said now or before; raises what the model raised."""

        async def work() -> str:
            return canonical_json(await self._heard(request))

        # Models of a run speak one after the other, so a number alone names the message.
        key = self._effects.key("model", "")
        said = _read(await self._effects.journal.once(key, work), _Said)
        for event in said.events:
            yield event
        if said.fault is not None:
            raise _error(said.fault)

    async def _heard(self, request: ChatRequest) -> _Said:
        events, size = list[ChatEvent](), 0
        try:
            async with closed_after(self._model.stream(request)) as heard:
                async for event in heard:
                    events.append(event)
                    size += len(event.text) if isinstance(event, TextDelta | ReasoningDelta) else 0
                    if size > _MOST_SAID:
                        break
        except KangbanError as error:
            return _Said(tuple(_joined(events)), _fault(error))
        return _Said(tuple(_joined(events)))


def _outside(tool: ToolSpec) -> bool:
    return tool.effect == "acts" and not tool.keyed


def _begun(key: str) -> str:
    return f"begun:{key}"


async def _nothing() -> str:
    return ""


async def _skipped() -> str:
    told = {"code": "may_have_happened", "message": "it was broken off and may have happened; it was not done again"}
    return canonical_json(_Gave(ToolResult({"error": told}, ok=False)))


def _taken(written: str) -> ToolResult:
    gave = _read(written, _Gave)
    if gave.fault is not None:
        raise _error(gave.fault)
    if gave.result is None:
        raise Broken("the journal of the run holds neither a result nor an error")
    return gave.result


def _read(written: str, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(written, type=kind)
    except msgspec.DecodeError:
        raise Broken("the journal of the run cannot be read") from None


def _fault(error: KangbanError) -> _Fault:
    return _Fault(error.code, error.message, getattr(error, "field", None), error.key)


def _error(fault: _Fault) -> KangbanError:
    kind = _KINDS.get(fault.code, Broken)
    return kind(fault.message, field=fault.field, key=fault.key)


def _joined(events: list[ChatEvent]) -> list[ChatEvent]:
    """Pieces of text that ran on, in one: a journal of single letters would be twenty times as long."""
    joined: list[ChatEvent] = []
    for event in events:
        last = joined[-1] if joined else None
        if isinstance(event, TextDelta) and isinstance(last, TextDelta):
            joined[-1] = TextDelta(last.text + event.text)
        elif isinstance(event, ReasoningDelta) and isinstance(last, ReasoningDelta):
            joined[-1] = ReasoningDelta(last.text + event.text)
        else:
            joined.append(event)
    return joined
