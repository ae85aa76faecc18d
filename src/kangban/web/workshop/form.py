"""The fields of an agent: what it is, its model, its words, tools, limits, memory and parts."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.ports.agents import AgentDefinition, ModelChoice
from kangban.web.elements import Tag, button
from kangban.web.workshop.inputs import choice_field, fault_place, long_field, number_field, text_field, tick_field
from kangban.web.workshop.picker import draw_picker
from kangban.web.workshop.reading import (
    MOST_FALLBACKS,
    PARADIGMS,
    PLACES,
    POLICIES,
    PROTOCOLS,
    edges_text,
    per_tool_text,
)
from kangban.web.workshop.room import Seat

_OF_PARTS = "sequence graph reflexion"


def draw_fields(seat: Seat, made: AgentDefinition, others: Sequence[str]) -> None:
    """Draw them all; `others` are agents that may be parts."""
    words = seat.words
    with _part(seat, "what", shown=True):
        with Tag("div", classes="two"):
            text_field("name", words("field.name"), made.name, hint="my-agent", maxlength="64", required=True)
            text_field("title", words("field.title"), made.title, maxlength="200")
        text_field("description", words("field.description"), made.description, maxlength="2000")
        ways = [(one, words(f"paradigm.{one}")) for one in PARADIGMS]
        choice_field("paradigm", words("field.paradigm"), ways, made.paradigm)
        for one in PARADIGMS:
            Tag("p", words(f"paradigm_why.{one}"), "small", data_why=one, hidden=one != made.paradigm)
        with Tag("div", data_for="autogpt", hidden=made.paradigm != "autogpt"):
            choice_field("policy", words("field.policy"), [(p, words(f"policy.{p}")) for p in POLICIES], made.policy)
        with Tag("div", classes="form", data_for=_OF_PARTS, hidden=made.paradigm not in _OF_PARTS.split()):
            _parts(seat, made, others)
    with _part(seat, "prompt", shown=True):
        long_field("prompt", words("field.prompt"), made.prompt, rows=6, maxlength="20000", hint=words("prompt_hint"))
        Tag("p", words("prompt_why"), "small")
    with _part(seat, "model", shown=bool(made.model.url)):
        Tag("p", words("model_why"), "small")
        _model(seat, "model.", made.model)
        _fallbacks(seat, made.model.fallback)
    with _part(seat, "tools", shown=bool(made.tools)):
        draw_picker(seat, made)
    with _part(seat, "limits"):
        _limits(seat, made)
    with _part(seat, "memory"):
        number_field("memory.window", words("field.window"), made.memory.window, least=1)
        tick_field("memory.summarise", words("field.summarise"), on=made.memory.summarise)
        tick_field("memory.notes", words("field.notes"), on=made.memory.notes, why=words("notes_why"))
        tick_field("durable", words("field.durable"), on=made.durable, why=words("durable_why"))


def _part(seat: Seat, key: str, *, shown: bool = False) -> Tag:
    box = Tag("details", classes="sec more", open=True if shown else None)
    with box:
        Tag("summary", seat.words(f"part.{key}"))
    return box


def _model(seat: Seat, start: str, choice: ModelChoice) -> None:
    words = seat.words
    with Tag("div", classes="form"):
        with Tag("div", classes="two"):
            text_field(f"{start}url", words("field.url"), choice.url, hint="http://127.0.0.1:8080", maxlength="500")
            text_field(f"{start}name", words("field.model_name"), choice.name, hint="qwen3-8b", maxlength="200")
        with Tag("div", classes="two"):
            choice_field(
                f"{start}protocol", words("field.protocol"), [(p, words(f"protocol.{p}")) for p in PROTOCOLS],
                choice.protocol,
            )  # fmt: skip
            choice_field(
                f"{start}place", words("field.place"), [(p, seat.visit.say(f"place.{p}")) for p in PLACES], choice.place
            )
        with Tag("div", classes="two"):
            text_field(f"{start}secret", words("field.secret"), choice.secret, hint="my_key", maxlength="64")
            number_field(f"{start}temperature", words("field.temperature"), choice.temperature, least=0, step="0.1")
        with Tag("div", classes="two"):
            number_field(f"{start}at_once", words("field.at_once"), choice.at_once, least=1)
            number_field(f"{start}per_minute", words("field.per_minute"), choice.per_minute, least=1)
        tick_field(f"{start}images", words("field.images"), on=choice.images, why=words("images_why"))


def _fallbacks(seat: Seat, there: Sequence[ModelChoice]) -> None:
    with Tag("details", classes="more", open=True if there else None):
        Tag("summary", seat.words("fallbacks"))
        Tag("p", seat.words("fallbacks_why"), "small")
        fault_place("model.fallback")
        for number in range(min(len(there) + 1, MOST_FALLBACKS)):
            with Tag("fieldset"):
                Tag("legend", seat.words("fallback", n=number + 1))
                _model(seat, f"fallback.{number}.", there[number] if number < len(there) else ModelChoice())


def _limits(seat: Seat, made: AgentDefinition) -> None:
    limits, words = made.limits, seat.words
    fault_place("limits")
    with Tag("div", classes="two"):
        number_field("limits.rounds", words("field.rounds"), limits.rounds, least=1)
        number_field("limits.tool_calls", words("field.tool_calls"), limits.tool_calls, least=0)
        number_field("limits.tokens", words("field.tokens"), limits.tokens, least=1)
        number_field("limits.seconds", words("field.seconds"), limits.seconds, least=0, step="any")
        number_field("limits.money", words("field.money"), limits.money, least=0, step="any")
    long_field("limits.per_tool", words("field.per_tool"), per_tool_text(limits), hint="pubmed_search 3", rows=2)


def _parts(seat: Seat, made: AgentDefinition, others: Sequence[str]) -> None:
    long_field("parts", seat.words("field.parts"), "\n".join(made.parts), rows=3)
    with Tag("div", classes="row"):
        for name in others:
            button(f"+ {name}", "chip", data_put="parts", data_value=name)
    with Tag("div", data_for="graph", hidden=made.paradigm != "graph"):
        long_field("edges", seat.words("field.edges"), edges_text(made.edges), rows=3, hint="a -> b: yes")
