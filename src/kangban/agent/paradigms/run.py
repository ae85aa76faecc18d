"""Run an agent by its paradigm: events while it works, and one Outcome at its end, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence

import msgspec

from kangban.agent.calling import Approve
from kangban.agent.events import AgentEvent
from kangban.agent.journalled import Effects
from kangban.agent.memory import split_window, to_sum_up
from kangban.agent.paradigms.autogpt import autogpt
from kangban.agent.paradigms.parts import MOST_DEPTH, MOST_VISITS, Part, check_parts, next_part
from kangban.agent.paradigms.plan_execute import plan_execute
from kangban.agent.paradigms.prompts import text
from kangban.agent.paradigms.react import Ending, react
from kangban.agent.paradigms.reflexion import reflexion
from kangban.agent.paradigms.rewoo import rewoo
from kangban.agent.paradigms.session import Session, Shared
from kangban.agent.paradigms.spent import Found, Spent, told
from kangban.agent.tracing import Price, Tracer, no_price
from kangban.clinical.draft import ToolTrace
from kangban.kernel.clock import Clock
from kangban.kernel.errors import KangbanError
from kangban.ports.agents import AgentDefinition, RunStep, StoppedBy, Usage
from kangban.ports.chat_model import ChatMessage, ChatModel, say
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

_ALONE = {"react": react, "rewoo": rewoo, "plan_execute": plan_execute, "autogpt": autogpt}


class Outcome(msgspec.Struct, frozen=True, tag="outcome"):
    """The end of a run: its text before any guard, why it stopped, what it spent, and all it rests on."""

    text: str
    stopped_by: StoppedBy
    usage: Usage
    steps: tuple[RunStep, ...] = ()
    traces: tuple[ToolTrace, ...] = ()
    results: tuple[ToolResult, ...] = ()
    error: str = ""  # code of the error of a run that failed


async def run_paradigm(
    definition: AgentDefinition,
    model: ChatModel,
    tools: Sequence[ToolSpec],
    context: ToolContext,
    asked: Sequence[ChatMessage],
    clock: Clock,
    *,
    approve: Approve | None = None,
    stop: asyncio.Event | None = None,
    parts: Mapping[str, Part] | None = None,
    price: Price = no_price,
    effects: Effects | None = None,
    again: Approve | None = None,
) -> AsyncGenerator[AgentEvent | RunStep | Outcome, None]:
    """Events and steps as they happen (a step twice: begun and over), at last one Outcome; raises InvalidInput first.

    Setting `stop` ends the run at any point; so does closing the generator. A failing model ends it as "failed" with
    what was found so far. A system message of `asked` stands before everything. With `effects` every message, tool and
    word of a person is journalled; `again` is asked before what may have happened is done again.
    """
    known = dict(parts or {})
    check_parts(definition, {name: part.definition for name, part in known.items()})
    told_of: asyncio.Queue[AgentEvent | RunStep | None] = asyncio.Queue()
    shared = Shared(
        context,
        clock,
        Tracer(told_of.put_nowait, price),
        definition.limits,
        told_of.put_nowait,
        approve,
        effects,
        again,
    )
    work = _Work(shared, known)
    system = [m for m in asked if m.role == "system"]
    first = Part(definition, model, tuple(tools), "\n\n".join(m.content for m in system))
    task = asyncio.create_task(work.whole(first, [m for m in asked if m.role != "system"]))
    task.add_done_callback(lambda _: told_of.put_nowait(None))
    watch = asyncio.create_task(_stopping(stop, task))
    try:
        while (event := await told_of.get()) is not None:
            yield event
        yield _outcome(task, shared)
    finally:
        watch.cancel()
        task.cancel()
        await asyncio.gather(watch, task, return_exceptions=True)


async def _stopping(stop: asyncio.Event | None, task: asyncio.Task[Ending]) -> None:
    if stop is not None:
        await stop.wait()
        task.cancel()


def _outcome(task: asyncio.Task[Ending], shared: Shared) -> Outcome:
    error = ""
    ending: Ending
    if task.cancelled():
        ending = told("cancelled", shared.found, shared.context.lang), "cancelled"
    elif (raised := task.exception()) is not None:
        if not isinstance(raised, KangbanError):
            raise raised
        error = raised.code
        ending = told("failed", shared.found, shared.context.lang), "failed"
    else:
        ending = task.result()
    done = shared.tracer
    return Outcome(*ending, done.usage, done.steps, tuple(shared.traces), tuple(shared.results), error)


class _Work:
    """Runs agents and agents of agents over one shared budget."""

    def __init__(self, shared: Shared, parts: Mapping[str, Part]) -> None:
        self._shared, self._parts = shared, parts
        self._visits = 0

    async def whole(self, part: Part, asked: Sequence[ChatMessage]) -> Ending:
        """A run from its memory to its end; a limit reached becomes an honest summing-up."""
        session = Session(self._shared, part.definition, part.model, part.tools, _system(part), asked)
        try:
            session.asked = await _remembered(session, asked)
            return await self._run(part, session, 1)
        except Spent as spent:
            return await session.sum_up(spent), spent.by
        except KangbanError:
            if self._shared.left_s() != 0.0:
                raise
            return told("time", self._shared.found, session.lang), "time"

    async def _run(self, part: Part, session: Session, depth: int) -> Ending:
        self._visits += 1
        if self._visits > MOST_VISITS or depth > MOST_DEPTH:
            raise Spent("rounds")
        paradigm = part.definition.paradigm
        try:
            if paradigm in ("sequence", "graph"):
                return await self._parts_in_turn(part, session, depth)
            if paradigm == "reflexion":
                return await reflexion(session, lambda task: self._again(part, session, task, depth))
            return await _ALONE[paradigm](session)
        finally:
            await session.stop()

    async def _parts_in_turn(self, part: Part, session: Session, depth: int) -> Ending:
        definition = part.definition
        names = list(definition.parts)
        at: str | None = names[0]
        task = session.task
        ending: Ending = "", "empty"
        while at is not None:
            ending = await self._visit(self._parts[at], session, task, depth)
            if ending[1] not in ("answered", "length"):
                break
            result = ending[0]
            task = text("part", session.lang, task=session.task, who=at, result=result)
            if definition.paradigm == "graph":
                at = next_part(definition, at, result)
            else:
                at = names[names.index(at) + 1] if at != names[-1] else None
        return ending[0], ending[1]

    async def _again(self, part: Part, session: Session, task: str, depth: int) -> Ending:
        inner = part.definition.parts
        if inner:
            return await self._visit(self._parts[inner[0]], session, task, depth)
        plain = msgspec.structs.replace(part, definition=msgspec.structs.replace(part.definition, paradigm="react"))
        return await self._visit(plain, session, task, depth)

    async def _visit(self, part: Part, above: Session, task: str, depth: int) -> Ending:
        tracer = self._shared.tracer
        step = tracer.begin(RunStep(0, "part", 0, name=part.definition.name))
        tracer.enter(step)
        asked = [*above.asked[:-1], msgspec.structs.replace(say("user", task), images=above.asked[-1].images)]
        inner = Session(self._shared, part.definition, part.model, part.tools, _system(part), asked)
        ending: Ending = "", "failed"
        try:
            ending = await self._run(part, inner, depth + 1)
            self._shared.found.append(Found(part.definition.name, ending[0], bool(ending[0])))
        finally:
            tracer.leave()
            tracer.end(step, status="ok" if ending[1] == "answered" else "error", text=ending[0])
        return ending


def _system(part: Part) -> list[ChatMessage]:
    return [say("system", part.system)] if part.system else []


async def _remembered(session: Session, asked: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The window of earlier messages, with a summary of the rest before it where that is wished."""
    choice = session.definition.memory
    earlier, kept = split_window(asked, choice.window)
    if not earlier or not choice.summarise:
        return kept
    prompt = text("summary", session.lang, said=to_sum_up(earlier))
    summary = await session.ask("summary", [say("user", prompt)], kind="memory")
    first = kept[0]
    before = text("earlier", session.lang, summary=summary.strip())
    if first.role != "user":
        return [say("user", before), *kept]
    return [msgspec.structs.replace(first, content=f"{before}\n\n{first.content}"), *kept[1:]]
