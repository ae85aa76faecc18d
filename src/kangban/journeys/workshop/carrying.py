"""A run carried from its first step to a text that has passed the guard, and kept as it goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

import msgspec

from kangban.agent.calling import Approve
from kangban.agent.journalled import Effects
from kangban.agent.paradigms.run import Outcome, run_paradigm
from kangban.clinical.citation import Citation
from kangban.clinical.draft import Check, Decision
from kangban.clinical.finding import Finding
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.urgency import Lang, Urgency
from kangban.journeys.library.searching import LibraryReader
from kangban.journeys.workshop.casting import Cast, cast_of
from kangban.journeys.workshop.guarding import Question, release, without_words
from kangban.journeys.workshop.handing import may_hand, object_of, readings
from kangban.journeys.workshop.kept import Workshop
from kangban.journeys.workshop.live import Asked, LiveRun
from kangban.journeys.workshop.pictures import shown
from kangban.journeys.workshop.wishes import Handed, Wishes, dressed, question_of, told_before
from kangban.kernel.errors import Broken, Conflict
from kangban.perception.language.read import read
from kangban.ports.agents import AgentDefinition, AgentRun, RunStep
from kangban.ports.chat_model import ChatMessage, ToolCall, say
from kangban.ports.media import Media, MediaShelf
from kangban.ports.tool import ToolContext, ToolSpec
from kangban.reasoning.triage import triage
from kangban.toolbox.services import Services


class RunStarted(msgspec.Struct, frozen=True, tag="started"):
    """A run is under way; `run_id` stops it and answers what it asks."""

    run_id: str
    agent: str
    version: int


class StepSeen(msgspec.Struct, frozen=True, tag="step"):
    """A step began or is over: without the model's words, which the guard has not seen yet."""

    step: RunStep


class Waiting(msgspec.Struct, frozen=True, tag="waiting"):
    """A tool waits for a person's word; see `answer`."""

    asked: Asked


class RunDone(msgspec.Struct, frozen=True, tag="done"):
    """The end: the run as kept, its text as the guard released it. `brain` answered; `media` is what was made.

    `calls` of the caller's tools ended the run, which is stopped as "waiting"; `json` is the object that was wished
    for; both have passed the guard. `error` is the code of what failed.
    """

    run: AgentRun
    decision: Decision
    urgency: Urgency
    brain: str
    citations: tuple[Citation, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()  # translation keys, e.g. why the configured model was not asked
    media: tuple[Media, ...] = ()
    findings: tuple[Finding, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    json: str = ""
    error: str = ""


WorkshopEvent = RunStarted | StepSeen | Waiting | RunDone


class Task(msgspec.Struct, frozen=True):
    """Everything a run is begun with: the agent as it was then, what was said, and the run as first kept."""

    definition: AgentDefinition
    messages: tuple[ChatMessage, ...]
    lang: Lang
    run: AgentRun
    media: tuple[Media, ...] = ()
    wishes: Wishes = Wishes()


async def carried(
    workshop: Workshop, task: Task, live: LiveRun, effects: Effects | None = None
) -> AsyncGenerator[WorkshopEvent, None]:
    """Events until the end, which is kept first. Without `effects`, whoever stops listening stops the run for good."""
    run = task.run
    text = question_of(task.messages)
    said = read(text)
    question = Question(text, said, triage(said, UNKNOWN_PERSON), task.lang)
    made = MediaShelf()
    refs = [made.put(one) for one in task.media]
    played = await cast_of(workshop, task.definition, run.owner, question)
    first, handed = dressed(played.first, task.wishes, question.lang, workshop.house.offline)
    messages, kept = await shown(workshop, task.messages, task.media, first.model, seeing=played.seeing)
    task = msgspec.structs.replace(task, messages=messages)
    played = msgspec.structs.replace(played, first=first, notes=(*played.notes, *kept))
    await workshop.shelf.put_run(run)
    yield RunStarted(run.id, run.agent, run.version)
    seen: dict[int, RunStep] = {}
    outcome: Outcome | None = None
    try:
        async with aclosing(_outcome(workshop, task, question, played, live, effects, made, refs)) as events:
            async for event in events:
                if isinstance(event, Outcome):
                    outcome = event
                elif isinstance(event, Asked):
                    if effects is not None:
                        await _kept_waiting(workshop, run, seen, event)
                    yield Waiting(event)
                else:
                    step = without_words(event)
                    seen[step.number] = step
                    yield StepSeen(step)
    finally:
        if outcome is None and effects is None and not live.erased:  # whoever listened went away
            now = workshop.house.clock.now()
            gone = msgspec.structs.replace(run, steps=tuple(seen.values()), stopped_by="cancelled", ended_at=now)
            await workshop.shelf.put_run(gone)
    if outcome is None:
        raise Broken("the run ended without an outcome")
    if live.lost:
        raise Conflict("this run is under way elsewhere", field="run", key="workshop.under_way")
    given = tuple(one for one in made if one.ref not in refs)
    yield await _done(workshop, task, question, played, outcome, live, handed, given)


async def _outcome(
    workshop: Workshop, task: Task, question: Question, played: Cast, live: LiveRun, effects: Effects | None,
    made: MediaShelf, refs: list[str],
) -> AsyncGenerator[RunStep | Asked | Outcome, None]:  # fmt: skip
    """Steps, questions to the person as they are put, and at last the outcome."""
    first, messages = played.first, list(task.messages)
    if refs:
        messages[-1] = msgspec.structs.replace(messages[-1], content="\n".join((messages[-1].content, *refs)))
    events = run_paradigm(
        task.definition, first.model, first.tools, _context(workshop, question, played, made),
        [say("system", first.system), *messages], workshop.house.clock, approve=_asking(live), stop=live.stop,
        parts=played.parts, price=workshop.price, effects=effects, again=_asking(live, again=True),
    )  # fmt: skip
    told: asyncio.Queue[RunStep | Asked | Outcome | None] = asyncio.Queue()
    live.tell = told.put_nowait

    async def pump() -> None:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, RunStep | Outcome):
                    told.put_nowait(event)

    pumping = asyncio.create_task(pump())
    pumping.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (event := await told.get()) is not None:
            yield event
        await pumping
    finally:
        live.tell = None
        pumping.cancel()
        await asyncio.gather(pumping, return_exceptions=True)


async def _kept_waiting(workshop: Workshop, run: AgentRun, seen: dict[int, RunStep], asked: Asked) -> None:
    """What a durable run waits for is kept, so that it can be answered from another process."""
    step = next((s for s in reversed(seen.values()) if s.kind == "approval" and s.status == "running"), None)
    if step is not None:
        waits = seen | {step.number: msgspec.structs.replace(step, result={"ask": asked.id, "again": asked.again})}
        await workshop.shelf.put_run(msgspec.structs.replace(run, steps=tuple(waits.values())))


def waits_for(run: AgentRun) -> frozenset[str]:
    """Ids of what a kept run waits for."""
    told = [step.result for step in run.steps if step.kind == "approval" and step.status == "running"]
    return frozenset(str(cast("dict[str, Any]", one).get("ask")) for one in told if isinstance(one, dict))


async def _done(
    workshop: Workshop, task: Task, question: Question, played: Cast, outcome: Outcome, live: LiveRun, handed: Handed,
    given: tuple[Media, ...],
) -> RunDone:  # fmt: skip
    brain, house, calls, json = played.first.model.name, workshop.house, handed.calls, ""
    outcome = msgspec.structs.replace(outcome, traces=(*told_before(task.messages), *outcome.traces))
    if calls and not await may_hand(house, question, outcome, calls, brain):
        words = "\n".join(text for one in calls for text in readings(one.arguments or {}))
        outcome, calls = msgspec.structs.replace(outcome, text=words), ()
    released = await release(house, question, outcome, brain)
    if task.wishes.json_only and not calls:
        json = await object_of(house, question, outcome, brain)
    run = msgspec.structs.replace(
        task.run, steps=released.steps, text=released.text, usage=outcome.usage, stopped_by=outcome.stopped_by,
        ended_at=workshop.house.clock.now(),
    )  # fmt: skip
    if not live.erased:
        await workshop.shelf.put_run(run)
    findings = {(one.rule, one.medicines): one for each in outcome.results for one in each.findings}
    return RunDone(
        run, released.decision, question.outcome.urgency, brain, released.citations, released.checks, played.notes,
        given, tuple(findings.values()), calls, json if released.decision == "release" else "", outcome.error,
    )  # fmt: skip


def _asking(live: LiveRun, *, again: bool = False) -> Approve:
    async def approve(spec: ToolSpec, arguments: dict[str, Any]) -> bool:
        return await live.ask(spec.name, arguments, again=again)

    return approve


def _context(workshop: Workshop, question: Question, played: Cast, made: MediaShelf) -> ToolContext:
    house = workshop.house
    outside = workshop.outside() if workshop.outside is not None else None
    if outside is not None:
        outside = msgspec.structs.replace(outside, model=played.outside)
    services = Services(
        house.search, house.sections, (), house.clock.now(), library=LibraryReader(house), outside=outside
    )
    return ToolContext(house.family_id, "", UNKNOWN_PERSON, question.lang, services, made)
