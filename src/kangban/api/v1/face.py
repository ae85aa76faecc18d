"""The core behind every face: typed request in, typed events out. HTTP, WebSocket and gRPC only translate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import msgspec

from kangban.agent.recovery.fitting import fit
from kangban.api.door import Caller
from kangban.api.houses import Houses
from kangban.api.rate import Limits
from kangban.api.v1.asked import Chat, TextPart
from kangban.api.v1.conversation import Conversation, conversation_of
from kangban.api.v1.entry import Entry, gone, may_ask
from kangban.api.v1.faults import Fault, fault_of
from kangban.api.v1.told import (
    Begun,
    CallsMade,
    ChoiceEnded,
    Counted,
    Event,
    ModelLine,
    Over,
    Piece,
    Working,
    about,
    counted,
    reason_of,
    sentences_of,
)
from kangban.clinical.urgency import Lang
from kangban.journeys.house import House
from kangban.journeys.workshop.keeping import agents
from kangban.journeys.workshop.kept import Workshop, owner_of, workshop_of
from kangban.journeys.workshop.running import RunDone, RunStarted, Waiting, answer, run_agent_journey
from kangban.journeys.workshop.shipped import shipped_agents
from kangban.kernel.errors import NotPermitted
from kangban.kernel.ids import new_id
from kangban.ports.agents import AgentDefinition

COMPANION = "kangban"
_BEHIND = "companion"  # the shipped agent that speaks under the name above
_QUIET_S = 10.0  # silence after which a face is told that work goes on
_ACT_NOW = ("emergency", "same_day")


class Face:
    """One for a server process; `entry` is shared by all faces of it."""

    def __init__(self, houses: Houses, limits: Limits | None = None, *, quiet_s: float = _QUIET_S) -> None:
        self.houses = houses
        self.entry = Entry(houses, limits or Limits())
        self._quiet_s = quiet_s

    async def models(self, caller: Caller) -> list[ModelLine]:
        """The companion, the caller's own agents and the shipped ones, by name; raises Fault."""
        try:
            with self.entry.entered(caller, heavy=0):
                return await self._models(caller)
        except Exception as error:  # noqa: BLE001 - raised again as a fault
            raise fault_of(error) from None

    async def model(self, caller: Caller, name: str) -> ModelLine:
        """One of them; raises Fault 404."""
        for one in await self.models(caller):
            if one.id == name:
                return one
        raise Fault(404, "the model does not exist", param="model", code="model_not_found")

    async def chat(self, caller: Caller, asked: Chat, lang: Lang | None = None) -> AsyncGenerator[Event, None]:
        """Events until Over; raises Fault, before Begun wherever it can. Closing it stops models and tools."""
        try:
            may_ask(caller)
            with self.entry.entered(caller, heavy=asked.n or 1):
                async with aclosing(self._chat(caller, asked, lang)) as events:
                    async for event in events:
                        yield event
        except Exception as error:  # noqa: BLE001 - raised again as a fault
            raise fault_of(error) from None

    async def _house(self, caller: Caller) -> House:
        if not caller.actor.family_id:
            raise NotPermitted("no family in view", field="family", key="error.no_family")
        return await self.houses.house_for(caller.actor, demo=caller.demo)

    async def _models(self, caller: Caller) -> list[ModelLine]:
        house = await self._house(caller)
        workshop, owner = workshop_of(house), owner_of(house)
        saved = {one.definition.name: int(one.saved_at.timestamp()) for one in await workshop.shelf.newest(owner)}
        found = {
            one.definition.name: ModelLine(
                one.definition.name, saved.get(one.definition.name, 0), COMPANION if one.shipped else "you",
                one.definition.title, one.definition.description, one.version,
            )
            for one in await agents(workshop, owner)
        }  # fmt: skip
        behind = shipped_agents()[_BEHIND]
        found.setdefault(COMPANION, ModelLine(COMPANION, 0, COMPANION, behind.title, behind.description))
        return [found[name] for name in sorted(found)]

    async def _chat(self, caller: Caller, asked: Chat, lang: Lang | None) -> AsyncGenerator[Event, None]:
        house = await self._house(caller)
        code = lang or _language(asked, house.lang)
        workshop, told = workshop_of(house), conversation_of(asked, code)
        agent = await _agent(workshop, asked.model, owner_of(house))
        ways: list[_Choice] = [
            _Choice(self, caller, workshop, agent, told, code, index, one_call=asked.parallel_tool_calls is False)
            for index in range(asked.n or 1)
        ]
        events: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        tasks = [asyncio.create_task(one.run(events)) for one in ways]
        whole = asyncio.create_task(_all_over(tasks, events))
        begun, spent = False, Counted()
        try:
            while True:
                event = await self._next(events)
                if event is None:
                    break
                if isinstance(event, Exception):
                    raise event
                if isinstance(event, Begun):
                    if not begun:
                        yield Begun(new_id("chatcmpl"), int(house.clock.now().timestamp()), asked.model)
                    begun = True
                elif isinstance(event, Over):
                    spent = spent.plus(event.counted)
                else:
                    yield event
            yield Over(spent)
        finally:
            await gone([*tasks, whole])

    async def _next(self, events: asyncio.Queue[Event | Exception | None]) -> Event | Exception | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._quiet_s):
                return await events.get()
        return Working()


async def _all_over(tasks: list[asyncio.Task[None]], events: asyncio.Queue[Event | Exception | None]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
    events.put_nowait(None)


async def _agent(workshop: Workshop, name: str, owner: str) -> str | AgentDefinition:
    if name != COMPANION or await workshop.shelf.versions(name, owner):
        return name
    return msgspec.structs.replace(shipped_agents()[_BEHIND], name=COMPANION)


def _language(asked: Chat, otherwise: Lang) -> Lang:
    """The language of the last words of the user."""
    for one in reversed(asked.messages):
        if one.role == "user":
            told = [TextPart(one.content)] if isinstance(one.content, str) else one.content or ()
            words = "".join(part.text for part in told if isinstance(part, TextPart))[:2_000]
            if any("\u4e00" <= c <= "\u9fff" for c in words):
                return "zh"
            return "en" if any(c.isascii() and c.isalpha() for c in words) else otherwise
    return otherwise


class _Choice:
    """One run of a request; `n` of them are separate runs, each with its own trace."""

    def __init__(
        self, face: Face, caller: Caller, workshop: Workshop, agent: str | AgentDefinition, told: Conversation,
        lang: Lang, index: int, *, one_call: bool,
    ) -> None:  # fmt: skip
        self._face, self._caller, self._workshop, self._agent = face, caller, workshop, agent
        self._told, self._index, self._one_call = told, index, one_call
        self._lang: Lang = lang
        self._notes: list[str] = []

    async def run(self, events: asyncio.Queue[Event | Exception | None]) -> None:
        """Put this run's events on the queue; what it raises is put there, too."""
        try:
            done = await self._done(events)
            await self._face.entry.again(self._caller)
            for event in self._told_of(done):
                events.put_nowait(event)
        except Exception as error:  # noqa: BLE001 - it is raised again where the events are read
            events.put_nowait(error)

    async def _done(self, events: asyncio.Queue[Event | Exception | None]) -> RunDone:
        workshop, owner = self._workshop, owner_of(self._workshop.house)
        running = run_agent_journey(
            workshop, self._agent, self._told.messages, owner=owner, media=self._told.pictures, lang=self._lang,
            wishes=self._told.wishes,
        )  # fmt: skip
        async with aclosing(running):
            async for event in running:
                if isinstance(event, RunDone):
                    return event
                if isinstance(event, RunStarted):
                    events.put_nowait(Begun(event.run_id, 0, event.agent))
                elif isinstance(event, Waiting):
                    # Nobody sits at the other end who could be asked; a program's yes is no person's.
                    answer(workshop, event.asked.run_id, event.asked.id, owner, yes=False)
                    self._notes.append("workshop.client_cannot_ask")
                else:
                    events.put_nowait(Working())
        raise Fault(500, "the run ended without an end", code="broken")

    def _told_of(self, done: RunDone) -> list[Event]:
        if done.run.stopped_by == "failed" and done.urgency not in _ACT_NOW:
            raise _failed(done)
        wishes, calls = self._told.wishes, done.calls[:1] if self._one_call else done.calls
        if wishes.choice not in ("", "none") and not calls:
            self._notes.append("workshop.client_not_called")
        if wishes.json_only and not calls and not done.json:
            self._notes.append("workshop.client_no_json")
        elif done.json and self._told.schema and fit(msgspec.json.decode(done.json), self._told.schema).faults:
            self._notes.append("workshop.client_json_misfits")
        told: list[Event] = []
        if calls:
            told.append(CallsMade(self._index, calls))
        else:
            told += [Piece(self._index, text) for text in sentences_of(done.json or done.run.text)]
        told.append(ChoiceEnded(self._index, reason_of(done), about(done, self._lang, tuple(self._notes))))
        return [*told, Over(counted(done))]


def _failed(done: RunDone) -> Fault:
    if done.error == "invalid_input":
        return Fault(400, "the model's server refused the request", code="model_refused")
    return Fault(503, "the model's server did not answer, or broke off", code="model_unavailable", wait_s=1)
