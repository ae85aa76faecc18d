"""A run's tools: counted, cut, written to the trace, and asked about where the definition says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from kangban.agent.calling import REPEATED, Approve, failure, run_tool
from kangban.agent.paradigms.spent import Found
from kangban.clinical.draft import ToolTrace
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import KangbanError
from kangban.ports.agents import AgentDefinition, RunStep
from kangban.ports.chat_model import ToolCall
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

if TYPE_CHECKING:
    from kangban.agent.paradigms.session import Shared


class Limited:
    """Wraps tools for one agent of a run."""

    def __init__(self, shared: Shared, definition: AgentDefinition) -> None:
        self._shared, self._definition = shared, definition
        self._before: dict[tuple[str, str], ToolResult] = {}

    def wrap(self, spec: ToolSpec) -> ToolSpec:
        """The same tool behind the run's limits and trace; one that is to be asked about counts as acting."""
        asks = spec.name in self._definition.approve

        async def call(context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
            return await self._call(spec, context, arguments)

        effect = "acts" if asks else spec.effect
        # Its own limits are held inside, so that a retry is no second step and the trace has the result as it was cut.
        return msgspec.structs.replace(spec, call=call, effect=effect, timeout_s=None, retries=0, cache_s=0.0)

    async def approve(self, spec: ToolSpec, arguments: dict[str, Any]) -> bool:
        """Ask the person, and write down what was said; nobody there to ask is a no."""
        said = await self._word(spec, arguments, self._asked)
        effects = self._shared.effects
        if said and effects is not None and effects.broken_off(spec, arguments):
            # Here and not in the call, whose time is limited: the question waits as long as it must.
            note = RunStep(0, "tool", 0, name=spec.name, arguments=arguments, status="may_have_happened")
            self._shared.tracer.note(note)
            again = await self._word(spec, arguments, self._shared.again or _nobody)
            await effects.decided(spec, arguments, again=again)
        return said

    async def _word(self, spec: ToolSpec, arguments: dict[str, Any], ask: Approve) -> bool:
        tracer = self._shared.tracer
        step = tracer.begin(RunStep(0, "approval", 0, name=spec.name, arguments=arguments))
        said = False
        try:
            with tracer.waiting():
                said = await ask(spec, arguments)
        finally:
            tracer.end(step, status="ok" if said else "refused")
        return said

    async def _call(self, spec: ToolSpec, context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
        shared = self._shared
        key = (spec.name, canonical_json(arguments))
        if (before := self._before.get(key)) is not None:
            # Within one loop the caller sees to it; this is for the next step or goal of the same agent.
            return msgspec.structs.replace(before, content={"note": REPEATED, "result": before.content})
        limits = self._definition.limits.per_tool
        most = limits.get(spec.name)
        if (most is not None and shared.per_tool.get(spec.name, 0) >= most) or (
            shared.tracer.usage.tool_calls >= shared.limits.tool_calls
        ):
            return failure("budget", "no more calls of this tool in this run; go on with what you have")
        shared.per_tool[spec.name] = shared.per_tool.get(spec.name, 0) + 1
        shared.tracer.count_tool()
        step = shared.tracer.begin(RunStep(0, "tool", 0, name=spec.name, arguments=arguments))
        status, content, media = "error", None, tuple[str, ...]()
        try:
            result = await self._carried_out(spec, context, arguments)
            status, content = "ok" if result.ok else "error", result.content
            media = tuple(one.ref for one in result.media)
        except KangbanError as error:
            content = {"error": {"code": error.code, "message": error.message}}
            shared.traces.append(ToolTrace(spec.name, arguments, content, ok=False))
            shared.found.append(Found(spec.name, content, ok=False))
            raise
        except BaseException as error:
            # Broken off midway: what a tool does outside may have happened all the same.
            content = {"error": {"code": "broken", "message": type(error).__name__}}
            if spec.effect == "acts":
                status = "may_have_happened"
            raise
        finally:
            shared.tracer.end(step, status=status, result=content, media=media)
        if result.ok:
            self._before[key] = result
        self._keep(spec, arguments, result)
        return result

    async def _asked(self, spec: ToolSpec, arguments: dict[str, Any]) -> bool:
        approve, effects = self._shared.approve, self._shared.effects
        if approve is None:
            return False
        if effects is None:
            return await approve(spec, arguments)
        return await effects.agreed(spec, arguments, lambda: approve(spec, arguments))

    async def _carried_out(self, spec: ToolSpec, context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
        effects = self._shared.effects
        if effects is None:
            return await run_tool(spec, context, arguments)

        async def run(keyed: ToolContext) -> ToolResult:
            return await run_tool(spec, keyed, arguments)

        return await effects.gave(spec, context, arguments, run)

    def _keep(self, spec: ToolSpec, arguments: dict[str, Any], result: ToolResult) -> None:
        shared = self._shared
        number = len(shared.results)
        shared.results.append(result)
        shared.traces.append(ToolTrace(spec.name, arguments, result.content, result.ok))
        call = ToolCall(f"call-{number}", spec.name, arguments)
        shared.found.append(Found(spec.name, result.content, result.ok, call, result))


async def _nobody(_spec: ToolSpec, _arguments: dict[str, Any]) -> bool:
    return False
