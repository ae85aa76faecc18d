"""Who plays in a run: each agent of it with its model, its tools and its system message."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from kangban.agent.fallback import Chain
from kangban.agent.paradigms.parts import Part
from kangban.agent.prompts import system_prompt
from kangban.agent.protocols.wrap import speak
from kangban.agent.unseeing import Unseeing
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.journeys.outbound import brain_for
from kangban.journeys.workshop.guarding import Question
from kangban.journeys.workshop.keeping import definitions
from kangban.journeys.workshop.kept import Workshop
from kangban.journeys.workshop.metering import kept_in
from kangban.journeys.workshop.noting import note_tool, notes_before
from kangban.journeys.workshop.pictures import model_sees
from kangban.journeys.workshop.voiced import guarded
from kangban.kernel.texts import t
from kangban.ports.agents import AgentDefinition, ModelChoice
from kangban.ports.chat_model import ChatModel


class Cast(msgspec.Struct, frozen=True):
    """The agent itself, its parts by name, and what the person should know about the models (translation keys)."""

    first: Part
    parts: dict[str, Part]
    notes: tuple[str, ...] = ()
    seeing: bool = False  # some model of the cast takes pictures
    outside: ChatModel | None = None  # what tools ask; None where the configured one may not be asked


async def cast_of(workshop: Workshop, definition: AgentDefinition, owner: str, question: Question) -> Cast:
    """Everybody a run needs; raises NotPermitted for an address nobody allowed, Unavailable without a key."""
    known = await definitions(workshop, owner) | {definition.name: definition}
    needed = [definition.name]
    for name in needed:  # grows while it is gone through; checked before that no agent contains itself
        needed += [part for part in known[name].parts if part not in needed]
    catalogue = {each.name: each for each in workshop.tools()}
    played: dict[str, Part] = {}
    notes: list[str] = []
    for name in needed:
        one = known[name]
        model, why = await _model(workshop, one.model, owner)
        notes += why
        tools = tuple(guarded(catalogue[each]) for each in one.tools if each in catalogue)
        system = _system(workshop, one, question)
        if one.memory.notes:
            tools = (*tools, note_tool(workshop, one.name, owner, question))
            system += await notes_before(workshop, one.name, owner, question.lang)
        played[name] = Part(one, model, tools, system)
    asked = [part.model for part in played.values() if part.model is not workshop.house.offline]
    if definition.limits.money is not None and not all(workshop.meter.knows(model.name) for model in asked):
        notes.append("workshop.no_price")
    first = played.pop(definition.name)
    asked_by_tools, _ = await _one(workshop, ModelChoice(), owner, bare=True)
    outside = None if asked_by_tools is workshop.house.offline else asked_by_tools
    choices = [each for name in needed for each in (known[name].model, *known[name].model.fallback)]
    seeing = any(model_sees(workshop, each) for each in choices)
    return Cast(first, played, tuple(dict.fromkeys(notes)), seeing, outside)


def _system(workshop: Workshop, definition: AgentDefinition, question: Question) -> str:
    """The house rules come first; no definition takes them away."""
    whose = t("workshop.nobody_in_view", question.lang)
    today = workshop.house.clock.now().date()
    urgency = question.outcome.urgency
    return system_prompt(
        question.lang, whose, today, urgency=urgency, tools=definition.tools, more=definition.prompt.strip()
    )


async def _model(workshop: Workshop, choice: ModelChoice, owner: str) -> tuple[ChatModel, tuple[str, ...]]:
    """A choice with its fallbacks, as far as they may be asked, else the offline brain; keys that say why not."""
    offline = workshop.house.offline
    found = [await _one(workshop, each, owner) for each in (choice, *choice.fallback)]
    models = [model for model, _ in found if model is not offline]
    notes = tuple(note for _, note in found if note)
    if not models:
        return offline, notes
    return (models[0] if len(models) == 1 else Chain(models)), notes


async def _one(workshop: Workshop, choice: ModelChoice, owner: str, *, bare: bool = False) -> tuple[ChatModel, str]:
    """One model, and why it may not be asked. Names leave it last, and its protocol is outermost; none where `bare`."""
    house = workshop.house
    if not choice.url and house.model is house.offline:
        return house.offline, ""
    # The same gate as for the configured model: consent for its place, names hidden, what leaves written down.
    there = urlsplit(choice.url).netloc if choice.url else house.model_host
    model = workshop.model_of(choice) if choice.url else house.model
    around = workshop.meter.around(model, there, choice, house.clock, kept_in(workshop.shelf, owner))
    model, note = await brain_for(msgspec.structs.replace(house, model=around, model_host=there), UNKNOWN_PERSON)
    if bare or model is house.offline:
        return model, note
    return speak(model if model_sees(workshop, choice) else Unseeing(model), choice.protocol), note
