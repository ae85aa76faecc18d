"""What a caller wishes of one run beside its agent: words, tools of their own, how the model is to answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import msgspec

from kangban.agent.closing import closed_after
from kangban.agent.offline.plan import whole_question
from kangban.agent.paradigms.parts import Part
from kangban.agent.paradigms.spent import Spent
from kangban.agent.wrapped import WrappedModel
from kangban.agent.wrapping import unwrap_result
from kangban.clinical.draft import ToolTrace
from kangban.clinical.urgency import Lang
from kangban.journeys.workshop.checking import MOST_PROMPT
from kangban.kernel.errors import Broken, InvalidInput
from kangban.kernel.texts import t
from kangban.ports.agents import AgentDefinition
from kangban.ports.chat_model import (
    ChatEvent,
    ChatMessage,
    ChatModel,
    ChatRequest,
    Finished,
    TextDelta,
    ToolCall,
    ToolCallsReady,
    ToolDescription,
)
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

MOST_HISTORY = 10_000  # messages: a caller who sends the whole conversation keeps its window


class Wishes(msgspec.Struct, frozen=True):
    """Wishes of one run. `system` is added behind the house rules. `tools` run at the caller's: a call ends the run.

    `choice`: "" the model decides, "none" it is offered none of `tools`, "required" it must call one, else the name of
    the one it must call; a server that cannot be told so may still answer in words. `stop` ends the model's text
    before any of these. `json_only`: one JSON object is wanted.
    """

    system: str = ""
    tools: tuple[ToolDescription, ...] = ()
    choice: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    json_only: bool = False


class Handed:
    """What the model asked of the caller's tools, once the run has ended with it."""

    def __init__(self) -> None:
        self.calls: tuple[ToolCall, ...] = ()


def wished(definition: AgentDefinition, wishes: Wishes) -> AgentDefinition:
    """The agent as this run has it; raises InvalidInput for tools that this kind of agent cannot hand over.

    Such a run lasts as long as its caller listens, so it is never durable.
    """
    if wishes.tools and definition.paradigm != "react":
        raise InvalidInput(
            f"an agent that works by {definition.paradigm} takes no tools of the caller's", field="tools",
            key="workshop.no_client_tools",
        )  # fmt: skip
    clash = next((one.name for one in wishes.tools if one.name in definition.tools), "")
    if clash:
        raise InvalidInput(f"the agent has a tool {clash} of its own", field="tools", key="workshop.named_twice")
    if len(wishes.system) > MOST_PROMPT:
        raise InvalidInput(f"longer than {MOST_PROMPT} characters", field="messages", key="error.too_long")
    model = definition.model
    if wishes.temperature is not None:
        model = msgspec.structs.replace(model, temperature=wishes.temperature)
    memory = msgspec.structs.replace(definition.memory, window=MOST_HISTORY)
    return msgspec.structs.replace(definition, model=model, memory=memory, durable=False)


def dressed(part: Part, wishes: Wishes, lang: Lang, offline: ChatModel) -> tuple[Part, Handed]:
    """The agent's part with the caller's words and tools, and where their calls will be found."""
    handed = Handed()
    offered = () if wishes.choice == "none" else wishes.tools
    if wishes.choice not in ("", "none", "required"):
        offered = tuple(one for one in offered if one.name == wishes.choice)
    words = [part.system]
    if wishes.system.strip():
        words.append(f"{t('workshop.client_wishes', lang)}\n{wishes.system.strip()}")
    if offered:
        named = ", ".join(one.name for one in offered)
        words.append(t("workshop.client_tools", lang, names=named))
        if wishes.choice:
            words.append(t("workshop.client_must_call", lang, names=named))
    if wishes.json_only:
        words.append(t("workshop.client_json", lang))
    model = part.model
    if model is not offline:
        model = _Wished(model, wishes, frozenset(one.name for one in offered), handed)
    tools = (*part.tools, *(_theirs(one) for one in offered))
    return msgspec.structs.replace(part, model=model, tools=tools, system="\n\n".join(words)), handed


def question_of(messages: Sequence[ChatMessage]) -> str:
    """What the person asked last: what tools of the caller said afterwards is no word of theirs."""
    last = max((n for n, one in enumerate(messages) if one.role == "user"), default=-1)
    return whole_question(messages[: last + 1])


def told_before(messages: Sequence[ChatMessage]) -> tuple[ToolTrace, ...]:
    """What the caller's tools said, so that the guard knows where a number comes from.

    Never under a name of ours: words of our own tools are trusted.
    """
    asked = {call.id: call for one in messages for call in one.tool_calls}
    return tuple(
        ToolTrace(f"caller:{one.name or ''}", asked[one.tool_call_id].arguments or {}, unwrap_result(one.content))
        for one in messages
        if one.role == "tool" and one.tool_call_id in asked
    )


def _theirs(described: ToolDescription) -> ToolSpec:
    async def call(_context: ToolContext, _arguments: dict[str, Any]) -> ToolResult:
        raise Broken("a caller's tool was called here")

    return ToolSpec(described.name, described.description, described.parameters, "reads", call, group="caller")


class _Wished(WrappedModel):
    """Outside of every protocol: sets what the caller wishes, cuts at their stop words, ends the run at their tools."""

    def __init__(self, model: ChatModel, wishes: Wishes, theirs: frozenset[str], handed: Handed) -> None:
        super().__init__(model)
        self._wishes, self._theirs, self._handed = wishes, theirs, handed

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """The model's events; raises what it raises, and Spent behind a message that calls the caller's tools."""
        asked, stops = self._asked(request), _Stops(self._wishes.stop)
        calls: tuple[ToolCall, ...] = ()
        async with closed_after(self._model.stream(asked)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    if text := stops.feed(event.text):
                        yield TextDelta(text)
                    if stops.over:
                        # The rest would be cut away: the model need not write it.
                        yield Finished("stop")
                        return
                elif isinstance(event, ToolCallsReady):
                    calls = tuple(one for one in event.calls if one.name in self._theirs)
                    # Broken arguments go on as they are: the loop tells the model so, as with any tool.
                    if not calls or any(one.arguments is None for one in calls):
                        calls = ()
                        yield event
                else:
                    if isinstance(event, Finished) and (rest := stops.flush()):
                        yield TextDelta(rest)
                    yield event
        if calls:
            self._handed.calls = calls
            raise Spent("waiting")

    def _asked(self, request: ChatRequest) -> ChatRequest:
        wishes = self._wishes
        most = [one for one in (request.max_tokens, wishes.max_tokens) if one is not None]
        choice = wishes.choice if self._theirs & {one.name for one in request.tools} else ""
        return msgspec.structs.replace(
            request, max_tokens=min(most) if most else None, seed=wishes.seed, stop=wishes.stop,
            tool_choice="" if choice == "none" else choice, json_only=request.json_only or wishes.json_only,
        )  # fmt: skip


class _Stops:
    """Text up to the first stop word, also where one comes in pieces."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)
        self._held = ""
        self.over = False

    def feed(self, piece: str) -> str:
        """What may be given out now."""
        if not self._words:
            return piece
        text = self._held + piece
        found = [at for word in self._words if (at := text.find(word)) >= 0]
        if found:
            self._held, self.over = "", True
            return text[: min(found)]
        held = max((n for word in self._words for n in range(1, len(word)) if text.endswith(word[:n])), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def flush(self) -> str:
        """What was held back and is no stop word after all."""
        held, self._held = self._held, ""
        return held
