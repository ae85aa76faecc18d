"""The offline brain as a chat model: first it plans tool calls, then it composes from their results."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

from kangban.agent.offline.compose import compose
from kangban.agent.offline.plan import Plan, make_plan, whole_question
from kangban.agent.offline.roles import ANSWERING, say_for_role
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.urgency import Lang
from kangban.ports.chat_model import ChatEvent, ChatRequest, Finished, Place, TextDelta, ToolCall, ToolCallsReady


class OfflineBrain:
    """No language model: rules plan, templates speak. Deterministic; says what it is when asked."""

    @property
    def name(self) -> str:
        """As stored in traces and shown."""
        return "offline"

    @property
    def place(self) -> Place:
        """It runs here."""
        return "this_machine"

    async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """Plan on the first call of a turn, compose on the second."""
        view = _view(request)
        plan = make_plan(str(view.get("question") or "") or whole_question(request.messages))
        if (role := str(view.get("role", ""))) not in ANSWERING:
            yield TextDelta(say_for_role(role, plan, view.get("offered", ()), plan.text, lang_of(request, plan)))
            yield Finished("stop")
            return
        results = tool_results(request)
        acted = any(m.role == "tool" for m in request.messages)
        offered = {t.name for t in request.tools}
        calls = [c for c in plan.calls if c.name in offered]
        if calls and not acted:
            yield ToolCallsReady(
                tuple(
                    ToolCall(f"call-{n}", c.name, c.arguments, json.dumps(c.arguments, ensure_ascii=False))
                    for n, c in enumerate(calls)
                )
            )
            yield Finished("tool_calls")
            return
        context = view.get("tool_context")
        person = context.person if context is not None else UNKNOWN_PERSON
        for line in compose(plan, results, lang_of(request, plan), person).splitlines(keepends=True):
            yield TextDelta(line)
        yield Finished("stop")

    async def close(self) -> None:
        """Nothing to release."""


def lang_of(request: ChatRequest, plan: Plan) -> Lang:
    """The language of the turn, else that of the text."""
    lang = _view(request).get("lang")
    return lang if lang in ("zh", "en") else plan.said.lang


def tool_results(request: ChatRequest) -> list[tuple[str, dict[str, Any]]]:
    """(tool name, result object) of this turn, in order; failed calls are left out."""
    view = _view(request)
    heard: list[Any] = [*view.get("heard", ())]
    if view.get("role") in ANSWERING - {""}:
        # A run of several loops: what all of them found, with the same two fields.
        heard = [one for one in view.get("found", ()) if one.call is not None]
    return [
        (h.call.name, cast("dict[str, Any]", h.result.content))
        for h in heard
        if h.result.ok and isinstance(h.result.content, dict)
    ]


def _view(request: ChatRequest) -> dict[str, Any]:
    """What the loop lets a brain in this process see: lang, tool_context, heard."""
    return cast("dict[str, Any]", request.context) if isinstance(request.context, dict) else {}
