"""Reason, act, look, again: the loop over a model that calls tools natively."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import timedelta

import msgspec

from kangban.agent.calling import REPEATED, Approve, ToolCaller, failure
from kangban.agent.events import AgentEvent, Budget, Ended, EndReason, Heard, ModelText, StepDone, StepStarted
from kangban.agent.prompts import last_call
from kangban.agent.round import Round
from kangban.agent.wrapping import wrap_result
from kangban.clinical.draft import ToolTrace
from kangban.kernel.clock import Clock
from kangban.kernel.errors import KangbanError
from kangban.ports.chat_model import ChatMessage, ChatModel, ChatRequest, ToolCall
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec


async def run_agent(
    model: ChatModel,
    tools: Sequence[ToolSpec],
    context: ToolContext,
    messages: Sequence[ChatMessage],
    clock: Clock,
    *,
    budget: Budget | None = None,
    approve: Approve | None = None,
    temperature: float | None = None,
) -> AsyncGenerator[AgentEvent, None]:
    """Yield events until Ended; raises what the model raises (Unavailable, InvalidInput) outside the last call.

    In-process brains find {"lang", "tool_context", "heard"} in `ChatRequest.context`; it never leaves this machine.

    Closing the generator stops the model on the wire and the tools that still run.
    """
    run = _Run(model, tools, context, messages, clock, budget or Budget(), approve, temperature)
    try:
        while run.may_go_on():
            async with aclosing(run.ask(with_tools=True)) as texts:
                async for text in texts:
                    yield text
            if not run.round.calls:
                yield run.ended()
                return
            async with aclosing(run.act()) as steps:
                async for step in steps:
                    yield step
        run.tell_last_call()
        try:
            async with aclosing(run.ask(with_tools=False)) as texts:
                async for text in texts:
                    yield text
        except KangbanError:
            run.give_up()
        yield run.ended(last=True)
    finally:
        await run.caller.stop()


class _Run:
    """The state of one run."""

    def __init__(
        self,
        model: ChatModel,
        tools: Sequence[ToolSpec],
        context: ToolContext,
        messages: Sequence[ChatMessage],
        clock: Clock,
        budget: Budget,
        approve: Approve | None,
        temperature: float | None,
    ) -> None:
        self.caller = ToolCaller(tools, context, approve)
        self.round = Round()
        self._model = model
        self._described = tuple(each.describe() for each in tools)
        self._context = context
        self._messages = list(messages)
        self._clock = clock
        self._budget = budget
        self._temperature = temperature
        self._rounds = 0
        self._calls = 0
        self._tokens = 0
        self._heard: list[Heard] = []
        self._traces: list[ToolTrace] = []

    def may_go_on(self) -> bool:
        """Whether there is budget for another round with tools."""
        budget = self._budget
        spent = budget.max_tokens is not None and self._tokens >= budget.max_tokens
        late = budget.deadline_at is not None and self._clock.now() >= budget.deadline_at
        return self._rounds < budget.max_rounds and self._calls < budget.max_tool_calls and not spent and not late

    async def ask(self, *, with_tools: bool) -> AsyncGenerator[ModelText, None]:
        """Ask the model once and give its text as it comes."""
        budget = self._budget
        self._rounds += 1
        self.round = Round()
        most = None if budget.max_tokens is None else budget.max_tokens - self._tokens
        request = ChatRequest(
            messages=tuple(self._messages),
            tools=self._described if with_tools else (),
            temperature=self._temperature,
            max_tokens=most if with_tools else (None if most is None else budget.last_call_tokens),
            context={"lang": self._context.lang, "tool_context": self._context, "heard": tuple(self._heard)},
        )
        limit_s = self._left_s() if with_tools else (None if budget.deadline_at is None else budget.last_call_s)
        async with aclosing(self.round.hear(self._model, request, limit_s, budget.max_characters)) as texts:
            async for text in texts:
                yield ModelText(text, self._rounds)
        self._tokens += self.round.tokens

    async def act(self) -> AsyncGenerator[StepStarted | StepDone, None]:
        """Run the calls of this round side by side; give and remember the results in order."""
        calls = self.round.calls
        self._messages.append(ChatMessage(role="assistant", content=self.round.text, tool_calls=calls))
        room = max(0, self._budget.max_tool_calls - self._calls)
        self._calls += len(calls)
        begun = [(call, *self.caller.start(call, self._left_s())) for call in calls[:room]]
        for call, _, first in begun:
            if first:
                yield StepStarted(call)
        for call, task, first in begun:
            result = await task
            if first:
                trace = ToolTrace(call.name, call.arguments or {}, result.content, result.ok)
                self._traces.append(trace)
                self._heard.append(Heard(call, result))
                yield StepDone(call, trace, result)
            self._answer(call, result, "" if first else REPEATED)
        for call in calls[room:]:
            self._answer(call, failure("budget", "no more tool calls in this run; answer from what you have"))

    def tell_last_call(self) -> None:
        """Say that the budget is spent, behind the last tool result: some templates refuse a late system message."""
        note = last_call(self._context.lang)
        if self._messages and self._messages[-1].role == "tool":
            last = self._messages[-1]
            self._messages[-1] = msgspec.structs.replace(last, content=f"{last.content}\n\n{note}")
        else:
            self._messages.append(ChatMessage(role="user", content=note))

    def give_up(self) -> None:
        """Forget what the failed last call had said."""
        self.round = Round()

    def ended(self, *, last: bool = False) -> Ended:
        """How the run ended."""
        text = self.round.text
        reason: EndReason
        if not text.strip():
            reason, text = "budget" if last else "empty", ""
        elif self.round.finished.reason == "length":
            reason = "length"
        elif self.round.finished.reason == "content_filter":
            reason = "filtered"
        else:
            reason = "answered"
        return Ended(reason, text, tuple(self._traces), self._rounds, self._tokens)

    def _answer(self, call: ToolCall, result: ToolResult, note: str = "") -> None:
        text = wrap_result(call.name, result.content)
        content = f"{note}\n{text}" if note else text
        self._messages.append(ChatMessage(role="tool", content=content, tool_call_id=call.id, name=call.name))

    def _left_s(self) -> float | None:
        if self._budget.deadline_at is None:
            return None
        return max(0.0, (self._budget.deadline_at - self._clock.now()) / timedelta(seconds=1))
