"""Run an agent: events while it works, its run kept, and at the end a text that has passed the guard."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from kangban.agent.calling import Approve
from kangban.agent.offline.plan import whole_question
from kangban.agent.paradigms.run import Outcome, run_paradigm
from kangban.clinical.citation import Citation
from kangban.clinical.draft import Check, Decision
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.urgency import Lang, Urgency
from kangban.journeys.library.searching import LibraryReader
from kangban.journeys.workshop.casting import cast_of
from kangban.journeys.workshop.guarding import Question, release, without_words
from kangban.journeys.workshop.keeping import Listed, checked, load
from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.journeys.workshop.live import Asked, LiveRun
from kangban.kernel.errors import Broken, InvalidInput, NotFound
from kangban.kernel.ids import new_id
from kangban.perception.language.plain import MOST_CHARACTERS
from kangban.perception.language.read import read
from kangban.ports.agents import AgentDefinition, AgentRun, RunStep
from kangban.ports.chat_model import ChatMessage, say
from kangban.ports.media import Media, MediaShelf
from kangban.ports.tool import ToolContext, ToolSpec
from kangban.reasoning.triage import triage
from kangban.toolbox.services import Services

_MOST_BEFORE = 200_000  # characters of earlier messages


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
    """The end: the run as kept, its text as the guard released it. `brain` answered; `media` is what was made."""

    run: AgentRun
    decision: Decision
    urgency: Urgency
    brain: str
    citations: tuple[Citation, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()  # translation keys, e.g. why the configured model was not asked
    media: tuple[Media, ...] = ()


WorkshopEvent = RunStarted | StepSeen | Waiting | RunDone


async def run_agent_journey(
    workshop: Workshop,
    agent: str | AgentDefinition,
    asked: str | Sequence[ChatMessage],
    *,
    owner: str,
    media: Sequence[Media] = (),
    lang: Lang | None = None,
) -> AsyncGenerator[WorkshopEvent, None]:
    """Run an agent by name, or one not saved yet. Nobody's record is in view: an agent answers in general.

    Raises InvalidInput, NotFound, NotPermitted and Conflict before anything runs. Closing the generator stops the
    model and the tools and keeps the run as cancelled.
    """
    require_owner(workshop, owner)
    listed = Listed(agent, 0) if isinstance(agent, AgentDefinition) else await load(workshop, agent, owner)
    await checked(workshop, listed.definition, owner)
    messages = _messages(asked)
    code: Lang = lang or workshop.house.lang
    text = whole_question(messages)
    said = read(text)
    question = Question(text, said, triage(said, UNKNOWN_PERSON), code)
    live = LiveRun(new_id("run"), owner, workshop.wait_s)
    run = AgentRun(live.run_id, listed.definition.name, listed.version, text, workshop.house.clock.now(), owner)
    workshop.live.begin(live)
    try:
        async with aclosing(_run(workshop, listed, messages, question, run, live, media)) as events:
            async for event in events:
                yield event
    finally:
        workshop.live.end(live.run_id)


async def _run(
    workshop: Workshop, listed: Listed, messages: list[ChatMessage], question: Question, run: AgentRun,
    live: LiveRun, media: Sequence[Media],
) -> AsyncGenerator[WorkshopEvent, None]:  # fmt: skip
    made = MediaShelf()
    refs = [made.put(one) for one in media]
    context = _context(workshop, question, made)
    cast = await cast_of(workshop, listed.definition, run.owner, question)
    if refs:
        messages[-1] = msgspec.structs.replace(messages[-1], content="\n".join((messages[-1].content, *refs)))
    await workshop.shelf.put_run(run)
    yield RunStarted(run.id, run.agent, run.version)
    seen: dict[int, RunStep] = {}
    outcome: Outcome | None = None
    try:
        first, clock = cast.first, workshop.house.clock
        events = run_paradigm(
            listed.definition, first.model, first.tools, context, [say("system", first.system), *messages], clock,
            approve=_asking(live), stop=live.stop, parts=cast.parts, price=workshop.price,
        )  # fmt: skip
        async with aclosing(events):
            async for event in events:
                if isinstance(event, RunStep):
                    step = without_words(event)
                    seen[step.number] = step
                    yield StepSeen(step)
                    if step.kind == "approval" and step.status == "running" and live.asked:
                        yield Waiting(live.asked[-1])
                elif isinstance(event, Outcome):
                    outcome = event
    finally:
        if outcome is None:  # whoever listened went away
            now = workshop.house.clock.now()
            gone = msgspec.structs.replace(run, steps=tuple(seen.values()), stopped_by="cancelled", ended_at=now)
            await workshop.shelf.put_run(gone)
    if outcome is None:
        raise Broken("the run ended without an outcome")
    brain = cast.first.model.name
    released = await release(workshop.house, question, outcome, brain)
    run = msgspec.structs.replace(
        run, steps=released.steps, text=released.text, usage=outcome.usage, stopped_by=outcome.stopped_by,
        ended_at=workshop.house.clock.now(),
    )  # fmt: skip
    await workshop.shelf.put_run(run)
    given = tuple(one for one in made if one.ref not in refs)
    yield RunDone(
        run, released.decision, question.outcome.urgency, brain, released.citations, released.checks, cast.notes, given
    )


def answer(workshop: Workshop, run_id: str, asked_id: str, owner: str, *, yes: bool) -> None:
    """Say yes or no to a tool that waits; raises NotFound, also for somebody else's run."""
    live_run(workshop, run_id, owner).answer(asked_id, yes=yes)


def cancel(workshop: Workshop, run_id: str, owner: str) -> None:
    """Stop a run, at any point; it then says what it has. Raises NotFound where it is not under way."""
    live_run(workshop, run_id, owner).stop.set()


def live_run(workshop: Workshop, run_id: str, owner: str) -> LiveRun:
    """The owner's run under way; raises NotFound."""
    require_owner(workshop, owner)
    found = workshop.live.find(run_id, owner)
    if found is None:
        raise NotFound("no such run is under way", field="run", key="workshop.no_run")
    return found


def _asking(live: LiveRun) -> Approve:
    async def approve(spec: ToolSpec, arguments: dict[str, Any]) -> bool:
        return await live.ask(spec.name, arguments)

    return approve


def _messages(asked: str | Sequence[ChatMessage]) -> list[ChatMessage]:
    messages = [say("user", asked)] if isinstance(asked, str) else [m for m in asked if m.role != "system"]
    if not messages or messages[-1].role != "user" or not messages[-1].content.strip():
        raise InvalidInput("the text is empty", field="text", key="error.empty")
    if len(messages[-1].content) > MOST_CHARACTERS or sum(len(m.content) for m in messages) > _MOST_BEFORE:
        raise InvalidInput("the text is too long", field="text", key="error.too_long")
    return messages


def _context(workshop: Workshop, question: Question, made: MediaShelf) -> ToolContext:
    house = workshop.house
    outside = workshop.outside() if workshop.outside is not None else None
    services = Services(
        house.search, house.sections, (), house.clock.now(), library=LibraryReader(house), outside=outside
    )
    return ToolContext(house.family_id, "", UNKNOWN_PERSON, question.lang, services, made)
