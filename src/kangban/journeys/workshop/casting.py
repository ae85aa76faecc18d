"""Who plays in a run: each agent of it with its model, its tools and its system message."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from kangban.agent.fallback import Chain
from kangban.agent.paradigms.parts import Part
from kangban.agent.prompts import system_prompt
from kangban.agent.protocols.wrap import speak
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.journeys.outbound import brain_for
from kangban.journeys.workshop.guarding import Question
from kangban.journeys.workshop.keeping import definitions
from kangban.journeys.workshop.kept import Workshop
from kangban.kernel.texts import t
from kangban.ports.agents import AgentDefinition, ModelChoice
from kangban.ports.chat_model import ChatModel


class Cast(msgspec.Struct, frozen=True):
    """The agent itself, its parts by name, and what the person should know about the models (translation keys)."""

    first: Part
    parts: dict[str, Part]
    notes: tuple[str, ...] = ()


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
        model, why = await _model(workshop, one.model)
        notes += why
        tools = tuple(catalogue[each] for each in one.tools if each in catalogue)
        played[name] = Part(one, model, tools, _system(workshop, one, question))
    first = played.pop(definition.name)
    return Cast(first, played, tuple(dict.fromkeys(notes)))


def _system(workshop: Workshop, definition: AgentDefinition, question: Question) -> str:
    """The house rules come first; no definition takes them away."""
    whose = t("workshop.nobody_in_view", question.lang)
    today = workshop.house.clock.now().date()
    urgency = question.outcome.urgency
    return system_prompt(
        question.lang, whose, today, urgency=urgency, tools=definition.tools, more=definition.prompt.strip()
    )


async def _model(workshop: Workshop, choice: ModelChoice) -> tuple[ChatModel, tuple[str, ...]]:
    """A choice with its fallbacks, as far as they may be asked, else the offline brain; keys that say why not."""
    offline = workshop.house.offline
    found = [await _one(workshop, each) for each in (choice, *choice.fallback)]
    models = [model for model, _ in found if model is not offline]
    notes = tuple(note for _, note in found if note)
    if not models:
        return offline, notes
    return (models[0] if len(models) == 1 else Chain(models)), notes


async def _one(workshop: Workshop, choice: ModelChoice) -> tuple[ChatModel, str]:
    house = workshop.house
    if choice.url:
        # The same gate as for the configured model: consent for its place, names hidden, what leaves written down.
        there = urlsplit(choice.url).netloc
        house = msgspec.structs.replace(house, model=workshop.model_of(choice), model_host=there)
    model, note = await brain_for(house, UNKNOWN_PERSON)
    return (model if model is house.offline else speak(model, choice.protocol)), note
