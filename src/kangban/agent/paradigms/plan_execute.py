"""Plan in words, do one step after the other, plan the rest anew where a step failed, then answer."""

from __future__ import annotations

import re

from kangban.agent.paradigms.prompts import text
from kangban.agent.paradigms.react import Ending
from kangban.agent.paradigms.session import Session
from kangban.agent.paradigms.spent import Found
from kangban.ports.agents import RunStep
from kangban.ports.chat_model import say

MOST_STEPS = 6
_STEP_ROUNDS = 4  # model calls of one step
_NUMBER = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)、．]|目标[:：]|GOAL:|步骤\s*\d*[:：]|Step\s*\d*:)\s*", re.IGNORECASE)
_DONE = re.compile(r"^\s*(?:完成|已完成|DONE|通过|PASS|继续|CONTINUE)[\s。.!！]*$", re.IGNORECASE)


async def plan_execute(session: Session) -> Ending:
    """The final answer over what every step gave."""
    prompt = text("steps_plan", session.lang, most=MOST_STEPS, tools=session.described)
    steps = lines_of(await session.ask("steps", session.first(prompt), kind="plan"), MOST_STEPS)
    mended = False
    while steps:
        step = steps.pop(0)
        if not await do_step(session, step) and not mended:
            mended = True
            prompt = text(
                "steps_mend", session.lang, task=session.task, done=session.done(), failed=step, most=MOST_STEPS
            )
            steps = lines_of(await session.ask("mend", [*session.system, say("user", prompt)], kind="plan"), MOST_STEPS)
    return await final(session)


async def do_step(session: Session, step: str) -> bool:
    """One step or goal in a small loop of its own; its words are kept for the rest. False when it gave nothing."""
    tracer = session.shared.tracer
    under = tracer.begin(RunStep(0, "plan", 0, text=step))
    tracer.enter(under)
    said, failed_before = "", sum(not one.ok for one in session.shared.found)
    try:
        prompt = text("step", session.lang, task=session.task, done=session.done(), step=step)
        messages = [*session.system, say("user", prompt)]
        said = (await session.loop(messages, step, rounds=_STEP_ROUNDS)).text
    finally:
        tracer.leave()
        tracer.end(under, status="ok" if said else "error")
    failed = sum(not one.ok for one in session.shared.found) > failed_before
    session.shared.found.append(Found(step[:80], said, bool(said)))
    return bool(said) and not failed


async def final(session: Session) -> Ending:
    """The answer of a run made of steps."""
    prompt = text("final", session.lang, task=session.task, done=session.done())
    answer = await session.ask("answer", [*session.system, say("user", prompt)], show=True)
    return answer, "answered" if answer.strip() else "empty"


def lines_of(written: str, most: int) -> list[str]:
    """The lines of a list as a model writes it, without numbers and bullets."""
    lines = [_NUMBER.sub("", line).strip() for line in written.splitlines() if not _DONE.match(line)]
    return [line[:400] for line in lines if line][:most]


def says_done(written: str) -> bool:
    """Whether a model said that nothing is left to do, and nothing else."""
    return re.fullmatch(r"\s*(?:完成|已完成|DONE|通过|PASS)[\s。.!！]*", written, re.IGNORECASE) is not None
