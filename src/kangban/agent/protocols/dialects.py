"""The four ways to offer tools to a model: what it is sent, and what of its words may be shown while they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast

import msgspec

from kangban.agent.protocols.gates import Gate, JsonGate, PlainGate, ReactGate
from kangban.agent.protocols.history import arguments_of, json_of, spelled, tools_json, with_system
from kangban.agent.protocols.words import JSON_OBJECT, REACT, RESULT, THOUGHT
from kangban.agent.recovery.bodies import code_argument
from kangban.ports.agents import ProtocolName
from kangban.ports.chat_model import ChatMessage, ChatRequest, ToolCall

INTERPRETERS = ("python", "python_interpreter", "run_python", "interpreter", "PythonInterpreter", "IPythonInterpreter")


class Dialect(Protocol):
    """One protocol."""

    name: ProtocolName

    def ask(self, request: ChatRequest) -> ChatRequest:
        """The request as the model is to read it."""
        ...

    def gate(self, request: ChatRequest, /) -> Gate:
        """What may be shown of one message."""
        ...


class Native:
    """The server's own tool calls, several in one message, held to their schemas where the server can."""

    name: ProtocolName = "native"

    def ask(self, request: ChatRequest) -> ChatRequest:
        """The same request; strict where tools are offered."""
        return msgspec.structs.replace(request, strict_tools=True) if request.tools else request

    def gate(self, request: ChatRequest, /) -> Gate:
        """Prose at once; calls that a server failed to recognise stay hidden."""
        return PlainGate(each.name for each in request.tools)


class ReactText:
    """Thought / Action / Action Input / Response / Final Answer; 思考 / 动作 / 动作输入 / 返回 / 最终答案."""

    name: ProtocolName = "react_text"

    def ask(self, request: ChatRequest) -> ChatRequest:
        """Tools and format in the system message, calls and results as text."""
        lang = _lang(request)
        thought, action, entry, response = THOUGHT[lang]

        def call(said: str, calls: Sequence[ToolCall]) -> str:
            lines = [f"{thought}{said.strip()}"] if said.strip() else []
            for each in calls:
                lines += [f"{action}{each.name}", f"{entry}{arguments_of(each)}"]
            return "\n".join(lines)

        messages = spelled(request.messages, call, lambda tool, text: ChatMessage("user", f"{response}[{tool}] {text}"))
        if request.tools:
            names = ", ".join(each.name for each in request.tools)
            messages = with_system(messages, REACT[lang].format(tools=tools_json(request.tools), names=names))
        return msgspec.structs.replace(request, messages=tuple(messages), tools=())

    def gate(self, _request: ChatRequest, /) -> Gate:
        """Only the final answer."""
        return ReactGate()


class InternLM2:
    """<|action_start|><|plugin|>{"name", "parameters"}<|action_end|>, and <|interpreter|> for programs.

    Tools stand in system messages named plugin and interpreter, results in tool messages, as LMDeploy reads them.
    """

    name: ProtocolName = "internlm2"

    def ask(self, request: ChatRequest) -> ChatRequest:
        """Tools in system messages, calls between tokens."""

        def call(said: str, calls: Sequence[ToolCall]) -> str:
            return said + "".join(_tokens(each) for each in calls)

        messages = spelled(request.messages, call, lambda tool, text: ChatMessage("tool", text, name=_kind(tool)))
        plugins = [each for each in request.tools if _kind(each.name) == "plugin" or not code_argument(each)]
        programs = [each for each in request.tools if each not in plugins]
        offered = [ChatMessage("system", each.description, name="interpreter") for each in programs]
        if plugins:
            offered.append(ChatMessage("system", json_of(plugins), name="plugin"))
        at = 1 if messages and messages[0].role == "system" else 0
        return msgspec.structs.replace(request, messages=(*messages[:at], *offered, *messages[at:]), tools=())

    def gate(self, request: ChatRequest, /) -> Gate:
        """Text before the first token, at once."""
        return PlainGate(each.name for each in request.tools)


class JsonObject:
    """One JSON object a message: {"thought", "calls"} or {"thought", "answer"}; for servers with a JSON mode."""

    name: ProtocolName = "json_object"

    def ask(self, request: ChatRequest) -> ChatRequest:
        """Tools and format in the system message, JSON mode on."""

        def call(said: str, calls: Sequence[ToolCall]) -> str:
            made = [{"name": each.name, "arguments": each.arguments or {}} for each in calls]
            return json_of({"thought": said.strip(), "calls": made})

        lang = _lang(request)
        messages = spelled(
            request.messages, call, lambda tool, text: ChatMessage("user", f"{RESULT[lang]}[{tool}] {text}")
        )
        messages = with_system(messages, JSON_OBJECT[lang].format(tools=tools_json(request.tools) or "-"))
        return msgspec.structs.replace(request, messages=tuple(messages), tools=(), json_only=True)

    def gate(self, _request: ChatRequest, /) -> Gate:
        """The text of "answer"."""
        return JsonGate()


DIALECTS: dict[str, Dialect] = {each.name: each for each in (Native(), ReactText(), InternLM2(), JsonObject())}


def _lang(request: ChatRequest) -> str:
    context: Any = request.context
    lang = cast("dict[str, Any]", context).get("lang") if isinstance(context, dict) else None
    return "en" if lang == "en" else "zh"


def _kind(tool: str) -> str:
    return "interpreter" if tool in INTERPRETERS else "plugin"


def _tokens(call: ToolCall) -> str:
    arguments = call.arguments or {}
    if _kind(call.name) == "interpreter" and len(arguments) == 1:
        return f"<|action_start|><|interpreter|>\n```python\n{next(iter(arguments.values()))}\n```<|action_end|>"
    written = json_of({"name": call.name, "parameters": arguments})
    return f"<|action_start|><|plugin|>\n{written}<|action_end|>"
