"""What an agent would send first, without sending it."""

from __future__ import annotations

from typing import Any

from kangban.app import secret_file
from kangban.journeys.workshop.dry_run import DryRun, dry_run
from kangban.ports.agents import AgentDefinition
from kangban.web.elements import Tag, button
from kangban.web.workshop.inputs import PAIRS, text_field
from kangban.web.workshop.reading import Fields
from kangban.web.workshop.room import Seat


async def draw_dry_run(seat: Seat, made: AgentDefinition) -> None:
    """The panel: a question to try with, and what would go out for it."""
    with Tag("section", classes="sec", data_dry="yes", aria_labelledby="dry-run"):
        Tag("h2", seat.words("dry_run"), id="dry-run")
        Tag("p", seat.words("dry_why"), "small")
        with Tag("form", classes="form") as form:
            text_field("asked", seat.words("dry_question"), seat.words("dry_example"), maxlength="4000")
            again = button(seat.words("dry_again"), "btn")
        place = Tag("div", classes="inner wide")

    async def show(asked: str) -> None:
        found = await dry_run(seat.workshop, made, asked or seat.words("dry_example"), seat.owner)
        place.clear()
        with place:
            _draw(seat, found)

    async def pressed(event: Any) -> None:
        await show(Fields(event.args.get("pairs")).one("asked"))

    again.on("click", seat.visit.guarded_with(pressed), js_handler=PAIRS)
    form.on("submit", lambda: None, js_handler="(e) => e.preventDefault()")
    await show("")


def _draw(seat: Seat, found: DryRun) -> None:
    words, visit = seat.words, seat.visit
    model = words("offline_brain") if found.model == "offline" else found.model
    with Tag("dl", classes="facts-of"):
        _fact(words("would_ask"), f"{model} · {visit.say(f'place.{found.place}')}")
        _fact(words("would_tokens"), words("tokens_of", now=found.tokens, most=found.most_tokens))
        _fact(words("would_money"), words("money_of", now=f"{found.money:.4g}", most=f"{found.most_money:.4g}"))
        _fact(words("would_tools"), ", ".join(one.name for one in found.tools) or words("none"))
        _fact(words("would_ask_first"), ", ".join(found.asks_first) or words("none"))
        _fact(words("would_need"), _needs(seat, found.needs) or words("none"))
    for note in found.notes:
        Tag("p", visit.text(note), "said")
    for message in found.messages:
        with Tag("details", classes="more", open=True if message.role == "user" else None):
            Tag("summary", words(f"role.{message.role}"))
            Tag("pre", message.content, "pre")


def _fact(name: str, value: str) -> None:
    Tag("dt", name)
    Tag("dd", value)


def _needs(seat: Seat, needs: tuple[str, ...]) -> str:
    there = set_needs(seat)
    return ", ".join(f"{one} ({seat.words('is_set' if one in there else 'not_set')})" for one in needs)


def set_needs(seat: Seat) -> set[str]:
    """Names of secrets and addresses that are set; never a value."""
    settings = seat.visit.household.settings
    return {*secret_file(settings).names(), *(f"url:{name}" for name in settings.tool_places)}
