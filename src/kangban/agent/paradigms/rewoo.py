"""Plan everything first, run independent steps at once, then answer: two model calls where a plan suffices."""

from __future__ import annotations

import asyncio

import msgspec

from kangban.agent.calling import failure
from kangban.agent.paradigms.plan_text import ParsedPlan, PlanStep, filled, parse_plan
from kangban.agent.paradigms.prompts import text
from kangban.agent.paradigms.react import Ending
from kangban.agent.paradigms.session import Session
from kangban.agent.wrapping import wrap_result
from kangban.kernel.canonical import canonical_json
from kangban.ports.agents import RunStep
from kangban.ports.chat_model import ToolCall, say
from kangban.ports.tool import ToolResult

_MENDS = 2  # times a bad plan is written again


async def rewoo(session: Session) -> Ending:
    """Plan, work, solve. A plan that cannot be mended is reported and nothing of it is carried out."""
    plan = await _planned(session)
    if plan.faults:
        return text("plan_failed", session.lang, faults="; ".join(plan.faults)), "failed"
    results = await _carried_out(session, plan)
    evidence = "\n".join(f"#E{n}\n{wrap_result(_tool_of(plan, n), results[n].content)}" for n in sorted(results))
    prompt = text("rewoo_solve", session.lang, evidence=evidence or text("none", session.lang))
    answer = await session.ask("solve", session.first(prompt), show=True)
    return answer, "answered" if answer.strip() else "empty"


async def _planned(session: Session) -> ParsedPlan:
    names = [each.name for each in session.tools]
    messages = session.first(text("rewoo_plan", session.lang, tools=session.described))
    for attempt in range(_MENDS + 1):
        written = await session.ask("plan", messages, kind="plan")
        plan = parse_plan(written, names)
        if not plan.faults or attempt == _MENDS:
            return plan
        mend = text("rewoo_mend", session.lang, faults="; ".join(plan.faults))
        messages = [*messages, say("assistant", written), say("user", mend)]
    raise AssertionError("unreachable")


async def _carried_out(session: Session, plan: ParsedPlan) -> dict[int, ToolResult]:
    """Results by number; each step starts as soon as what it needs is there."""
    tasks: dict[int, asyncio.Task[ToolResult]] = {}

    async def run(step: PlanStep) -> ToolResult:
        needed = {n: await tasks[n] for n in sorted(step.needs)}
        bad = [n for n, one in needed.items() if not one.ok]
        if bad:
            result = failure("not_run", f"not run, because #E{bad[0]} failed")
            refused = RunStep(0, "tool", 0, name=step.tool, arguments=step.arguments, result=result.content)
            session.shared.tracer.note(msgspec.structs.replace(refused, status="error"))
            return result
        arguments = filled(step.arguments, {n: one.content for n, one in needed.items()})
        return await session.call(ToolCall(f"E{step.number}", step.tool, arguments, canonical_json(arguments)))

    async with asyncio.TaskGroup() as group:
        for step in plan.steps:
            tasks[step.number] = group.create_task(run(step))
    return {number: task.result() for number, task in tasks.items()}


def _tool_of(plan: ParsedPlan, number: int) -> str:
    return next(step.tool for step in plan.steps if step.number == number)
