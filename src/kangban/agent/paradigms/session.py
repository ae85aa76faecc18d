"""What all paradigms share: a model and tools behind limits and a trace, and a person to ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kangban.agent.calling import REPEATED, Approve, ToolCaller
from kangban.agent.events import AgentEvent, Budget, Ended, ModelText, StepDone
from kangban.agent.journalled import Effects, JournalledModel
from kangban.agent.loop import run_agent
from kangban.agent.paradigms.limited_tools import Limited
from kangban.agent.paradigms.prompts import text
from kangban.agent.paradigms.spent import Found, Spent, told
from kangban.agent.paradigms.traced_model import TracedModel
from kangban.agent.round import Round
from kangban.agent.tracing import Tracer
from kangban.agent.wrapping import wrap_result
from kangban.clinical.draft import ToolTrace
from kangban.clinical.urgency import Lang
from kangban.kernel.clock import Clock
from kangban.ports.agents import AgentDefinition, Limits, RunStep, StepKind
from kangban.ports.chat_model import ChatMessage, ChatModel, ChatRequest, ToolCall, say
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

Emit = Callable[[AgentEvent | RunStep], None]


class Shared(msgspec.Struct):
    """One run, whatever agents take part in it: they spend from the same limits and write the same trace."""

    context: ToolContext
    clock: Clock
    tracer: Tracer
    limits: Limits
    emit: Emit
    approve: Approve | None
    effects: Effects | None = None  # of a durable run
    again: Approve | None = None  # asked before what may have happened is done again
    results: list[ToolResult] = []
    traces: list[ToolTrace] = []
    found: list[Found] = []  # what a summing-up can tell, in order
    per_tool: dict[str, int] = {}

    def left_s(self) -> float | None:
        """Seconds of work left, or None without a limit: waiting for a person is no work."""
        if self.limits.seconds is None:
            return None
        return max(0.0, self.limits.seconds - self.tracer.worked)

    def check(self) -> None:
        """Raises Spent when a limit is reached."""
        usage, limits = self.tracer.usage, self.limits
        if usage.rounds >= limits.rounds:
            raise Spent("rounds")
        if limits.tokens is not None and usage.prompt_tokens + usage.completion_tokens >= limits.tokens:
            raise Spent("tokens")
        if limits.money is not None and usage.money >= limits.money:
            raise Spent("money")
        if self.left_s() == 0.0:
            raise Spent("time")


class Session:
    """One agent at work in a run: its definition, model and tools over what is shared."""

    def __init__(
        self,
        shared: Shared,
        definition: AgentDefinition,
        model: ChatModel,
        tools: Sequence[ToolSpec],
        system: Sequence[ChatMessage],
        asked: Sequence[ChatMessage],
    ) -> None:
        self.shared, self.definition = shared, definition
        self.lang: Lang = shared.context.lang
        self.system, self.asked = list(system), list(asked)
        self.task = next((m.content for m in reversed(asked) if m.role == "user"), "")
        if shared.effects is not None:
            model = JournalledModel(model, shared.effects)
        self.model = TracedModel(model, shared)
        limited = Limited(shared, definition)
        self.tools = tuple(limited.wrap(each) for each in tools)
        self.approve = limited.approve
        self.caller = ToolCaller(self.tools, shared.context, self.approve)

    @property
    def described(self) -> str:
        """The tools in one line each, with the names of their arguments."""
        lines = [f"- {d.name}({', '.join(_arguments(d.parameters))}): {_first_line(d.description)}" for d in self.tools]
        return "\n".join(lines) or text("none", self.lang)

    async def ask(
        self, role: str, messages: Sequence[ChatMessage], *, show: bool = False, kind: StepKind = "model"
    ) -> str:
        """One answer without tools. `show`: it is the answer of the run and is told as it comes. Raises Spent."""
        self.shared.check()
        request = ChatRequest(
            tuple(messages), temperature=self.definition.model.temperature, context=self._view(role, self.task)
        )
        heard, pieces = Round(), list[str]()
        self.model.kind = kind
        try:
            async with aclosing(heard.hear(self.model, request, self.shared.left_s(), 200_000)) as texts:
                async for piece in texts:
                    pieces.append(piece)
                    if show:
                        self.shared.emit(ModelText(piece, self.shared.tracer.usage.rounds))
        finally:
            self.model.kind = "model"
        return "".join(pieces)

    async def loop(self, messages: Sequence[ChatMessage], question: str, *, rounds: int, show: bool = False) -> Ended:
        """Reason and act over native calls, at most `rounds` times; raises Spent when a limit of the run is reached."""
        shared, usage = self.shared, self.shared.tracer.usage
        calls = shared.limits.tool_calls - usage.tool_calls
        left = shared.left_s()
        clock = _WorkClock(shared)
        until = None if left is None else clock.now() + timedelta(seconds=left)
        budget = Budget(max_rounds=rounds, max_tool_calls=max(0, calls), deadline_at=until)
        self.model.view = self._view("", question)
        ended = Ended("empty", "", (), 0, 0)
        events = run_agent(
            self.model, self.tools, shared.context, messages, clock, budget=budget,
            approve=self.approve, temperature=self.definition.model.temperature,
        )  # fmt: skip
        try:
            async for event in _closing(events):
                if isinstance(event, Ended):
                    ended = event
                elif show or not isinstance(event, ModelText):
                    self.shared.emit(event)
        finally:
            self.model.view = {}
        return ended

    async def call(self, call: ToolCall) -> ToolResult:
        """One tool call of a plan; an equal one before gives its result again, and the trace says so."""
        task, first = self.caller.start(call, self.shared.left_s())
        result = await task
        if not first:
            self.repeated(call, result)
        else:
            trace = ToolTrace(call.name, call.arguments or {}, result.content, result.ok)
            self.shared.emit(StepDone(call, trace, result))
        return result

    def repeated(self, call: ToolCall, result: ToolResult | None) -> None:
        """Write down a call that was made before."""
        content = None if result is None else result.content
        step = RunStep(0, "tool", 0, name=call.name, arguments=call.arguments or {}, result=content, text=REPEATED)
        self.shared.tracer.note(msgspec.structs.replace(step, status="repeated"))

    def first(self, *more: str) -> list[ChatMessage]:
        """The system message and what was said, with more words in the last message of the person."""
        *before, last = self.asked
        # Two messages of a person in a row are refused by some servers' templates.
        words = "\n\n".join((last.content, *more))
        return [*self.system, *before, msgspec.structs.replace(last, content=words)]

    def done(self) -> str:
        """What was done up to now, as data before a model."""
        parts = [f"{one.title}\n{wrap_result(one.title, one.content)}" for one in self.shared.found[-12:]]
        return "\n".join(parts)[-40_000:] or text("none", self.lang)

    async def sum_up(self, why: Spent) -> str:
        """An honest end at a limit: the model's, or where it has no word left, what was found in plain lines."""
        lang = self.lang
        if why.by in ("cancelled", "waiting"):
            return told(why.by, self.shared.found, lang)
        prompt = text("limit", lang, limit=text(why.by, lang), task=self.task, done=self.done())
        request = ChatRequest(
            (*self.system, say("user", prompt)), max_tokens=1024, context=self._view("limit", self.task)
        )
        heard = Round()
        try:
            async with aclosing(heard.hear(self.model, request, 30.0, 20_000)) as texts:
                async for piece in texts:
                    self.shared.emit(ModelText(piece, self.shared.tracer.usage.rounds))
        except Exception:  # noqa: BLE001  at the end of a run nothing that fails may keep what was found
            return told(why.by, self.shared.found, lang)
        return heard.text if heard.text.strip() else told(why.by, self.shared.found, lang)

    async def stop(self) -> None:
        """Cancel tools that still run."""
        await self.caller.stop()

    def _view(self, role: str, question: str) -> dict[str, Any]:
        """What brains in this process see; it leaves no machine."""
        shared = self.shared
        return {
            "lang": self.lang, "tool_context": shared.context, "role": role, "question": question,
            "offered": tuple(each.name for each in self.tools), "found": tuple(shared.found),
        }  # fmt: skip


class _WorkClock:
    """A clock that stands still while the run waits for a person."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def now(self) -> datetime:
        """The moment, without the seconds waited; never shown, only compared with itself."""
        tracer = self._shared.tracer
        return self._shared.clock.now() - timedelta(seconds=tracer.seconds - tracer.worked)


async def _closing(events: AsyncGenerator[AgentEvent, None]) -> AsyncGenerator[AgentEvent, None]:
    async with aclosing(events):
        async for event in events:
            yield event
            await asyncio.sleep(0)  # a stop from outside gets its turn between two pieces


def _arguments(parameters: dict[str, Any]) -> list[str]:
    needed = set(parameters.get("required", ()))
    return [name if name in needed else f"{name}?" for name in parameters.get("properties", {})]


def _first_line(description: str) -> str:
    return description.strip().splitlines()[0][:160] if description.strip() else ""
