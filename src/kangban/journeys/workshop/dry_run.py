"""What an agent would do first, without doing it: what would be sent where, with which tools, at about what cost."""

from __future__ import annotations

import msgspec

from kangban.agent.tracing import guess_tokens
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.journeys.workshop.casting import cast_of
from kangban.journeys.workshop.guarding import Question
from kangban.journeys.workshop.keeping import checked
from kangban.journeys.workshop.kept import Workshop, require_owner
from kangban.kernel.canonical import canonical_json
from kangban.perception.language.read import read
from kangban.ports.agents import AgentDefinition
from kangban.ports.chat_model import ChatMessage, Place, ToolDescription, say
from kangban.reasoning.triage import triage


class DryRun(msgspec.Struct, frozen=True):
    """The first request as it would be sent. Tokens and money are estimates, of it and of all rounds at most."""

    model: str
    place: Place
    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolDescription, ...]
    asks_first: tuple[str, ...]  # tools that wait for a person
    needs: tuple[str, ...]  # secrets and settings that tools need
    tokens: int
    most_tokens: int
    money: float
    most_money: float
    notes: tuple[str, ...] = ()


async def dry_run(workshop: Workshop, definition: AgentDefinition, asked: str, owner: str) -> DryRun:
    """Nothing is called; raises what a run would raise before it begins."""
    require_owner(workshop, owner)
    await checked(workshop, definition, owner)
    said = read(asked)
    question = Question(asked, said, triage(said, UNKNOWN_PERSON), workshop.house.lang)
    cast = await cast_of(workshop, definition, owner, question)
    first = cast.first
    messages = (say("system", first.system), say("user", asked))
    described = tuple(tool.describe() for tool in first.tools)
    tokens = sum(guess_tokens(m.content) + 4 for m in messages)
    tokens += sum(guess_tokens(canonical_json(msgspec.to_builtins(one))) for one in described)
    limits = definition.limits
    most = min(limits.tokens or 0, tokens * (limits.rounds + 1) * 2)
    price = workshop.price
    return DryRun(
        first.model.name, first.model.place, messages, described,
        tuple(t.name for t in first.tools if t.effect == "acts" or t.name in definition.approve),
        tuple(dict.fromkeys(need for t in first.tools for need in t.needs)),
        tokens, most, price(first.model.name, tokens, 500, 0), price(first.model.name, most, most // 4, 0), cast.notes,
    )  # fmt: skip
