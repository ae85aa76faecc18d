"""Run an agent: events while it works, its run kept, and at the end a text that has passed the guard."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from kangban.clinical.urgency import Lang
from kangban.journeys.workshop.carrying import (
    RunDone,
    RunStarted,
    StepSeen,
    Task,
    Waiting,
    WorkshopEvent,
    carried,
    waits_for,
)
from kangban.journeys.workshop.durably import begun_durably, held, papers_of
from kangban.journeys.workshop.keeping import Listed, checked, load
from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.journeys.workshop.live import LiveRun
from kangban.journeys.workshop.wishes import Wishes, question_of, wished
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.kernel.ids import new_id
from kangban.perception.language.plain import MOST_CHARACTERS
from kangban.ports.agents import AgentDefinition, AgentRun
from kangban.ports.chat_model import ChatMessage, say
from kangban.ports.durable import STOP
from kangban.ports.media import Media

__all__ = [
    "RunDone", "RunStarted", "StepSeen", "Waiting", "WorkshopEvent", "answer", "answer_anywhere", "cancel",
    "cancel_anywhere", "live_run", "run_agent_journey",
]  # fmt: skip

_MOST_BEFORE = 200_000  # characters of earlier messages


async def run_agent_journey(
    workshop: Workshop,
    agent: str | AgentDefinition,
    asked: str | Sequence[ChatMessage],
    *,
    owner: str,
    media: Sequence[Media] = (),
    lang: Lang | None = None,
    wishes: Wishes | None = None,
) -> AsyncGenerator[WorkshopEvent, None]:
    """Run an agent by name, or one not saved yet. Nobody's record is in view: an agent answers in general.

    Raises InvalidInput, NotFound, NotPermitted and Conflict before anything runs. Closing the generator stops the
    model and the tools and keeps the run as cancelled; a durable run is then taken up again by the next start.
    """
    require_owner(workshop, owner)
    listed = Listed(agent, 0) if isinstance(agent, AgentDefinition) else await load(workshop, agent, owner)
    definition = listed.definition if wishes is None else wished(listed.definition, wishes)
    await checked(workshop, definition, owner)
    messages = _messages(asked)
    live = LiveRun(new_id("run"), owner, None if definition.durable else workshop.wait_s)
    text, now = question_of(messages), workshop.house.clock.now()
    run = AgentRun(live.run_id, definition.name, listed.version, text, now, owner)
    task = Task(definition, tuple(messages), lang or workshop.house.lang, run, tuple(media), wishes or Wishes())
    if definition.durable:
        papers_of(workshop, task)
    workshop.live.begin(live)
    try:
        started = begun_durably(workshop, task, live) if definition.durable else _begun(workshop, task, live)
        async with aclosing(started) as events:
            async for event in events:
                yield event
    finally:
        workshop.live.end(live.run_id)


async def _begun(workshop: Workshop, task: Task, live: LiveRun) -> AsyncGenerator[WorkshopEvent, None]:
    async with held(workshop, live), aclosing(carried(workshop, task, live)) as events:
        async for event in events:
            yield event


def answer(workshop: Workshop, run_id: str, asked_id: str, owner: str, *, yes: bool) -> None:
    """Say yes or no to a tool that waits; raises NotFound, also for somebody else's run."""
    live_run(workshop, run_id, owner).answer(asked_id, yes=yes)


def cancel(workshop: Workshop, run_id: str, owner: str) -> None:
    """Stop a run, at any point; it then says what it has. Raises NotFound where it is not under way."""
    live_run(workshop, run_id, owner).stop.set()


async def cancel_anywhere(workshop: Workshop, run_id: str, owner: str) -> None:
    """Stop a run in whichever process it is under way; raises NotFound for one that is over or somebody else's."""
    await _said_anywhere(workshop, run_id, owner, STOP, yes=True)


async def answer_anywhere(workshop: Workshop, run_id: str, asked_id: str, owner: str, *, yes: bool) -> None:
    """Say yes or no to what waits, in whichever process; raises NotFound where nothing waits for this word."""
    await _said_anywhere(workshop, run_id, owner, asked_id, yes=yes)


async def _said_anywhere(workshop: Workshop, run_id: str, owner: str, key: str, *, yes: bool) -> None:
    require_owner(workshop, owner)
    live = workshop.live.find(run_id, owner)
    if live is not None and key == STOP:
        live.stop.set()
        return
    if live is not None:
        live.answer(key, yes=yes)
        return
    run = await workshop.shelf.get_run(run_id, owner)
    if run.stopped_by is not None or (key != STOP and key not in waits_for(run)):
        raise NotFound("nothing waits for this word", field="run", key="workshop.nothing_waits")
    await workshop.shelf.say(run_id, owner, key, "yes" if yes else "no")


def live_run(workshop: Workshop, run_id: str, owner: str) -> LiveRun:
    """The owner's run under way in this process; raises NotFound."""
    require_owner(workshop, owner)
    found = workshop.live.find(run_id, owner)
    if found is None:
        raise NotFound("no such run is under way", field="run", key="workshop.no_run")
    return found


def _messages(asked: str | Sequence[ChatMessage]) -> list[ChatMessage]:
    messages = [say("user", asked)] if isinstance(asked, str) else [m for m in asked if m.role != "system"]
    asked_last = next((m for m in reversed(messages) if m.role == "user"), None)
    if asked_last is None or messages[-1].role not in ("user", "tool") or not asked_last.content.strip():
        raise InvalidInput("the text is empty", field="text", key="error.empty")
    if len(asked_last.content) > MOST_CHARACTERS or sum(len(m.content) for m in messages) > _MOST_BEFORE:
        raise InvalidInput("the text is too long", field="text", key="error.too_long")
    return messages
