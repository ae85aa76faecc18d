"""A run's model: every call is checked against the limits, written to the trace and counted."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, cast

import msgspec

from kangban.agent.calling import REPEATED
from kangban.agent.prompts import last_call
from kangban.agent.tracing import guess_tokens
from kangban.agent.wrapped import WrappedModel
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import KangbanError
from kangban.ports.agents import RunStep, StepKind
from kangban.ports.chat_model import (
    ChatEvent,
    ChatModel,
    ChatRequest,
    Finished,
    ReasoningDelta,
    TextDelta,
    ToolCallsReady,
)

if TYPE_CHECKING:
    from kangban.agent.paradigms.session import Shared


class TracedModel(WrappedModel):
    """The model of one agent. `kind` names the next step in the trace; `view` is added for brains in this process."""

    def __init__(self, model: ChatModel, shared: Shared) -> None:
        super().__init__(model)
        self._shared = shared
        self.kind: StepKind = "model"
        self.view: dict[str, Any] = {}
        self.last_call = False  # the loop asked for its last word: its budget was spent
        self._asked: set[tuple[str, str]] = set()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """The model's events; raises Spent before a call that is over a limit, else what the model raises."""
        shared = self._shared
        self.last_call = bool(request.messages) and request.messages[-1].content.endswith(
            last_call(shared.context.lang)
        )
        limit_word = (
            isinstance(request.context, dict) and cast("dict[str, Any]", request.context).get("role") == "limit"
        )
        if not self.last_call and not limit_word:
            shared.check()
        if self.view:
            request = msgspec.structs.replace(request, context={**cast("dict[str, Any]", request.context), **self.view})
        tracer = shared.tracer
        step = tracer.begin(RunStep(0, self.kind, 0, name=self._model.name))
        text, thought, calls, end = list[str](), list[str](), list[str](), Finished("unknown")
        sent = sum(guess_tokens(m.content) + 4 for m in request.messages)
        sent += sum(guess_tokens(canonical_json(one.parameters)) + 12 for one in request.tools)
        status, failed = "error", ""
        try:
            async for event in self._model.stream(request):
                if isinstance(event, TextDelta):
                    text.append(event.text)
                elif isinstance(event, ReasoningDelta):
                    thought.append(event.text)
                elif isinstance(event, ToolCallsReady):
                    calls += [f"{c.name} {c.raw_arguments}" for c in event.calls]
                    self._notice_repeats(event)
                else:
                    end = event
                yield event
            status = "ok"
        except KangbanError as error:
            failed = error.code
            raise
        finally:
            wrote = "".join((*text, *thought, *calls))
            spent = tracer.count_model(
                self._model.name,
                end.prompt_tokens,
                end.completion_tokens,
                (sent, guess_tokens(wrote)),
                end.cached_tokens or 0,
            )
            tracer.end(
                step, status=status, text="".join(text), reasoning="".join(thought), result=failed or calls or None,
                prompt_tokens=spent.prompt_tokens, completion_tokens=spent.completion_tokens, money=spent.money,
            )  # fmt: skip

    async def close(self) -> None:
        """The run does not own its model."""

    def _notice_repeats(self, event: ToolCallsReady) -> None:
        for call in event.calls:
            key = (call.name, canonical_json(call.arguments) if call.arguments is not None else call.raw_arguments)
            if key in self._asked:
                step = RunStep(0, "tool", 0, name=call.name, arguments=call.arguments or {}, text=REPEATED)
                self._shared.tracer.note(msgspec.structs.replace(step, status="repeated"))
            self._asked.add(key)
